package directory

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"math"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Snapshot is all rows of a list, as they were at one time.
type Snapshot[T model.Node] struct {
	// ID identifies the rows: those of snapshots with equal IDs are equal. It is comparable,
	// and does not keep the rows in memory.
	ID  any
	Len int
	// Reader returns a function that reads the row with a number. The row is valid until the
	// function is called again.
	Reader func() func(n int) T
	// Records returns rows that stay valid.
	Records   func(numbers []uint32) []T
	Freshness *model.Freshness
	Gaps      Gaps
}

// Snapshotter is a Collection that may hold all rows of its list.
type Snapshotter[T model.Node] interface {
	providers.Collection[T]
	// Snapshot returns the rows. ok is false if the collection does not hold them, so that
	// they are read page by page.
	Snapshot(ctx context.Context) (s Snapshot[T], ok bool, err error)
}

// snapshot returns all rows of one provider's list. If the list cannot be read to its end,
// that is an error: a part of it would be another part when it is read again. fields are
// those that the rows hold.
func snapshot[T model.Node](ctx context.Context, d *Directory, sel Selector[T], p providers.Provider, q providers.Query, fields []string) (Snapshot[T], error) {
	collection := sel(p.Collections())
	if s, ok := collection.(Snapshotter[T]); ok && q.Filter.Emails == nil && q.Parent.Type == "" {
		if s, ok, err := s.Snapshot(ctx); ok || err != nil {
			return s, err
		}
	}
	rows, freshness, gaps, err := ReadAll(ctx, p.Connection(), collection, q, d.pagesPerList)
	if err != nil {
		return Snapshot[T]{}, err
	}
	rows, errs := withFields(ctx, d, sel, rows, fields)
	if len(errs) > 0 {
		return Snapshot[T]{}, errs[0]
	}
	return snapshotOf(rows, freshness, gaps), nil
}

// ReadAll returns all rows of one list of a provider, of at most so many pages. If the list
// cannot be read to its end, that is an error.
func ReadAll[T model.Node](
	ctx context.Context, p *model.Provider, c providers.Collection[T], q providers.Query, pagesPerList int,
) (rows []T, freshness *model.Freshness, gaps Gaps, err error) {
	wanted := math.MaxInt
	s := newStream(p, c, q, model.Position{}, &wanted, pagesPerList)
	defer s.stop()
	for row, ok := s.next(ctx); ok; row, ok = s.next(ctx) {
		rows = append(rows, row)
	}
	if s.err == nil {
		s.err = s.gaps.takeIncomplete()
	}
	if s.err != nil {
		return nil, nil, Gaps{}, s.err
	}
	return rows, s.freshness, s.gaps, nil
}

// snapshotOf returns rows as a Snapshot.
func snapshotOf[T model.Node](rows []T, freshness *model.Freshness, gaps Gaps) Snapshot[T] {
	return Snapshot[T]{
		ID: digestOf(rows), Len: len(rows), Freshness: freshness, Gaps: gaps,
		Reader: func() func(n int) T { return func(n int) T { return rows[n] } },
		Records: func(numbers []uint32) []T {
			records := make([]T, len(numbers))
			for i, n := range numbers {
				records[i] = rows[n]
			}
			return records
		},
	}
}

// digestOf identifies rows by what filters and orders compare.
func digestOf[T model.Node](rows []T) [sha256.Size]byte {
	h := sha256.New()
	for _, row := range rows {
		a := row.Attributes()
		values := []any{row.GlobalID(), a.Email, a.Name, a.Status, a.LastLoginAt, a.Role, a.License}
		for _, field := range personFields {
			values = append(values, row.Hides(field), row.IsInvalid(field))
		}
		_ = json.NewEncoder(h).Encode(values) // cannot fail: strings, times and bools
	}
	return [sha256.Size]byte(h.Sum(nil))
}
