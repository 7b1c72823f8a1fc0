package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// Loader loads one entity type: objects by id, and lists.
type Loader[T model.Node] struct {
	loaders *Loaders
	row     *entityType[T]
	byID    batcher[model.ID, T]
	fields  batcher[fieldsKey, T]
	lists   batcher[listKey, *directory.Listing[T]]
}

func newLoader[T model.Node](s *Loaders, row *entityType[T]) *Loader[T] {
	l := &Loader[T]{loaders: s, row: row}
	l.byID.read = l.readObjects
	l.fields.read = l.readFields
	l.lists.read = l.readLists
	return l
}

func (l *Loader[T]) readObjects(ctx context.Context, ids []model.ID) []result[T] {
	results := make([]result[T], len(ids))
	if l.row.configured != nil {
		for i, id := range ids {
			results[i].value = l.row.configured(l.loaders.directory, id)
		}
		return results
	}
	objects, failed := directory.Objects(ctx, l.loaders.directory, l.row.selector, ids)
	for i, id := range ids {
		results[i] = result[T]{objects[id], failed[id]}
	}
	return results
}

// Type is the entity type that the loader loads.
func (l *Loader[T]) Type() string { return l.row.typ }

// CursorKey is the key of the cursors of lists.
func (l *Loader[T]) CursorKey() *directory.CursorKey { return l.loaders.directory.CursorKey() }

// CheckID returns an error of kind InvalidArgument for an id that is malformed or of
// another type.
func (l *Loader[T]) CheckID(id model.ID) error {
	if _, err := model.ParseID(string(id)); err != nil {
		return invalidArgument(err.Error())
	}
	if id.Type() != l.row.typ {
		return invalidArgument("the id is of another type, not " + l.row.typ)
	}
	return nil
}

// Load returns the object with this id; the zero T when there is none.
func (l *Loader[T]) Load(ctx context.Context, id model.ID) (T, error) {
	return loadOne(ctx, &l.byID, id)
}

// LoadMany returns the objects with these ids, in their order, and an error for
// each that could not be read.
func (l *Loader[T]) LoadMany(ctx context.Context, ids []model.ID) ([]T, []error) {
	return load(ctx, &l.byID, ids)
}

// List loads a window of a list; nil when the vendor has no such list. parent is
// "" for a list that belongs to no object. The error is of kind InvalidArgument;
// errors of vendors are in the listing.
func (l *Loader[T]) List(ctx context.Context, of directory.List, parent model.ID, p Paging) (*directory.Listing[T], error) {
	key, err := l.loaders.listKey(of, parent, p)
	if err != nil {
		return nil, err
	}
	return loadOne(ctx, &l.lists, key)
}

func (l *Loader[T]) prefetch(ctx context.Context, ids []model.ID) { load(ctx, &l.byID, ids) }

func (l *Loader[T]) node(ctx context.Context, id model.ID) (model.Node, error) {
	object, err := l.Load(ctx, id)
	if err != nil || isNil(object) {
		return nil, err
	}
	return object, nil
}

func isNil[T model.Node](object T) bool { return any(object) == any(*new(T)) }
