package loaders

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// listKey identifies a window of a list. It is comparable, so the list is in its
// canonical text.
type listKey struct {
	list   string
	parent model.ID
	first  int
	after  string
	// resumes is set when after is a cursor, even an empty one.
	resumes     bool
	more, total bool
}

// listKey returns the key of a window of a list. The error is of kind InvalidArgument.
func (s *Loaders) listKey(l directory.List, parent model.ID, p Paging) (listKey, error) {
	first, err := p.first()
	if err != nil {
		return listKey{}, err
	}
	key := listKey{list: s.lists.text(l), parent: parent, first: first, more: p.More, total: p.Total}
	if p.After != nil {
		key.after, key.resumes = *p.After, true
	}
	return key, nil
}

// listDescriptions are the lists of an operation by their canonical text. Safe for concurrent
// use.
type listDescriptions struct {
	mu     sync.Mutex
	byText map[string]directory.List
}

// text returns the canonical text of a list: its kind, if it has no conditions, else its JSON.
func (d *listDescriptions) text(l directory.List) string {
	text := l.Kind
	if !l.IsPlain() {
		encoded, _ := json.Marshal(l) // cannot fail: strings, numbers and times
		text = string(encoded)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byText == nil {
		d.byText = map[string]directory.List{}
	}
	d.byText[text] = l
	return text
}

// list returns the list with a text that text has returned.
func (d *listDescriptions) list(text string) directory.List {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byText[text]
}

// readLists reads the lists of a batch in parallel. Lists that differ only in their
// parent, of one provider and type, are read together.
func (l *Loader[T]) readLists(ctx context.Context, keys []listKey) []result[*directory.Listing[T]] {
	siblings := map[listKey][]int{}
	for i, key := range keys {
		common := key
		common.parent = withoutVendorID(key.parent)
		siblings[common] = append(siblings[common], i)
	}
	rows := rowsFromStart(keys)
	results := make([]result[*directory.Listing[T]], len(keys))
	var wg sync.WaitGroup
	for common, indices := range siblings {
		wg.Go(func() {
			parents := make([]model.ID, len(indices))
			for i, n := range indices {
				parents[i] = keys[n].parent
			}
			listings := l.readSiblings(ctx, common, parents, rows[listKey{list: common.list, parent: common.parent}])
			for i, n := range indices {
				primeListing(l, listings[i])
				results[n].value = listings[i]
			}
		})
	}
	wg.Wait()
	return results
}

// rowsFromStart returns the number of rows that the windows at the start of each list want, by the
// list and the provider and type of its parent.
func rowsFromStart(keys []listKey) map[listKey]int {
	rows := map[listKey]int{}
	for _, key := range keys {
		if !key.resumes {
			of := listKey{list: key.list, parent: withoutVendorID(key.parent)}
			rows[of] = max(rows[of], key.first)
		}
	}
	return rows
}

// withoutVendorID returns the provider and the type of an id.
func withoutVendorID(id model.ID) model.ID { return model.NewID(id.Provider(), id.Type(), "") }

// readSiblings reads the lists of several parents; nil for a parent without one. rows is
// directory.Window.Rows.
func (l *Loader[T]) readSiblings(ctx context.Context, common listKey, parents []model.ID, rows int) []*directory.Listing[T] {
	of := l.loaders.lists.list(common.list)
	listings := make([]*directory.Listing[T], len(parents))
	w := directory.Window{First: common.first, More: common.more, Total: common.total, Rows: rows}
	if common.resumes || parents[0] == "" {
		for i, parent := range parents {
			child := of
			if parent != "" {
				child = of.Of(parent)
			}
			listings[i] = l.readList(ctx, child, w, common)
		}
		return listings
	}
	children := directory.ReadChildren(ctx, l.loaders.directory, l.row.selector, l.parentOf(common.parent.Type()), of, parents, w)
	for i, parent := range parents {
		if listing, ok := children[parent]; ok {
			listings[i] = &listing
		}
	}
	return listings
}

func (l *Loader[T]) readList(ctx context.Context, of directory.List, w directory.Window, key listKey) *directory.Listing[T] {
	if key.resumes {
		cursor, err := model.ParseCursor(key.after, of.ID(l.loaders.directory.CursorKey()))
		if err != nil {
			return &directory.Listing[T]{Errors: []error{invalidArgument(err.Error())}, Failed: true}
		}
		w.After = &cursor
	}
	listing := directory.Read(ctx, l.loaders.directory, l.row.selector, of, w)
	return &listing
}

// parentOf returns how a row names its parent of this type: by the reference to the
// owner of the type.
func (l *Loader[T]) parentOf(parentType string) func(row T) model.ID {
	owners := l.loaders.table.of(l.row.typ).owners
	return func(row T) model.ID {
		for _, e := range owners {
			if e.target == parentType {
				return idOf(e.node(row))
			}
		}
		return ""
	}
}

// idOf returns the id of an object, "" where there is none.
func idOf(n model.Node) model.ID {
	if n == nil {
		return ""
	}
	return n.GlobalID()
}
