package loaders

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// Loader loads one entity type: single objects by id, and lists.
type Loader[T model.Node] struct {
	typ   string
	pick  directory.Selector[T]
	byID  *dataloader.Loader[model.ID, T]
	lists *dataloader.Loader[listKey, *directory.Listing[T]]
}

func newKind[T model.Node](s *Loaders, typ string, pick directory.Selector[T]) *Loader[T] {
	k := &Loader[T]{typ: typ, pick: pick}
	k.byID = newLoader(func(ctx context.Context, ids []model.ID) []*dataloader.Result[T] {
		objects, failed := directory.Objects(ctx, s.directory, pick, ids)
		results := make([]*dataloader.Result[T], len(ids))
		for i, id := range ids {
			results[i] = &dataloader.Result[T]{Data: objects[id], Error: failed[id]}
		}
		return results
	})
	k.lists = newLoader(func(ctx context.Context, keys []listKey) []*dataloader.Result[*directory.Listing[T]] {
		return k.readLists(ctx, s, keys)
	})
	return k
}

// prefetch loads objects for those who will ask later.
func (k *Loader[T]) prefetch(ctx context.Context, ids []model.ID) { load(ctx, k.byID, ids) }

// Type is the entity type that is loaded.
func (k *Loader[T]) Type() string { return k.typ }

// node returns an object without its type.
func (k *Loader[T]) node(ctx context.Context, id model.ID) (model.Node, error) {
	object, err := k.Load(ctx, id)
	if err != nil || any(object) == any(*new(T)) {
		return nil, err
	}
	return object, nil
}

// CheckID refuses an id from outside that is malformed or names another type.
func (k *Loader[T]) CheckID(id model.ID) error {
	if _, err := model.ParseID(string(id)); err != nil {
		return badInput(err.Error())
	}
	if id.Type() != k.typ {
		return badInput("the id is of another type, not " + k.typ)
	}
	return nil
}

// Load returns the object with this id; the zero T when there is none.
func (k *Loader[T]) Load(ctx context.Context, id model.ID) (T, error) { return one(ctx, k.byID, id) }

// LoadMany returns the objects with these ids, in their order, and an error for
// each that could not be read.
func (k *Loader[T]) LoadMany(ctx context.Context, ids []model.ID) ([]T, []error) {
	return load(ctx, k.byID, ids)
}

// List loads a window of a list; nil when the vendor has no such list. parent is
// "" for a list that belongs to no object.
func (k *Loader[T]) List(ctx context.Context, l directory.List, parent model.ID, p Paging) (*directory.Listing[T], error) {
	key, err := newListKey(l, parent, p)
	if err != nil {
		return nil, err
	}
	return one(ctx, k.lists, key) // a vendor's failures are inside the listing
}

// listKey names a window of a list. It is comparable, so the list itself is in
// its canonical text.
type listKey struct {
	list   string
	parent model.ID
	first  int
	after  string
	// resumes is set when after is a cursor, be it an empty one.
	resumes     bool
	more, total bool
}

func newListKey(l directory.List, parent model.ID, p Paging) (listKey, error) {
	first, err := p.first()
	if err != nil {
		return listKey{}, err
	}
	text, _ := json.Marshal(l) // strings, numbers and times only
	key := listKey{list: string(text), parent: parent, first: first, more: p.More, total: p.Total}
	if p.After != nil {
		key.after, key.resumes = *p.After, true
	}
	return key, nil
}

// readLists reads the lists of a batch in parallel; those that differ in nothing
// but which parent of a type they belong to are read together.
func (k *Loader[T]) readLists(ctx context.Context, s *Loaders, keys []listKey) []*dataloader.Result[*directory.Listing[T]] {
	siblings := map[listKey][]int{}
	for i, key := range keys {
		family := key
		family.parent = model.NewID(key.parent.Provider(), key.parent.Type(), "")
		siblings[family] = append(siblings[family], i)
	}
	results := make([]*dataloader.Result[*directory.Listing[T]], len(keys))
	var wg sync.WaitGroup
	for family, members := range siblings {
		wg.Go(func() {
			parents := make([]model.ID, len(members))
			for i, m := range members {
				parents[i] = keys[m].parent
			}
			listings := k.readFamily(ctx, s.directory, family, parents)
			for i, m := range members {
				s.remember(ctx, nodesOf(listings[i]))
				results[m] = &dataloader.Result[*directory.Listing[T]]{Data: listings[i]}
			}
		})
	}
	wg.Wait()
	return results
}

func (k *Loader[T]) readFamily(ctx context.Context, d *directory.Directory, family listKey, parents []model.ID) []*directory.Listing[T] {
	var l directory.List
	_ = json.Unmarshal([]byte(family.list), &l) // written by newListKey
	listings := make([]*directory.Listing[T], len(parents))
	w := directory.Window{First: family.first, More: family.more, Total: family.total}
	if family.resumes || parents[0] == "" {
		for i, parent := range parents {
			of := l
			if parent != "" {
				of = l.Of(parent)
			}
			listings[i] = k.readOne(ctx, d, of, w, family)
		}
		return listings
	}
	children := directory.ReadChildren(ctx, d, k.pick, l, parents, w)
	for i, parent := range parents {
		if listing, ok := children[parent]; ok {
			listings[i] = &listing
		}
	}
	return listings
}

func (k *Loader[T]) readOne(ctx context.Context, d *directory.Directory, l directory.List, w directory.Window, key listKey) *directory.Listing[T] {
	if key.resumes {
		cursor, err := model.ParseCursor(key.after, l.ID())
		if err != nil {
			return &directory.Listing[T]{Errors: []error{badInput(err.Error())}, Failed: true}
		}
		w.After = &cursor
	}
	listing := directory.Read(ctx, d, k.pick, l, w)
	return &listing
}

func nodesOf[T model.Node](l *directory.Listing[T]) []model.Node {
	if l == nil || l.Connection == nil {
		return nil
	}
	nodes := make([]model.Node, len(l.Edges))
	for i, e := range l.Edges {
		nodes[i] = e.Node
	}
	return nodes
}
