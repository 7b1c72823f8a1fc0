package upstream_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// A client reports objects whose records have changed since they were cached, those that have
// come or gone, what is invalidated, and that its credential is refused; but not equal records,
// and nothing that a caller's credential reads.
func TestChanges_AreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute, Stale: time.Hour, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer cache.Close()
		status, body := http.StatusOK, `{"1": "Anna", "2": "Bo", "3": "Cy"}`
		var observed [][]model.ID
		c := connect(t, upstream.Config{
			Cache: cache, ObserveChange: func(ids []model.ID) { observed = append(observed, ids) },
			Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(status, body), nil }),
		})
		users := func(c *upstream.Client) {
			_, _ = upstream.Read(t.Context(), c, upstream.Request{Path: "/users"}, func(body []byte) ([]*model.User, error) {
				var names map[string]string
				if err := json.Unmarshal(body, &names); err != nil {
					return nil, err
				}
				var all []*model.User
				for id, name := range names {
					all = append(all, &model.User{Entity: model.NewEntity(c.Provider(), model.TypeUser, id), Name: &name})
				}
				return all, nil
			})
			synctest.Wait()
		}
		want := func(what string, ids ...[]model.ID) {
			t.Helper()
			for _, list := range observed {
				slices.Sort(list)
			}
			if diff := cmp.Diff(ids, observed); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
			observed = nil
		}
		users(c)
		pass(2 * time.Minute)
		users(c)
		want("equal records")
		body = `{"1": "Anna", "2": "Bob", "4": "Di"}`
		pass(2 * time.Minute)
		users(c)
		want("a change", []model.ID{"acme:User:2", "acme:User:3", "acme:User:4"})
		c.Invalidate(t.Context(), []model.ID{"acme:User:1"})
		c.Invalidate(t.Context(), nil)
		want("invalidations", []model.ID{"acme:User:1"}, nil)
		users(c)
		status = http.StatusUnauthorized
		pass(2 * time.Minute)
		users(c)
		want("a refused credential", nil)

		status = http.StatusOK
		caller := c.WithCredential(providers.NewSecret("callers"), upstream.Bearer)
		users(caller)
		status = http.StatusUnauthorized
		pass(2 * time.Minute)
		users(caller)
		want("a refused caller")
	})
}
