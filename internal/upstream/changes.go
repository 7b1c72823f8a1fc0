package upstream

import (
	"reflect"

	"github.com/accountgraph/accountgraph/graph/model"
)

// changes reports the ids of objects whose records have changed. It is a pagecache.Changes.
type changes struct{ observe func(ids []model.ID) }

// Refused implements pagecache.Changes.
func (c changes) Refused() { c.observe(nil) }

// Changed implements pagecache.Changes: it reports objects whose records are different, and those
// that only one of two pages has. Packed values are not compared.
func (c changes) Changed(before, after any) {
	old, known := before.(interface{ nodes() []model.Node })
	now, ok := after.(interface{ nodes() []model.Node })
	if !known || !ok {
		return
	}
	records := map[model.ID]model.Node{}
	for _, n := range old.nodes() {
		records[n.GlobalID()] = n
	}
	var ids []model.ID
	for _, n := range now.nodes() {
		id := n.GlobalID()
		if record, ok := records[id]; !ok || !reflect.DeepEqual(record, n) {
			ids = append(ids, id)
		}
		delete(records, id)
	}
	for id := range records {
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		c.observe(ids)
	}
}

func (c *Client) observeChange(ids []model.ID) {
	if c.config.ObserveChange != nil {
		c.config.ObserveChange(ids)
	}
}
