package pagecache_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

func TestAValueIsFreshThenStaleThenGone(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		began := time.Now()
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
		pass(59 * time.Second)
		got := v.one(t.Context(), s, "a")
		want(t, got, "a", pagecache.FromMemory)
		if got.Stale || got.FreshFor != time.Second || !got.FetchedAt.Equal(began) {
			t.Errorf("stale %v, fresh for %v, fetched %v", got.Stale, got.FreshFor, got.FetchedAt)
		}
		v.answer(failing(providers.Unavailable))
		pass(2 * time.Second)
		got = v.one(t.Context(), s, "a")
		want(t, got, "a", pagecache.FromStale)
		if !got.Stale || got.FreshFor != 0 || !got.FetchedAt.Equal(began) {
			t.Errorf("stale %v, fresh for %v, fetched %v", got.Stale, got.FreshFor, got.FetchedAt)
		}
		pass(15 * time.Minute)
		wantKind(t, v.one(t.Context(), s, "a"), providers.Unavailable)
		v.answer(nil)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
		if v.decodings() != 2 {
			t.Errorf("decoded %d times; want 2", v.decodings())
		}
	})
}

func TestARefreshRunsBehindTheAnswer(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.one(t.Context(), s, "a")
		v.answer(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("new")} })
		v.delay = time.Second
		pass(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		for range 10 {
			want(t, v.one(ctx, s, "a"), "a", pagecache.FromStale)
		}
		cancel() // Whoever was answered does not end what runs behind.
		pass(time.Second)
		want(t, v.one(t.Context(), s, "a"), "new", pagecache.FromMemory)
		if v.calls() != 2 {
			t.Errorf("%d calls; want 2", v.calls())
		}
	})
}

func TestAFailedRefreshWaitsLongerEachTime(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.one(t.Context(), s, "a")
		v.answer(failing(providers.Unavailable))
		pass(time.Minute)
		var at []time.Duration
		began := time.Now()
		for range 10 * 60 * 5 {
			before := v.calls()
			want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromStale)
			synctest.Wait()
			if v.calls() > before {
				at = append(at, time.Since(began).Round(time.Second))
			}
			pass(200 * time.Millisecond)
		}
		// 1, 2, 4, … 60 s apart.
		for i, d := range []time.Duration{0, 1, 3, 7, 15, 31, 63, 123, 183} {
			if i >= len(at) || at[i] != d*time.Second {
				t.Fatalf("refreshed at %v; want 0s 1s 3s 7s 15s 31s 1m3s 2m3s 3m3s …", at)
			}
		}
		v.answer(nil)
		pass(time.Minute)
		v.one(t.Context(), s, "a")
		synctest.Wait()
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromMemory)
	})
}

func TestNothingIsRememberedWithoutTime(t *testing.T) {
	bubble(t, pagecache.Config{}, func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		for range 3 {
			got := v.one(t.Context(), s, "a")
			want(t, got, "a", pagecache.FromVendor)
			if got.Stale || got.FreshFor != 0 {
				t.Errorf("stale %v, fresh for %v", got.Stale, got.FreshFor)
			}
		}
		if v.calls() != 3 {
			t.Errorf("%d calls; want 3", v.calls())
		}
	})
}

func TestWhatIsAbsentIsRememberedForFiveSeconds(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.answer(func(string) pagecache.Loaded { return pagecache.Loaded{Absent: true} })
		for _, calls := range []int{1, 1, 2} {
			if got := v.one(t.Context(), s, "a"); !got.Absent || got.Err != nil || got.Stale {
				t.Errorf("absent %v, error %v, stale %v", got.Absent, got.Err, got.Stale)
			}
			if v.calls() != calls {
				t.Errorf("%d calls; want %d", v.calls(), calls)
			}
			pass(4 * time.Second)
		}
		if got := v.one(t.Context(), scope(c, "other"), "a"); !got.Absent || v.calls() != 3 {
			t.Errorf("another scope was not asked for: %d calls", v.calls())
		}
	})
}

func TestErrorsAreNotRemembered(t *testing.T) {
	for _, kind := range []providers.Kind{
		providers.InvalidArgument, providers.NotFound, providers.Unauthenticated, providers.Forbidden, providers.Timeout, providers.Unavailable,
		providers.CircuitOpen, providers.RateLimited, providers.BadResponse, providers.Incomplete, providers.BudgetExceeded, providers.Canceled,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, v := scope(c, "token"), &vendor{body: failing(kind)}
				wantKind(t, v.one(t.Context(), s, "a"), kind)
				wantKind(t, v.one(t.Context(), s, "a"), kind)
				v.answer(nil)
				want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
			})
		})
	}
}

func TestABatchAsksOnceForWhatIsMissing(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.read(t.Context(), s, "b", "d")
		got := v.read(t.Context(), s, "a", "b", "c", "d", "a")
		for i, w := range []struct {
			body   string
			source pagecache.Source
		}{
			{"a", pagecache.FromVendor}, {"b", pagecache.FromMemory}, {"c", pagecache.FromVendor}, {"d", pagecache.FromMemory}, {"a", pagecache.Coalesced},
		} {
			want(t, got[i], w.body, w.source)
		}
		if v.calls() != 2 || v.asked() != 4 {
			t.Errorf("%d calls for %d keys; want 2 for 4", v.calls(), v.asked())
		}
	})
}

func TestPanicsAreErrors(t *testing.T) {
	decode := func(int, []byte) (page, error) { return page{}, nil }
	load := func(_ context.Context, missing []int) []pagecache.Loaded {
		return make([]pagecache.Loaded, len(missing))
	}
	for name, test := range map[string]struct {
		decode func(int, []byte) (page, error)
		load   func(context.Context, []int) []pagecache.Loaded
	}{
		"decode":        {func(int, []byte) (page, error) { panic("decode") }, load},
		"decode's text": {func(int, []byte) (page, error) { return page{}, context.Canceled }, load},
		"load":          {decode, func(context.Context, []int) []pagecache.Loaded { panic("load") }},
		"too few":       {decode, func(context.Context, []int) []pagecache.Loaded { return nil }},
		"no return":     {decode, func(context.Context, []int) []pagecache.Loaded { runtime.Goexit(); return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s := scope(c, "token")
				for range 2 {
					for _, got := range pagecache.Read(t.Context(), s, []pagecache.Key{s.Page("a"), s.Page("b")}, test.decode, together(test.load)) {
						wantKind(t, got, providers.BadResponse)
					}
				}
			})
		})
	}
}

func TestRememberNeverReplacesANewerValue(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		key := s.Page("GET", "a")
		pass(time.Second)
		early := time.Now()
		pass(time.Second)
		v.one(t.Context(), s, "a")
		pagecache.Remember(s, key, page{"older"}, 10, early)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromMemory)
		pass(time.Second)
		pagecache.Remember(s, key, page{"newer"}, 10, time.Now())
		want(t, v.one(t.Context(), s, "a"), "newer", pagecache.FromMemory)
		pagecache.Remember(scope(c, "other"), key, page{"foreign"}, 10, time.Now())
		want(t, v.one(t.Context(), s, "a"), "newer", pagecache.FromMemory)

		asked := time.Now()
		s.Drop(t.Context())
		pagecache.Remember(s, key, page{"of before"}, 10, asked)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
	})
}

func TestAKeyOfAnotherScopeIsRefused(t *testing.T) {
	c := open(t, minute())
	v, s, other := &vendor{}, scope(c, "token"), scope(c, "other")
	v.one(t.Context(), other, "a")
	got := pagecache.Read(t.Context(), s, []pagecache.Key{other.Page("GET", "a"), {}},
		func(int, []byte) (page, error) { return page{}, nil },
		func(context.Context, []int, func(int, pagecache.Loaded)) { t.Error("asked") })
	wantKind(t, got[0], providers.InvalidArgument)
	wantKind(t, got[1], providers.InvalidArgument)
}
