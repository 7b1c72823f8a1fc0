package upstream_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestReadPermitted_CachesForbidden(t *testing.T) {
	for status, cached := range map[int]bool{403: true, 401: false, 404: false, 503: false} {
		calls := 0
		cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cache.Close)
		client := connect(t, upstream.Config{Cache: cache, Rand: func() float64 { return 0 }, Transport: vendor(func(*http.Request) (*http.Response, error) {
			calls++
			return reply(status, "{}"), nil
		})})
		permitted := func(kind string, id model.ID) error {
			_, err := upstream.ReadPermitted(client, kind, id, func() (upstream.Reply[string], error) {
				return upstream.Read(t.Context(), client, upstream.Request{Path: "/" + kind}, func([]byte) (string, error) { return "", nil })
			})
			return err
		}
		first := permitted("users", "acme:Account:1")
		once := calls
		if second := permitted("users", "acme:Account:1"); providers.KindOf(second) != providers.KindOf(first) {
			t.Errorf("%d: %v, then %v", status, first, second)
		}
		if (calls == once) != cached {
			t.Errorf("%d: %d calls, then %d", status, once, calls)
		}
		_ = permitted("users", "acme:Account:2")
		_ = permitted("accounts", "acme:Account:1")
		if cached && calls != 3*once {
			t.Errorf("%d: another object and another kind took %d calls, want 2", status, calls-once)
		}
	}
}

func TestReadPermitted_WithoutCredential(t *testing.T) {
	client := connect(t, upstream.Config{}).WithCredential(providers.NewSecret(""), upstream.Bearer)
	_, err := upstream.ReadPermitted(client, "users", "acme:Account:1", func() (int, error) {
		return 0, &providers.Error{Kind: providers.Unauthenticated}
	})
	if providers.KindOf(err) != providers.Unauthenticated {
		t.Error(err)
	}
}
