package pagecache_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

func TestGet_FreshThenStaleThenExpired(t *testing.T) {
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
		v.respond(failing(providers.Unavailable))
		pass(2 * time.Second)
		got = v.one(t.Context(), s, "a")
		want(t, got, "a", pagecache.FromStale)
		if !got.Stale || got.FreshFor != 0 || !got.FetchedAt.Equal(began) {
			t.Errorf("stale %v, fresh for %v, fetched %v", got.Stale, got.FreshFor, got.FetchedAt)
		}
		pass(15 * time.Minute)
		wantKind(t, v.one(t.Context(), s, "a"), providers.Unavailable)
		v.respond(nil)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
		if v.decodings() != 2 {
			t.Errorf("decoded %d times; want 2", v.decodings())
		}
	})
}

func TestGet_RevalidatesInBackground(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.one(t.Context(), s, "a")
		v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Body: []byte("new")} })
		v.delay = time.Second
		pass(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		for range 10 {
			want(t, v.one(ctx, s, "a"), "a", pagecache.FromStale)
		}
		cancel() // This does not cancel the revalidation.
		pass(time.Second)
		want(t, v.one(t.Context(), s, "a"), "new", pagecache.FromMemory)
		if v.calls() != 2 {
			t.Errorf("%d calls; want 2", v.calls())
		}
	})
}

func TestRevalidate_BacksOffAfterFailures(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.one(t.Context(), s, "a")
		v.respond(failing(providers.Unavailable))
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
				t.Fatalf("revalidated at %v; want 0s 1s 3s 7s 15s 31s 1m3s 2m3s 3m3s …", at)
			}
		}
		v.respond(nil)
		pass(time.Minute)
		v.one(t.Context(), s, "a")
		synctest.Wait()
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromMemory)
	})
}

func TestGet_CachesNothingWithoutLifetime(t *testing.T) {
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

func TestGet_CachesAbsenceForFiveSeconds(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.respond(func(string) pagecache.Loaded { return pagecache.Loaded{Absent: true} })
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
			t.Errorf("another scope: absent %v, %d calls", got.Absent, v.calls())
		}
	})
}

func TestGet_DoesNotCacheErrors(t *testing.T) {
	for _, kind := range []providers.Kind{
		providers.InvalidArgument, providers.NotFound, providers.Unauthenticated, providers.Forbidden, providers.Timeout, providers.Unavailable,
		providers.CircuitOpen, providers.RateLimited, providers.BadResponse, providers.Incomplete, providers.BudgetExceeded, providers.Canceled,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s, v := scope(c, "token"), &vendor{body: failing(kind)}
				wantKind(t, v.one(t.Context(), s, "a"), kind)
				wantKind(t, v.one(t.Context(), s, "a"), kind)
				v.respond(nil)
				want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
			})
		})
	}
}

func TestGetMulti_LoadsMissingKeysOnce(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		v.read(t.Context(), s, "b", "d")
		got := v.read(t.Context(), s, "a", "b", "c", "d", "a")
		for i, w := range []struct {
			body   string
			source pagecache.Source
		}{
			{"a", pagecache.FromInFlight}, {"b", pagecache.FromMemory}, {"c", pagecache.FromVendor}, {"d", pagecache.FromMemory}, {"a", pagecache.FromVendor},
		} {
			want(t, got[i], w.body, w.source)
		}
		if v.calls() != 2 || v.loaded() != 4 {
			t.Errorf("%d calls for %d keys; want 2 for 4", v.calls(), v.loaded())
		}
	})
}

func TestGetMulti_PanicsAreErrors(t *testing.T) {
	type deliver = func(pagecache.Key, pagecache.Loaded)
	decode := func(pagecache.Key, []byte) (page, error) { return page{}, nil }
	load := func(_ context.Context, keys []pagecache.Key, deliver deliver) {
		for _, key := range keys {
			deliver(key, pagecache.Loaded{})
		}
	}
	for name, test := range map[string]struct {
		decode func(pagecache.Key, []byte) (page, error)
		load   pagecache.Load
	}{
		"decode panics":   {func(pagecache.Key, []byte) (page, error) { panic("decode") }, load},
		"unknown error":   {func(pagecache.Key, []byte) (page, error) { return page{}, context.Canceled }, load},
		"load panics":     {decode, func(context.Context, []pagecache.Key, deliver) { panic("load") }},
		"load is partial": {decode, func(context.Context, []pagecache.Key, deliver) {}},
		"load exits":      {decode, func(context.Context, []pagecache.Key, deliver) { runtime.Goexit() }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
				s := scope(c, "token")
				for range 2 {
					keys := []pagecache.Key{s.Page("a"), s.Page("b")}
					got := pagecache.GetMulti(t.Context(), s, keys, test.decode, test.load)
					for _, answer := range got {
						wantKind(t, answer, providers.BadResponse)
					}
				}
			})
		})
	}
}

func TestGetMulti_DeliversEachKeyAtOnce(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s := scope(c, "token")
		keys := []pagecache.Key{s.Page("a"), s.Page("b")}
		decode := func(_ pagecache.Key, body []byte) (page, error) { return page{string(body)}, nil }
		load := func(_ context.Context, keys []pagecache.Key, deliver func(pagecache.Key, pagecache.Loaded)) {
			deliver(keys[1], pagecache.Loaded{Body: []byte("b")})
			deliver(keys[1], pagecache.Loaded{Body: []byte("again")}) // Only the first one counts.
			deliver(s.Page("unknown"), pagecache.Loaded{Body: []byte("x")})
			<-time.After(time.Second)
			deliver(keys[0], pagecache.Loaded{Body: []byte("a")})
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			got := pagecache.GetMulti(t.Context(), s, keys, decode, load)
			want(t, got[0], "a", pagecache.FromVendor)
			want(t, got[1], "b", pagecache.FromVendor)
		})
		synctest.Wait()
		want(t, pagecache.Get(t.Context(), s, keys[1], decode, nil), "b", pagecache.FromMemory)
		want(t, pagecache.Get(t.Context(), s, keys[0], decode, nil), "a", pagecache.FromInFlight)
		wg.Wait()
	})
}

func TestPrime_KeepsNewerValue(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		key := pageKey(s, "a")
		pass(time.Second)
		early := time.Now()
		pass(time.Second)
		v.one(t.Context(), s, "a")
		pagecache.Prime(s, key, page{"older"}, 10, early)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromMemory)
		pass(time.Second)
		pagecache.Prime(s, key, page{"newer"}, 10, time.Now())
		want(t, v.one(t.Context(), s, "a"), "newer", pagecache.FromMemory)
		pagecache.Prime(scope(c, "other"), key, page{"foreign"}, 10, time.Now())
		want(t, v.one(t.Context(), s, "a"), "newer", pagecache.FromMemory)

		fetched := time.Now()
		s.Drop(t.Context())
		pagecache.Prime(s, key, page{"from before"}, 10, fetched)
		want(t, v.one(t.Context(), s, "a"), "a", pagecache.FromVendor)
	})
}

func TestGetMulti_RejectsKeysOfOtherScopes(t *testing.T) {
	c := open(t, minute())
	v, s, other := &vendor{}, scope(c, "token"), scope(c, "other")
	v.one(t.Context(), other, "a")
	keys := []pagecache.Key{pageKey(other, "a"), {}}
	got := pagecache.GetMulti(t.Context(), s, keys,
		func(pagecache.Key, []byte) (page, error) { return page{}, nil },
		func(context.Context, []pagecache.Key, func(pagecache.Key, pagecache.Loaded)) {
			t.Error("called the vendor")
		})
	for _, answer := range got {
		wantKind(t, answer, providers.InvalidArgument)
	}
}

// What nothing may be cached of is fresh for no time, however long the call has taken.
func TestGet_WithoutCacheIsNotFresh(t *testing.T) {
	bubble(t, pagecache.Config{Now: ticking()}, func(t *testing.T, c *pagecache.Cache) {
		got := (&vendor{}).one(t.Context(), scope(c, "token"), "a")
		want(t, got, "a", pagecache.FromVendor)
		if got.FreshFor != 0 {
			t.Errorf("fresh for %v", got.FreshFor)
		}
	})
}

// ticking returns a clock that advances with each use.
func ticking() func() time.Time {
	var ticks atomic.Int64
	return func() time.Time { return time.UnixMilli(ticks.Add(1)) }
}
