package pagecache_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

func TestGet_SingleflightPerScope(t *testing.T) {
	for range iterations(100) {
		bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
			v := &vendor{block: make(chan struct{})}
			v.body = func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(name)} }
			var owners [2]*vendor
			var scopes [2]*pagecache.Scope
			for i := range owners {
				owner := fmt.Sprint("owner ", i)
				owners[i] = &vendor{block: v.block, body: func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(owner)} }}
				scopes[i] = scope(c, owner)
			}
			var wg sync.WaitGroup
			var foreign, coalesced atomic.Int64
			for i := range 1000 {
				wg.Go(func() {
					got := owners[i%2].one(t.Context(), scopes[i%2], "same")
					if got.Value.body != fmt.Sprint("owner ", i%2) {
						foreign.Add(1)
					}
					if got.Source == pagecache.FromInFlight {
						coalesced.Add(1)
					}
				})
			}
			synctest.Wait()
			close(v.block)
			wg.Wait()
			if owners[0].calls() != 1 || owners[1].calls() != 1 || foreign.Load() != 0 || coalesced.Load() != 998 {
				t.Errorf("%d and %d calls, %d foreign, %d coalesced", owners[0].calls(), owners[1].calls(), foreign.Load(), coalesced.Load())
			}
		})
	}
}

func TestGet_FirstCallerLeaves(t *testing.T) {
	for _, leave := range []string{"cancel", "deadline"} {
		t.Run(leave, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, v := scope(c, "token"), &vendor{delay: 2 * time.Second}
				kind := providers.Canceled
				ctx, cancel := context.WithCancel(t.Context())
				if leave == "deadline" {
					kind = providers.Timeout
					ctx, cancel = context.WithTimeout(t.Context(), time.Second)
				}
				defer cancel()
				var wg sync.WaitGroup
				wg.Go(func() { wantKind(t, v.one(ctx, s, "a"), kind) })
				synctest.Wait()
				for range 999 {
					wg.Go(func() { want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromInFlight) })
				}
				synctest.Wait()
				pass(time.Second)
				cancel()
				wg.Wait()
				if v.calls() != 1 {
					t.Errorf("%d calls; want 1", v.calls())
				}
			})
		})
	}
}

func TestGet_LastCallerLeaves(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{delay: time.Hour}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { wantKind(t, v.read(ctx, s, "a", "b")[0], providers.Canceled) })
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		synctest.Wait() // The load has ended, or the bubble would not.
		v.delay = 0
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)

		wantKind(t, v.one(ctx, s, "new"), providers.Canceled)
		want(t, v.one(ctx, s, "a"), "a", pagecache.FromMemory)
		if v.loaded("new") != 0 {
			t.Error("a canceled caller started a load")
		}
	})
}

func TestGet_PrivateErrorsAreNotShared(t *testing.T) {
	for _, kind := range []providers.Kind{providers.BudgetExceeded, providers.Canceled} {
		t.Run(kind.String(), func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s := scope(c, "token")
				first := &vendor{block: make(chan struct{}), body: failing(kind)}
				others := &vendor{}
				var wg sync.WaitGroup
				wg.Go(func() { wantKind(t, first.one(t.Context(), s, "a"), kind) })
				synctest.Wait()
				for range 20 {
					wg.Go(func() {
						if got := others.one(t.Context(), s, "a"); got.Value.body != "a" {
							t.Errorf("got %q, error %v", got.Value.body, got.Err)
						}
					})
				}
				synctest.Wait()
				close(first.block)
				wg.Wait()
				if first.calls() != 1 || others.calls() != 1 {
					t.Errorf("%d and %d calls; want 1 and 1", first.calls(), others.calls())
				}
			})
		})
	}
}

func TestGet_SharesOtherErrors(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{delay: time.Second, body: failing(providers.Unavailable)}
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { wantKind(t, v.one(t.Context(), s, "a"), providers.Unavailable) })
		}
		wg.Wait()
		if v.calls() != 1 {
			t.Errorf("%d calls; want 1", v.calls())
		}
	})
}

type contextKey struct{}

func TestGet_LoadContext(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s := scope(c, "token")
		var seen []any
		read := func(value string) {
			ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), contextKey{}, value), time.Second)
			defer cancel()
			pagecache.Get(ctx, s, s.Page("a"), func(pagecache.Key, []byte) (page, error) { return page{}, nil },
				func(ctx context.Context, keys []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
					if _, bound := ctx.Deadline(); bound != (ctx.Value(contextKey{}) == nil) {
						t.Errorf("deadline %v, value %v", bound, ctx.Value(contextKey{}))
					}
					seen = append(seen, ctx.Value(contextKey{}))
					deliver(keys[0], pagecache.Loaded{})
				})
			synctest.Wait()
		}
		read("first")
		pass(time.Minute)
		read("stale")
		if len(seen) != 2 || seen[0] != "first" || seen[1] != nil {
			t.Errorf("loads saw %v; a revalidation must not see the values of the answered caller", seen)
		}
	})
}

func TestRevalidate_IsSpreadOverTime(t *testing.T) {
	config := minute()
	config.Rand = nil
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		names := make([]string, iterations(10_000))
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		v.read(t.Context(), s, names...)
		before, most, total := v.loaded(), 0, 0
		for range 60 {
			pass(time.Second)
			v.read(t.Context(), s, names...)
			synctest.Wait()
			n := v.loaded() - before
			total, most, before = total+n, max(most, n), v.loaded()
		}
		// Up to a fifth of the minute is subtracted from their lifetimes.
		if mean := len(names) / 12; total < len(names) || most > 2*mean {
			t.Errorf("%d revalidations, up to %d in one second, want at most twice %d", total, most, mean)
		}
	})
}

func TestGet_RefusedCredentialDropsScope(t *testing.T) {
	for name, test := range map[string]struct {
		kind       providers.Kind
		background bool
		dropped    bool
	}{
		"401":                 {providers.Unauthenticated, false, true},
		"401 in background":   {providers.Unauthenticated, true, true},
		"403 for another key": {providers.Forbidden, false, false},
		"403 in background":   {providers.Forbidden, true, true},
		"503 in background":   {providers.Unavailable, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, other, v := scope(c, "token"), scope(c, "other"), &vendor{}
				v.read(t.Context(), s, "a", "b")
				v.one(t.Context(), other, "a")
				v.respond(failing(test.kind))
				if test.background {
					pass(time.Minute)
					want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromStale)
				} else {
					wantKind(t, v.one(t.Context(), s, "new"), test.kind)
				}
				synctest.Wait()
				for _, name := range []string{"a", "b"} {
					if got := v.one(t.Context(), s, name); (got.Err != nil) != test.dropped {
						t.Errorf("%s: got %q from %s, error %v", name, got.Value.body, got.Source, got.Err)
					}
				}
				if got := v.one(t.Context(), other, "a"); got.Err != nil {
					t.Errorf("another scope lost its page: %v", got.Err)
				}
			})
		})
	}
}

func TestInvalidate_DuringLoad(t *testing.T) {
	for name, invalidate := range map[string]func(context.Context, *pagecache.Scope){
		"drop":       func(ctx context.Context, s *pagecache.Scope) { s.Drop(ctx) },
		"invalidate": func(ctx context.Context, s *pagecache.Scope) { s.Invalidate(ctx, model.ID("a")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, v := scope(c, "token"), &vendor{delay: time.Second}
				var wg sync.WaitGroup
				wg.Go(func() { want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor) })
				synctest.Wait()
				invalidate(t.Context(), s)
				want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
				wg.Wait()
				if v.calls() != 2 {
					t.Errorf("%d calls; a later caller must not join the load in flight", v.calls())
				}
			})
		})
	}
}

// A value that was requested before an invalidation of its object is not in Redis afterwards.
func TestInvalidate_DuringLoadWithRedis(t *testing.T) {
	f := new(redistest.Fake)
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{delay: time.Second}
		pass(time.Second)
		v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("a old")} })
		var wg sync.WaitGroup
		wg.Go(func() { want(t, v.one(t.Context(), s, "a"), "a old", pagecache.FromVendor) })
		synctest.Wait()
		s.Invalidate(t.Context(), model.ID("a"))
		wg.Wait()
		synctest.Wait()
		if n := len(values(f)); n != 0 {
			t.Errorf("Redis has %d values", n)
		}
		v.respond(nil)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
	})
}

// The vendor forbids what Redis may hold, which does not respond: it is not served when Redis
// responds again.
func TestGet_ForbiddenWhileRedisIsDown(t *testing.T) {
	f := new(redistest.Fake)
	config, _ := faked(f)
	bubble(t, config, func(t *testing.T, first *pagecache.Cache) {
		pass(time.Second)
		v := &vendor{}
		v.one(t.Context(), scope(first, "token"), "a")
		synctest.Wait()
		if len(values(f)) != 1 {
			t.Fatal("the value is not in Redis")
		}
		second, _ := openFaked(t, f)
		defer second.Close()
		s := scope(second, "token")
		pass(time.Second)
		f.SetSilent(true)
		v.respond(failing(providers.Forbidden))
		wantKind(t, v.one(t.Context(), s, "a"), providers.Forbidden)
		f.SetSilent(false)
		pass(5 * time.Second)
		wantKind(t, v.one(t.Context(), s, "a"), providers.Forbidden)
	})
}

func TestInvalidate_RemovesTaggedEntriesOnly(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, other, v := scope(c, "token"), scope(c, "other"), &vendor{}
		names := []string{"anna", "anna bert", "bert", "annabel"}
		v.read(t.Context(), s, names...)
		v.read(t.Context(), other, names...)
		s.Invalidate(t.Context(), "anna")
		for i, source := range []pagecache.Source{pagecache.FromVendor, pagecache.FromVendor, pagecache.FromMemory, pagecache.FromMemory} {
			want(t, v.one(t.Context(), s, names[i]), names[i], source)
			want(t, v.one(t.Context(), other, names[i]), names[i], pagecache.FromMemory)
		}
	})
}

// TestDrop_DuringLoad: the waiters get a value that is fresh for no time.
func TestDrop_DuringLoad(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s := scope(c, "token")
		slow, refused := &vendor{block: make(chan struct{})}, &vendor{}
		refused.respond(failing(providers.Unauthenticated))
		var wg sync.WaitGroup
		wg.Go(func() {
			got := slow.one(t.Context(), s, "a")
			if got.Value.body != "a" || got.FreshFor != 0 {
				t.Errorf("got %q, error %v, fresh for %v", got.Value.body, got.Err, got.FreshFor)
			}
		})
		synctest.Wait()
		refused.one(t.Context(), s, "b")
		close(slow.block)
		wg.Wait()
	})
}
