package resolvers_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
)

// canaries is a vendor that speaks ActivePlatform's API. It shows every credential
// the same ids, and stamps each row with the credential's owner: who sees another
// name than their own sees what is not theirs. Credentials are "of <owner>".
type canaries struct{}

// rows is how many users and how many accounts there are, with ids from 1 on.
const rows = 20

// RoundTrip answers without a network, and sometimes takes a while.
func (canaries) RoundTrip(r *http.Request) (*http.Response, error) {
	if rand.IntN(4) == 0 {
		select {
		case <-time.After(time.Duration(rand.IntN(int(2 * time.Millisecond)))):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	status, body := http.StatusOK, canary(r)
	if body == "" {
		status, body = http.StatusNotFound, "{}"
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// canary is the answer to a request, "" where there is none.
func canary(r *http.Request) string {
	owner := strings.TrimPrefix(r.URL.Query().Get("api_token"), "of ")
	place := strings.Split(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/vendor/v1/"), ".json"), "/")
	var id int
	if len(place) == 2 { // one object
		if _, err := fmt.Sscan(place[1], &id); err != nil || id > rows {
			return ""
		}
		return canaryRow(owner, place[0], id)
	}
	// Lists have one page; those that belong to an object know no pages.
	if page := r.URL.Query().Get("page"); page != "" && page != "1" {
		return "[]"
	}
	all := make([]string, rows)
	for i := range all {
		all[i] = canaryRow(owner, place[len(place)-1], i+1)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func canaryRow(owner, kind string, id int) string {
	if kind == "users" {
		return fmt.Sprintf(`{"id":%d,"first_name":%q,"last_name":"user","email":"user%d@%s.example","status":"active"}`, id, owner, id, owner)
	}
	return fmt.Sprintf(`{"id":%d,"name":"%s account","status":"active"}`, id, owner)
}

// tenant is a provider whose credential has this owner.
func tenant(t *testing.T, owner string, memory *remembering) providers.Provider {
	t.Helper()
	p, err := activeplatform.New(upstream.Config{
		Provider:  &model.Provider{Name: owner, Vendor: model.ActivePlatform, BaseURL: "https://canaries.example"},
		Transport: canaries{}, Cache: memory.cache,
	}, providers.NewSecret("of "+owner))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
