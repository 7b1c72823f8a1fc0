package index_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// A query with too little time gets what is known, and when to come again. Half of its time is
// left for its other lists.
func TestLive_DeadlineWhileBuilding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		for email, rows := range map[string]int{"person15@example.com": 1, "person95@example.com": 0} {
			v.Invalidate(t.Context(), nil)
			start := time.Now()
			l := find(t, d, email, 5*time.Second)
			if e := errorOf(l); e.Kind != providers.Indexing || e.RetryAfter != time.Second*5/2 || len(l.Nodes()) != rows || l.Complete || time.Since(start) != time.Second*5/2 {
				t.Errorf("%s: %d rows, complete %t, %+v, after %v", email, len(l.Nodes()), l.Complete, e, time.Since(start))
			}
		}
		sorted := providers.Query{Order: providers.Order{Field: model.OrderByEmail}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		l := directory.Read(ctx, d, selectUsers, directory.List{Query: sorted}, directory.Window{First: 10})
		if e := errorOf(l); e.Kind != providers.Indexing || len(l.Nodes()) != 0 {
			t.Errorf("an order: %d rows, %v", len(l.Nodes()), e)
		}
		expect(t, "later", find(t, d, "person95@example.com", time.Minute), 1, false)
	})
}

// While a vendor sends nothing at all, it times out.
func TestLive_VendorHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		v.latency = time.Hour
		if e := errorOf(find(t, d, "person5@example.com", 5*time.Second)); e.Kind != providers.Timeout {
			t.Errorf("%+v", e)
		}
	})
}

// A vendor that limits the rate delays the index and nothing else.
func TestLive_RateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		rejected := 0
		v.set(func(v *vendor) {
			v.fail = func(token string) error {
				if token == "30" && rejected < 10 {
					rejected++
					return &providers.Error{Kind: providers.RateLimited, RetryAfter: 90 * time.Second}
				}
				return nil
			}
		})
		start := time.Now()
		l := find(t, d, "person5@example.com", 10*time.Second)
		if e := errorOf(l); e.Kind != providers.Indexing || e.RetryAfter <= 0 || l.Complete || len(l.Nodes()) != 1 {
			t.Errorf("%+v, complete %t, %d rows", e, l.Complete, len(l.Nodes()))
		}
		// What the vendor answers itself does not wait.
		before := time.Now()
		if l := read(t, d, providers.Query{}, 10, nil); len(l.Nodes()) != 10 || len(l.Errors) > 0 || time.Since(before) > 2*time.Second {
			t.Errorf("a list without a filter: %d rows, %v, after %v", len(l.Nodes()), l.Errors, time.Since(before))
		}
		expect(t, "in the end", find(t, d, "person5@example.com", time.Hour), 1, false)
		if took := time.Since(start); took != 10*90*time.Second+20*time.Second {
			t.Errorf("the index took %v", took)
		}
	})
}

// A vendor that does not send the first page fails a query at once, as without an index, and
// the next query asks it again.
func TestLive_FirstPageFails(t *testing.T) {
	for _, kind := range []providers.Kind{providers.Unavailable, providers.CircuitOpen} {
		synctest.Test(t, func(t *testing.T) {
			v, d, _ := slow(t, options)
			v.set(func(v *vendor) {
				v.fail = func(string) error { return &providers.Error{Kind: kind, RetryAfter: 90 * time.Second} }
			})
			start := time.Now()
			if e := errorOf(find(t, d, "person5@example.com", 10*time.Second)); e.Kind != kind || e.RetryAfter != 90*time.Second || time.Since(start) > time.Second {
				t.Errorf("%+v after %v", e, time.Since(start))
			}
			v.set(func(v *vendor) { v.fail = nil })
			expect(t, "after the vendor recovered", find(t, d, "person5@example.com", time.Minute), 1, false)
		})
	}
}

// A vendor that limits the rate from the first page on delays the index, whether it tells for how
// long or not. A query that has no time for that gets at once when to come again.
func TestLive_FirstPageRateLimited(t *testing.T) {
	for _, after := range []time.Duration{0, 90 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			v, d, _ := slow(t, options)
			recovers := time.Now().Add(90 * time.Second)
			v.set(func(v *vendor) {
				v.fail = func(string) error {
					if left := time.Until(recovers); left > 0 {
						return &providers.Error{Kind: providers.RateLimited, RetryAfter: min(after, left)}
					}
					return nil
				}
			})
			start := time.Now()
			e := errorOf(find(t, d, "person5@example.com", 10*time.Second))
			if e.Kind != providers.Indexing || e.RetryAfter < max(time.Second, after-time.Second) || after > 0 && time.Since(start) != time.Second {
				t.Errorf("%+v after %v", e, time.Since(start))
			}
			v.pages()
			for range 10 {
				if e := errorOf(find(t, d, "person5@example.com", 10*time.Second)); e.Kind != providers.Indexing || e.RetryAfter <= 0 {
					t.Errorf("%+v", e)
				}
			}
			if pages := v.pages(); pages > 10 {
				t.Errorf("%d calls for 10 queries while the rate is limited", pages)
			}
			time.Sleep(time.Until(recovers) + 10*time.Second)
			expect(t, "after the limit", find(t, d, "person5@example.com", time.Minute), 1, false)
		})
	}
}

// A vendor that fails at the same page in each reading has failed, also for a query that comes
// again after its retryAfter, when the next reading has begun: its error is not that the index is
// being built, again and again.
func TestLive_PageFailsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, d, _ := slow(t, options)
		v.set(func(v *vendor) {
			v.fail = func(token string) error {
				if token == "30" {
					return unavailable(token)
				}
				return nil
			}
		})
		first := errorOf(find(t, d, "person95@example.com", 5*time.Second))
		if first.Kind != providers.Indexing {
			t.Errorf("the first reading: %+v", first)
		}
		for range 3 {
			time.Sleep(time.Minute)
			if e := errorOf(find(t, d, "person95@example.com", 5*time.Second)); e.Kind != providers.Unavailable {
				t.Errorf("a later reading: %+v", e)
			}
		}
		time.Sleep(time.Minute)
		v.set(func(v *vendor) { v.fail = nil })
		if e := errorOf(find(t, d, "person95@example.com", 15*time.Second)); e.Kind != providers.Indexing {
			t.Errorf("a reading that has got further: %+v", e)
		}
		expect(t, "after the vendor recovered", find(t, d, "person95@example.com", time.Minute), 1, false)
	})
}

// Where the length of a list cannot be found out in time, it is read behind the query.
func TestLive_LengthTakesTooLong(t *testing.T) {
	for name, test := range map[string]struct {
		latency time.Duration
		fail    func(token string) error
		kind    providers.Kind
		took    time.Duration
	}{
		"slow pages": {2 * time.Second, nil, providers.Indexing, 7500 * time.Millisecond},
		"no page":    {9 * time.Second, nil, providers.Timeout, 7500 * time.Millisecond},
		"rate limited behind the first page": {time.Second, func(token string) error {
			if token != "" {
				return &providers.Error{Kind: providers.RateLimited, RetryAfter: 20 * time.Second}
			}
			return nil
		}, providers.Indexing, 4 * time.Second},
	} {
		o := options
		o.MinRows = 60
		synctest.Test(t, func(t *testing.T) {
			v, d, _ := slow(t, o)
			v.latency, v.fail = test.latency, test.fail
			start := time.Now()
			e := errorOf(find(t, d, "person5@example.com", 10*time.Second))
			if e.Kind != test.kind || e.RetryAfter < time.Second || time.Since(start) != test.took {
				t.Errorf("%s: %+v after %v", name, e, time.Since(start))
			}
			v.set(func(v *vendor) { v.fail = nil })
			time.Sleep(2 * time.Minute)
			expect(t, name, find(t, d, "person5@example.com", 10*time.Second), 1, false)
		})
	}
}
