package pagecache_test

import (
	"errors"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// refusal returns an error and counts its calls.
type refusal struct {
	err   error
	calls int
}

func (r *refusal) call(s *pagecache.Scope, key string) error {
	refused := func(err error) bool { return errors.Is(err, errRefused) }
	return s.CacheError(s.Page(key), func() error { r.calls++; return r.err }, refused, "a:Account:1")
}

var errRefused = errors.New("refused")

func TestCacheError_Lifetime(t *testing.T) {
	for name, c := range map[string]struct {
		event func(t *testing.T, s *pagecache.Scope)
		ends  bool
	}{
		"before the end":        {func(*testing.T, *pagecache.Scope) { pass(4 * time.Second) }, false},
		"end":                   {func(*testing.T, *pagecache.Scope) { pass(5 * time.Second) }, true},
		"scope dropped":         {func(t *testing.T, s *pagecache.Scope) { s.Drop(t.Context()) }, true},
		"tag invalidated":       {func(t *testing.T, s *pagecache.Scope) { s.Invalidate(t.Context(), "a:Account:1") }, true},
		"other tag invalidated": {func(t *testing.T, s *pagecache.Scope) { s.Invalidate(t.Context(), "a:Account:2") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, minute(), func(t *testing.T, cache *pagecache.Cache) {
				s, r := scope(cache, "token"), &refusal{err: errRefused}
				for range 3 {
					if err := r.call(s, "a"); !errors.Is(err, errRefused) {
						t.Errorf("got %v", err)
					}
				}
				if r.calls != 1 {
					t.Errorf("%d calls, want 1", r.calls)
				}
				c.event(t, s)
				r.err = nil
				if err := r.call(s, "a"); (err == nil) != c.ends {
					t.Errorf("after the event: %v", err)
				}
			})
		})
	}
}

func TestCacheError_NotCached(t *testing.T) {
	for name, c := range map[string]struct {
		config pagecache.Config
		err    error
	}{
		"success":        {minute(), nil},
		"another error":  {minute(), errors.New("unavailable")},
		"disabled cache": {pagecache.Config{}, errRefused},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, c.config, func(t *testing.T, cache *pagecache.Cache) {
				s, r := scope(cache, "token"), &refusal{err: c.err}
				for range 2 {
					if err := r.call(s, "a"); !errors.Is(err, c.err) {
						t.Errorf("got %v", err)
					}
				}
				if r.calls != 2 {
					t.Errorf("%d calls, want 2", r.calls)
				}
			})
		})
	}
}

func TestCacheError_OtherKeysAndScopes(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, r := scope(c, "token"), &refusal{err: errRefused}
		_ = r.call(s, "a")
		_ = r.call(s, "b")
		_ = r.call(scope(c, "other"), "a")
		if r.calls != 3 {
			t.Errorf("%d calls, want 3", r.calls)
		}
	})
}

// An error from before an invalidation is not stored after it.
func TestCacheError_InvalidatedDuringCall(t *testing.T) {
	bubble(t, minute(), func(t *testing.T, c *pagecache.Cache) {
		s, r := scope(c, "token"), &refusal{err: errRefused}
		_ = s.CacheError(s.Page("a"), func() error { s.Drop(t.Context()); return errRefused }, func(error) bool { return true })
		_ = r.call(s, "a")
		if r.calls != 1 {
			t.Errorf("%d calls, want 1", r.calls)
		}
	})
}
