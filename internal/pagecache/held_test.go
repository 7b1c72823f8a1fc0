package pagecache_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// firstHeld returns the name of the first page that FirstHeld finds.
func firstHeld(s *pagecache.Scope, names ...string) string {
	return names[pagecache.FirstHeld[page](s, len(names), func(i int) pagecache.Key { return pageKey(s, names[i]) })]
}

func TestFirstHeld_FreshThenStale(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, v := scope(c, "token"), &vendor{}
		check := func(want string) {
			t.Helper()
			if got := firstHeld(s, "small", "medium", "large"); got != want {
				t.Errorf("%s is held, want %s", got, want)
			}
		}
		check("small")
		v.one(t.Context(), s, "large")
		check("large")
		if got := pagecache.FirstHeld[string](s, 2, func(i int) pagecache.Key { return pageKey(s, []string{"small", "large"}[i]) }); got != 0 {
			t.Error("a page of another type is held")
		}
		if got := firstHeld(scope(c, "other"), "small", "large"); got != "small" {
			t.Error("a page of another credential is held")
		}
		pass(2 * time.Minute)
		check("large")
		v.one(t.Context(), s, "medium")
		check("medium")
		pass(time.Hour)
		check("small")
		v.one(t.Context(), s, "large")
		s.Invalidate(t.Context(), model.ID("large"))
		check("small")
		if calls := v.loaded(); calls != 3 {
			t.Errorf("%d calls, want 3", calls)
		}
	})
}

func TestFirstHeld_InFlight(t *testing.T) {
	for _, config := range []pagecache.Config{minute(), {}} {
		bubble(t, config, func(t *testing.T, c *pagecache.Cache) {
			s, v := scope(c, "token"), &vendor{block: make(chan struct{})}
			done := make(chan struct{})
			go func() {
				defer close(done)
				v.one(t.Context(), s, "large")
			}()
			pass(time.Millisecond)
			if got := firstHeld(s, "small", "large"); got != "large" {
				t.Errorf("%s, although the lookup of the large page is in flight", got)
			}
			close(v.block)
			<-done
		})
	}
}

func TestFirstHeld_InRedis(t *testing.T) {
	r := startRedis(t)
	one, _ := r.replica()
	two, _ := r.replica()
	v := &vendor{}
	v.one(t.Context(), scope(one, "token"), "large")
	r.holds("p", 1)
	if got := firstHeld(scope(two, "token"), "small", "large"); got != "large" {
		t.Errorf("%s, although Redis has the large page", got)
	}
	want(t, v.one(t.Context(), scope(two, "token"), "large"), "large", pagecache.FromRedis)
	if got := firstHeld(scope(two, "other"), "small", "large"); got != "small" {
		t.Errorf("%s, which Redis has of another credential", got)
	}
	r.kill()
	if got := firstHeld(scope(one, "token"), "small", "medium"); got != "small" {
		t.Errorf("%s without Redis", got)
	}
	if v.calls() != 1 || !slices.Equal(v.batches[0], []string{"large"}) {
		t.Errorf("calls %q", v.batches)
	}
}
