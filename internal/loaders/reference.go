package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// MissingFields are the fields of one object that could not be read.
type MissingFields struct {
	// Index of the object.
	Index int
	// Fields that are missing; empty when the whole object is.
	Fields []Field
	Err    error
}

// Resolve returns refs with better records in place of those that lack a selected
// field. It loads them in one batch, and a second one if their vendor leaves out fields
// unless they are named. It does not change refs.
//
// Where the vendor hides the object, the reference stays and what it lacks is null.
// Where the object could not be read, the reference stays too, and a MissingFields
// names what it lacks; it becomes the zero T when one of these fields is non-null.
func (l *Loader[T]) Resolve(ctx context.Context, refs []T, want Selection) ([]T, []MissingFields) {
	var fields []Field
	var incomplete []T
	var at []int
	edges := l.loaders.table.of(l.row.typ)
	for i, ref := range refs {
		if isNil(ref) || ref.Complete() {
			continue
		}
		if fields == nil {
			fields = want.Fields(l.row.typ)
		}
		if isIncomplete(ref, edges, fields) {
			incomplete, at = append(incomplete, ref), append(at, i)
		}
	}
	if len(incomplete) == 0 {
		return refs, nil
	}
	completed := append([]T(nil), refs...)
	var gaps []MissingFields
	records, errs := l.complete(ctx, incomplete, edges, fields)
	for n, i := range at {
		switch {
		case errs[n] != nil:
			completed[i] = records[n]
			gap := MissingFields{Index: i, Err: errs[n], Fields: missingFields(records[n], edges, fields)}
			for _, f := range gap.Fields {
				if f.NonNull {
					gap.Fields = nil
					completed[i] = *new(T)
					break
				}
			}
			gaps = append(gaps, gap)
		case isNil(records[n]):
			completed[i] = l.row.withUnknownEnums(refs[i])
		default:
			completed[i] = records[n]
		}
	}
	return completed, gaps
}

// isIncomplete reports whether a record lacks one of the fields.
func isIncomplete(ref model.Node, edges *edgesOf, fields []Field) bool {
	if ref.Complete() {
		return false
	}
	for _, f := range fields {
		if isMissing(ref, edges, f) {
			return true
		}
	}
	return false
}

// missingFields returns the fields that a record lacks.
func missingFields(ref model.Node, edges *edgesOf, fields []Field) []Field {
	var missing []Field
	for _, f := range fields {
		if isMissing(ref, edges, f) {
			missing = append(missing, f)
		}
	}
	return missing
}

func isMissing(ref model.Node, edges *edgesOf, f Field) bool {
	return !edges.isHeld(ref, f.Name)
}

// withUnknownEnums completes a reference to an object that the vendor hides: an enum
// that the graph promises is OTHER where the reference lacks it.
func (t *entityType[T]) withUnknownEnums(ref T) T {
	if t.unknownEnums == nil {
		return ref
	}
	return t.unknownEnums(ref)
}

func or[S ~string](value, other S) S {
	if value == "" {
		return other
	}
	return value
}
