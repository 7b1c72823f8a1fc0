package softwareonefake

import (
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// collection is a list of rows of one kind, sorted by id.
type collection struct {
	kind *kind
	rows []*row
	// byName holds each row under all names by which a path can refer to it.
	byName map[string]*row
	// own are the rows that a token of FirstAccount sees.
	own map[*row]bool
	// ownRows are the rows in own, sorted by id.
	ownRows []*row
	// crowd are computed rows; nil for none. Their ids are higher.
	crowd *crowdRows
}

func newCollection(k *kind) *collection {
	return &collection{kind: k, byName: map[string]*row{}, own: map[*row]bool{}}
}

// add appends a row. names refer to it, besides its id.
func (c *collection) add(r *row, own bool, names ...string) *row {
	c.rows = append(c.rows, r)
	for _, name := range append(names, r.id()) {
		if name != "" {
			c.byName[foldName(name)] = r
		}
	}
	if own {
		c.own[r] = true
		c.ownRows = append(c.ownRows, r)
	}
	return r
}

// foldName returns the key of a name in byName: e-mail addresses are
// case-insensitive.
func foldName(name string) string {
	if strings.Contains(name, "@") {
		return strings.ToLower(name)
	}
	return name
}

// find returns the row with this name, nil where there is none or the token may
// not see it.
func (c *collection) find(name string, operations bool) *row {
	r := c.byName[foldName(name)]
	if r == nil && c.crowd != nil {
		r = c.crowd.find(name)
	}
	if r == nil || !operations && !c.own[r] {
		return nil
	}
	return r
}

// visible returns the rows that the token may see.
func (c *collection) visible(operations bool) fakevendor.Rows[*row] {
	switch {
	case !operations:
		return fakevendor.Rows[*row]{Fixed: c.ownRows}
	case c.crowd == nil:
		return fakevendor.Rows[*row]{Fixed: c.rows}
	}
	return fakevendor.Rows[*row]{Fixed: c.rows, Count: c.crowd.count, Compute: c.crowd.row}
}

// find returns the row with this name, nil where there is none.
func (c *crowdRows) find(name string) *row {
	indices := c.byID(name)
	if people, ok := c.people.Find(name); ok {
		for _, i := range people {
			indices = append(indices, c.ofUser(i)...)
		}
	}
	for _, i := range indices {
		if r := c.row(i); r.id() == name || foldName(r.text("email")) == foldName(name) {
			return r
		}
	}
	return nil
}
