package index_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// ending is a context that ends after it has been asked some times, and counts.
type ending struct {
	context.Context
	after, asked atomic.Int64
}

func (e *ending) Err() error {
	if e.asked.Add(1) > e.after.Load() {
		return context.Canceled
	}
	return nil
}

// Sorting and filtering stop when the operation has ended, and leave nothing behind that the
// next operation would get.
func TestIndex_CanceledQuery(t *testing.T) {
	const rows = 20_000
	v := newVendor(randomUsers(rand.New(rand.NewPCG(1, 2)), rows)...)
	v.large = 10_000
	for name, q := range map[string]providers.Query{
		"order":            {Order: providers.Order{Field: model.OrderByName}},
		"filter":           {Filter: providers.Filter{Name: "zo"}},
		"filter and order": {Filter: providers.Filter{HasEmail: new(true)}, Order: providers.Order{Field: model.OrderByLastLoginAt, Descending: true}},
	} {
		t.Run(name, func(t *testing.T) {
			_, fresh := indexed(t, v, options)
			page := func(after int64) (*providers.Page[*model.User], *ending, error) {
				ctx := &ending{Context: t.Context()}
				ctx.after.Store(after)
				page, err := fresh.Collections().Users.Page(ctx, q, "")
				return page, ctx, err
			}
			_, warm := indexed(t, v, options)
			want, err := warm.Collections().Users.Page(t.Context(), q, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fresh.Collections().Users.Page(t.Context(), providers.Query{Filter: providers.Filter{Emails: []string{"x"}}}, ""); err != nil {
				t.Fatal(err) // builds the index
			}
			// The context is asked once in 1024 rows or comparisons. Sorting ends after one more
			// comparison of each row.
			for _, after := range []int64{0, 1, 10, 30, 60} {
				if name == "filter" && after > rows/1024 {
					continue
				}
				most := int64(2)
				if after > rows/1024 {
					most += 2 * rows / 1024
				}
				page, ctx, err := page(after)
				if page != nil || providers.KindOf(err) != providers.Canceled {
					t.Errorf("canceled after %d: a page %v, error %v", after, page != nil, err)
				}
				if more := ctx.asked.Load() - after; more > most {
					t.Errorf("canceled after %d: it went on %d times", after, more)
				}
			}
			got, _, err := page(1 << 60)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(vendorIDs(want.Items), vendorIDs(got.Items)); diff != "" || *want.Total != *got.Total {
				t.Errorf("the next page is different, total %d and %d: %s", *want.Total, *got.Total, diff)
			}
		})
	}
}
