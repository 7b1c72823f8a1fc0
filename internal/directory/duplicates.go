package directory

import (
	"reflect"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// duplicates finds rows that a page has twice. The zero value is ready.
type duplicates[T model.Node] struct {
	page *providers.Page[T]
	// first are the indices of the first occurrence of each row of page.
	first map[model.ID]int
}

// before reports whether the page has the row with this index also before it.
func (r *duplicates[T]) before(page *providers.Page[T], index int) bool {
	return r.firstOf(page, index) < index
}

// differs reports whether the page has another row with the id of the row with this index
// before it: then the id does not name one object, and a row is missing.
func (r *duplicates[T]) differs(page *providers.Page[T], index int) bool {
	return !reflect.DeepEqual(page.Items[r.firstOf(page, index)], page.Items[index])
}

// firstOf returns the index of the first row of the page with the id of this one.
func (r *duplicates[T]) firstOf(page *providers.Page[T], index int) int {
	if r.page != page {
		r.page = page
		r.first = make(map[model.ID]int, len(page.Items))
		for i, row := range page.Items {
			if _, ok := r.first[row.GlobalID()]; !ok {
				r.first[row.GlobalID()] = i
			}
		}
	}
	return r.first[page.Items[index].GlobalID()]
}

// distinctTotal returns the total of a page without the rows that the page repeats, which
// the vendor counts.
func distinctTotal[T model.Node](page *providers.Page[T]) *int {
	if page.Total == nil {
		return nil
	}
	distinct := make(map[model.ID]bool, len(page.Items))
	for _, row := range page.Items {
		distinct[row.GlobalID()] = true
	}
	return new(*page.Total - len(page.Items) + len(distinct))
}
