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
	"github.com/accountgraph/accountgraph/providers"
)

func TestAThousandAskOnceAScope(t *testing.T) {
	for range 100 {
		bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
			v := &vendor{gate: make(chan struct{})}
			v.body = func(name string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(name)} }
			var owners [2]*vendor
			var scopes [2]*pagecache.Scope
			for i := range owners {
				owner := fmt.Sprint("canary of ", i)
				owners[i] = &vendor{gate: v.gate, body: func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte(owner)} }}
				scopes[i] = scope(c, owner)
			}
			var wg sync.WaitGroup
			var foreign, coalesced atomic.Int64
			for i := range 1000 {
				wg.Go(func() {
					got := owners[i%2].one(t.Context(), scopes[i%2], "same")
					if got.Value.body != fmt.Sprint("canary of ", i%2) {
						foreign.Add(1)
					}
					if got.Source == pagecache.Coalesced {
						coalesced.Add(1)
					}
				})
			}
			synctest.Wait()
			close(v.gate)
			wg.Wait()
			if owners[0].calls() != 1 || owners[1].calls() != 1 || foreign.Load() != 0 || coalesced.Load() != 998 {
				t.Errorf("%d and %d calls, %d foreign, %d coalesced", owners[0].calls(), owners[1].calls(), foreign.Load(), coalesced.Load())
			}
		})
	}
}

func TestWhoeverAskedFirstMayLeave(t *testing.T) {
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
					wg.Go(func() { want(t, v.one(t.Context(), s, "a"), "a", pagecache.Coalesced) })
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

func TestNobodyIsAskedWhenNobodyWaits(t *testing.T) {
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
		if v.asked("new") != 0 {
			t.Error("asked for someone who has left")
		}
	})
}

func TestOthersDoNotShareABudget(t *testing.T) {
	for _, kind := range []providers.Kind{providers.BudgetExceeded, providers.Canceled} {
		t.Run(kind.String(), func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s := scope(c, "token")
				poor := &vendor{gate: make(chan struct{}), body: failing(kind)}
				rich := &vendor{}
				var wg sync.WaitGroup
				wg.Go(func() { wantKind(t, poor.one(t.Context(), s, "a"), kind) })
				synctest.Wait()
				for range 20 {
					wg.Go(func() {
						if got := rich.one(t.Context(), s, "a"); got.Value.body != "a" {
							t.Errorf("got %q, error %v", got.Value.body, got.Err)
						}
					})
				}
				synctest.Wait()
				close(poor.gate)
				wg.Wait()
				if poor.calls() != 1 || rich.calls() != 1 {
					t.Errorf("%d and %d calls; want 1 and 1", poor.calls(), rich.calls())
				}
			})
		})
	}
}

func TestOtherErrorsAreShared(t *testing.T) {
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

type secret struct{}

func TestALoadSeesTheValuesOfWhoBegan(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s := scope(c, "token")
		var seen []any
		read := func(value string) {
			ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), secret{}, value), time.Second)
			defer cancel()
			pagecache.Read(ctx, s, []pagecache.Key{s.Page("a")}, func(int, []byte) (page, error) { return page{}, nil },
				together(func(ctx context.Context, _ []int) []pagecache.Loaded {
					if _, bound := ctx.Deadline(); bound != (ctx.Value(secret{}) == nil) {
						t.Errorf("deadline %v, value %v", bound, ctx.Value(secret{}))
					}
					seen = append(seen, ctx.Value(secret{}))
					return make([]pagecache.Loaded, 1)
				}))
			synctest.Wait()
		}
		read("first")
		pass(time.Minute)
		read("answered before the refresh")
		if len(seen) != 2 || seen[0] != "first" || seen[1] != nil {
			t.Errorf("loads saw %v; a refresh sees nothing of the operation that has its answer", seen)
		}
	})
}

func TestRefreshesAreSpread(t *testing.T) {
	config := minute()
	config.Rand = nil
	bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		names := make([]string, 10_000)
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		v.read(t.Context(), s, names...)
		before, most, seconds, total := v.asked(), 0, 0, 0
		for range 60 {
			pass(time.Second)
			v.read(t.Context(), s, names...)
			synctest.Wait()
			if n := v.asked() - before; n > 0 {
				seconds, total, most = seconds+1, total+n, max(most, n)
			}
			before = v.asked()
		}
		if total < 10_000 || most*seconds > 2*total {
			t.Errorf("%d refreshes in %d seconds, up to %d in one", total, seconds, most)
		}
	})
}

func TestACredentialThatIsRefusedSeesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		kind      providers.Kind
		behind    bool
		forgotten bool
	}{
		"401":                 {providers.Unauthenticated, false, true},
		"401 in refresh":      {providers.Unauthenticated, true, true},
		"403 for another key": {providers.Forbidden, false, false},
		"403 in refresh":      {providers.Forbidden, true, true},
		"503 in refresh":      {providers.Unavailable, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, other, v := scope(c, "token"), scope(c, "other"), &vendor{}
				v.read(t.Context(), s, "a", "b")
				v.one(t.Context(), other, "a")
				v.answer(failing(test.kind))
				if test.behind {
					pass(time.Minute)
					want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromStale)
				} else {
					wantKind(t, v.one(t.Context(), s, "new"), test.kind)
				}
				synctest.Wait()
				for _, name := range []string{"a", "b"} {
					if got := v.one(t.Context(), s, name); (got.Err != nil) != test.forgotten {
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

func TestWhatIsForgottenMeanwhileIsNotRemembered(t *testing.T) {
	for name, forget := range map[string]func(context.Context, *pagecache.Scope){
		"drop":   func(ctx context.Context, s *pagecache.Scope) { s.Drop(ctx) },
		"forget": func(ctx context.Context, s *pagecache.Scope) { s.Invalidate(ctx, model.ID("a")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, v := scope(c, "token"), &vendor{delay: time.Second}
				var wg sync.WaitGroup
				wg.Go(func() { want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor) })
				synctest.Wait()
				forget(t.Context(), s)
				want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
				wg.Wait()
				if v.calls() != 2 {
					t.Errorf("%d calls; whoever comes after must not share what began before", v.calls())
				}
			})
		})
	}
}

func TestForgetIsExact(t *testing.T) {
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

// TestWhatWasReadBeforeARefusalIsNotKept: what lands after its credential was
// refused is given to who waits for it, and is fresh for no time.
func TestWhatWasReadBeforeARefusalIsNotKept(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s := scope(c, "token")
		slow, refused := &vendor{gate: make(chan struct{})}, &vendor{}
		refused.answer(failing(providers.Unauthenticated))
		var wg sync.WaitGroup
		wg.Go(func() {
			got := slow.one(t.Context(), s, "a")
			if got.Value.body != "a" || got.FreshFor != 0 {
				t.Errorf("got %q, error %v, fresh for %v", got.Value.body, got.Err, got.FreshFor)
			}
		})
		synctest.Wait()
		refused.one(t.Context(), s, "b")
		close(slow.gate)
		wg.Wait()
	})
}
