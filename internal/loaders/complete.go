package loaders

import (
	"context"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// fieldsKey is a record with the fields that are read for it.
type fieldsKey struct {
	id     model.ID
	record model.Node
	// fields are sorted names with commas between them.
	fields string
}

// readFields reads records again with fields that they lack. All keys of a batch share
// the fields of all.
func (l *Loader[T]) readFields(ctx context.Context, keys []fieldsKey) []result[T] {
	records := map[model.ID]T{}
	var fields []string
	for _, key := range keys {
		records[key.id] = l.row.cast(key.record)
		fields = append(fields, strings.Split(key.fields, ",")...)
	}
	slices.Sort(fields)
	all := make([]T, 0, len(records))
	for _, id := range sortedIDs(records) {
		all = append(all, records[id])
	}
	objects, failed := directory.Fields(ctx, l.loaders.directory, l.row.selector, all, slices.Compact(fields))
	results := make([]result[T], len(keys))
	for i, key := range keys {
		results[i] = result[T]{objects[key.id], failed[key.id]}
	}
	return results
}

func sortedIDs[T any](records map[model.ID]T) []model.ID {
	ids := make([]model.ID, 0, len(records))
	for id := range records {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// newFieldsKey returns the key of a record that is read again with the fields. ok is
// false where that would not help: the record holds them, it is a short reference,
// which is read by its id, or its vendor sends every field without being asked.
func (l *Loader[T]) newFieldsKey(record T, edges *edgesOf, fields []Field) (key fieldsKey, ok bool) {
	if isNil(record) || record.IsReference() || !isIncomplete(record, edges, fields) ||
		!directory.ReadsFields(l.loaders.directory, l.row.selector, record) {
		return key, false
	}
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		name := f.Name
		if edge := edges.byField[name]; edge != nil && edge.source != "" {
			name = edge.source
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return fieldsKey{record.GlobalID(), record, strings.Join(slices.Compact(names), ",")}, true
}

// complete returns the records in place of refs that lack some of the fields, and an
// error for each that could not be read. A record is the zero T if there is none or
// the vendor hides it; beside an error, it is the best that was read.
func (l *Loader[T]) complete(ctx context.Context, refs []T, edges *edgesOf, fields []Field) ([]T, []error) {
	records, errs := slices.Clone(refs), make([]error, len(refs))
	var ids []model.ID
	var at []int
	for i, ref := range refs {
		if _, ok := l.newFieldsKey(ref, edges, fields); !ok {
			ids, at = append(ids, ref.GlobalID()), append(at, i)
		}
	}
	if len(ids) > 0 {
		objects, failed := load(ctx, &l.byID, ids)
		for n, i := range at {
			records[i], errs[i] = objects[n], failed[n]
			if errs[i] != nil {
				records[i] = refs[i]
			}
		}
	}
	var keys []fieldsKey
	at = at[:0]
	for i, record := range records {
		if key, ok := l.newFieldsKey(record, edges, fields); ok && errs[i] == nil {
			keys, at = append(keys, key), append(at, i)
		}
	}
	if len(keys) > 0 {
		objects, failed := load(ctx, &l.fields, keys)
		for n, i := range at {
			if errs[i] = failed[n]; !isNil(objects[n]) {
				records[i] = objects[n]
			}
		}
	}
	return records, errs
}

func (l *Loader[T]) prefetchFields(ctx context.Context, keys []fieldsKey) { load(ctx, &l.fields, keys) }

func (l *Loader[T]) fieldsKey(n model.Node, fields []Field) (fieldsKey, bool) {
	return l.newFieldsKey(l.row.cast(n), l.loaders.table.of(l.row.typ), fields)
}

func (l *Loader[T]) withFields(ctx context.Context, key fieldsKey) model.Node {
	if object, _ := loadOne(ctx, &l.fields, key); !isNil(object) {
		return object
	}
	return key.record
}

// complete adds to this level what a record lacks of the fields, and calls follow with
// the record that holds them, once it is loaded: with the next level, or with the one
// after it for an object whose vendor leaves out fields.
func (b *batch) complete(n model.Node, fields []Field, follow func(next *batch, n model.Node)) {
	id := n.GlobalID()
	loader := b.loaders.loaderOf(id.Type())
	if !isIncomplete(n, b.loaders.table.of(id.Type()), fields) {
		b.next(func(_ context.Context, next *batch) { follow(next, n) })
		return
	}
	if key, ok := loader.fieldsKey(n, fields); ok {
		b.completeFields(loader, key, follow)
		return
	}
	b.addID(loader, id)
	b.next(func(ctx context.Context, next *batch) {
		full, _ := loader.node(ctx, id)
		if full == nil {
			full = n
		}
		if key, ok := loader.fieldsKey(full, fields); ok {
			next.completeFields(loader, key, follow)
			return
		}
		follow(next, full)
	})
}

// addFields adds the fields of a record to this level.
func (b *batch) addFields(loader anyLoader, key fieldsKey) {
	if b.fields == nil {
		b.fields = map[anyLoader][]fieldsKey{}
	}
	b.fields[loader] = append(b.fields[loader], key)
}

func (b *batch) completeFields(loader anyLoader, key fieldsKey, follow func(next *batch, n model.Node)) {
	b.addFields(loader, key)
	b.next(func(ctx context.Context, next *batch) { follow(next, loader.withFields(ctx, key)) })
}
