package loaders

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// MissingFields are the fields of one object that could not be read.
type MissingFields struct {
	// Index of the object.
	Index int
	// Fields that are missing; empty when the whole object is, unless Null is set.
	Fields []Field
	Err    error
	// Null is set when one of Fields is non-null, so that the object is null.
	Null bool
}

// Resolve returns refs with better records in place of those that lack a selected
// field. It loads them in one batch, and a second one if their vendor leaves out fields
// unless they are named. It does not change refs.
//
// Where the vendor hides the object, the reference stays and what it lacks is null, as is
// a field that the vendor hides. Where the object could not be read, the reference stays
// too, and a MissingFields names what it lacks, as it does for a field whose value is
// invalid, which keeps what could be read of it. The record becomes the zero T when one of
// the fields that are missing or hidden is non-null, with a MissingFields.
func (l *Loader[T]) Resolve(ctx context.Context, refs []T, want Selection) ([]T, []MissingFields) {
	var fields []Field
	var incomplete []T
	var at []int
	edges := l.loaders.table.of(l.row.typ)
	unknown := false
	for i, ref := range refs {
		if isNil(ref) || ref.Complete() && !ref.HasUnknown() {
			continue
		}
		if fields == nil {
			fields = want.Fields(l.row.typ)
		}
		unknown = unknown || ref.HasUnknown()
		if isIncomplete(ref, edges, fields) {
			incomplete, at = append(incomplete, ref), append(at, i)
		}
	}
	if len(incomplete) == 0 && !unknown {
		return refs, nil
	}
	completed := append([]T(nil), refs...)
	var gaps []MissingFields
	records, errs := l.complete(ctx, incomplete, edges, fields)
	for n, i := range at {
		if !isNil(records[n]) {
			completed[i] = records[n]
		}
		if errs[n] == nil {
			continue
		}
		gap := MissingFields{Index: i, Err: errs[n], Fields: missingFields(completed[i], edges, fields)}
		for _, f := range gap.Fields {
			if f.NonNull {
				gap.Fields = nil
				completed[i] = *new(T)
				break
			}
		}
		gaps = append(gaps, gap)
	}
	for i, record := range completed {
		if isNil(record) || slices.ContainsFunc(gaps, func(g MissingFields) bool { return g.Index == i }) {
			continue
		}
		hidden, invalid := unknownFields(record, edges, fields)
		if len(invalid) > 0 {
			gaps = append(gaps, MissingFields{Index: i, Fields: invalid, Err: providers.InvalidField(record.Connection(), l.row.typ, invalid[0].Name)})
		}
		if len(hidden) > 0 {
			gaps = append(gaps, MissingFields{Index: i, Fields: hidden, Err: errHidden(record, hidden), Null: true})
			completed[i] = *new(T)
		}
	}
	return completed, gaps
}

// unknownFields returns the non-null fields of which a record that was read in full has no
// value, and those whose value is invalid. A connection is none of them: it says itself
// which rows are missing.
func unknownFields(record model.Node, edges *edgesOf, fields []Field) (hidden, invalid []Field) {
	if record.Complete() && !record.HasUnknown() {
		return nil, nil
	}
	for _, f := range fields {
		edge := edges.byField[f.Name]
		switch {
		case edge != nil && edge.shape == connection:
		case record.IsInvalid(f.Name):
			invalid = append(invalid, f)
		case f.NonNull && edge == nil && (record.Hides(f.Name) || isMissing(record, edges, f)):
			hidden = append(hidden, f)
		}
	}
	return hidden, invalid
}

func errHidden(record model.Node, fields []Field) error {
	return &providers.Error{
		Kind: providers.Forbidden, Provider: record.Connection(),
		Detail: "the vendor hides " + record.GlobalID().Type() + "." + fields[0].Name + " from this credential",
	}
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
