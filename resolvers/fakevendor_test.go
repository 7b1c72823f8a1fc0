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

// markingVendor implements ActivePlatform's API without a network. Every credential
// sees the same ids, and each row holds the owner of the credential as its name, so
// that data of another credential is recognized. A credential is "of <owner>".
type markingVendor struct{}

// rows is the number of users and the number of accounts. Their ids begin with 1.
const rows = 20

// RoundTrip responds after a random delay.
func (markingVendor) RoundTrip(r *http.Request) (*http.Response, error) {
	if rand.IntN(4) == 0 {
		select {
		case <-time.After(time.Duration(rand.IntN(int(2 * time.Millisecond)))):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	status, body := http.StatusOK, markedBody(r)
	if body == "" {
		status, body = http.StatusNotFound, "{}"
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// markedBody returns the body for a request, "" for not found.
func markedBody(r *http.Request) string {
	owner := strings.TrimPrefix(r.URL.Query().Get("api_token"), "of ")
	segments := strings.Split(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/vendor/v1/"), ".json"), "/")
	var id int
	if len(segments) == 2 { // one object
		if _, err := fmt.Sscan(segments[1], &id); err != nil || id > rows {
			return ""
		}
		return markedRow(owner, segments[0], id)
	}
	// Lists have one page; lists of an object have no page parameter.
	if page := r.URL.Query().Get("page"); page != "" && page != "1" {
		return "[]"
	}
	all := make([]string, rows)
	for i := range all {
		all[i] = markedRow(owner, segments[len(segments)-1], i+1)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func markedRow(owner, kind string, id int) string {
	if kind == "users" {
		return fmt.Sprintf(`{"id":%d,"first_name":%q,"last_name":"user","email":"user%d@%s.example","status":"active"}`, id, owner, id, owner)
	}
	return fmt.Sprintf(`{"id":%d,"name":"%s account","status":"active"}`, id, owner)
}

// newMarkedProvider returns a provider, named owner, with the credential of the owner.
func newMarkedProvider(t *testing.T, owner string, cache *testCache) providers.Provider {
	t.Helper()
	p, err := activeplatform.New(upstream.Config{
		Provider:  &model.Provider{Name: owner, Vendor: model.ActivePlatform, BaseURL: "https://vendor.example"},
		Transport: markingVendor{}, Cache: cache.Cache,
	}, providers.NewSecret("of "+owner), activeplatform.Options{FirstPage: new(1)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
