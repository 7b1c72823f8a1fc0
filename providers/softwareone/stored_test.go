package softwareone_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone"
)

// FuzzGet_StoredOrNot: the objects of a response are the same whether their texts are stored one
// by one, as with Redis, or decoded together.
func FuzzGet_StoredOrNot(f *testing.F) {
	row := `{"id":"A","name":"a","audit":{"created":{"at":"2024-01-02T03:04:05Z","by":{"id":"USR-1","name":"x"}}},"currentAccount":{"id":"ACC-1","name":"one"}}`
	account := `"currentAccount":{"id":"ACC-9","audit":{"created":{"at":"2024-01-02T03:04:05Z"},"updated":{"at":"2025-01-02T03:04:05Z"},"disabled":{"at":"2025-01-02T03:04:06Z"}}}`
	for _, body := range []string{
		rowsOf(`{"name":"no id",`+account+`}`, `{"id":"A",`+account+`}`, `{"id":"B","audit":{"created":{"at":"2020-01-01T00:00:00Z"}},`+account+`}`),
		rowsOf(row, `{"id":"B","name":"b","currentAccount":{"id":"ACC-1","name":"one"}}`),
		rowsOf(row, `{"id":"A","name":"a second row with the id"}`, `{"name":"no id"}`, `"no object"`, `7`),
		`{"$meta":{"omitted":["audit","lastLoginAt"],"pagination":{"total":1}},"data":[{"id":"A"}]}`,
		`{"data":[{"id":"A"}],"$meta":{"omitted":["audit"]}}`,
		`{"$meta":{"omitted":["audit"]},"data":[{"id":"A"}],"$meta":{"omitted":["name"]}}`,
		`{"$meta":{},"data":[{"id":"A"}],"data":[{"id":"B"}]}`,
		`{"$meta":{},"data":[{"id":"A"}],"data":null}`,
		`{"$meta":{},"data":null,"data":[{"id":"A"}]}`,
		`{"$meta":"odd","data":[{"id":"A"}]}`,
		`{"$meta":{},"data":[{"id":"A"},`,
		`{"$meta":{},"data":[{"id":"A","currentAccount":"[Circular Reference]"},{"id":"B","currentAccount":[]}]}`,
		`{"$meta":{"pagination":{"total":5}},"data":[{"id":"A"}]}`,
		`{"$meta":{},"data":{"id":"A"}}`, `[]`, ``,
	} {
		f.Add(body)
	}
	var body string
	connect := func(cache *pagecache.Cache) *softwareone.Provider {
		p, err := softwareone.New(upstream.Config{
			Provider:      &model.Provider{Name: "s1", Vendor: model.SoftwareOne, BaseURL: "https://api.example/public"},
			MaxConcurrent: 8, Retries: upstream.None, BreakerFailures: 1 << 30, Cache: cache,
			Transport: &stubPlatform{respond: func(string, string) string { return body }},
		}, providers.NewSecret(token), softwareone.Options{})
		if err != nil {
			f.Fatal(err)
		}
		return p
	}
	stored, err := pagecache.Open(pagecache.Config{Fresh: time.Nanosecond, Redis: providers.NewSecret("redis://127.0.0.1:1")})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(stored.Close)
	one, other := connect(stored), connect(nil)
	f.Fuzz(func(t *testing.T, text string) {
		body = text
		ids := []string{"A", "B"}
		want := one.Collections().Users.Get(t.Context(), ids)
		got := other.Collections().Users.Get(t.Context(), ids)
		for _, id := range ids {
			if w, g := describeUser(want, id), describeUser(got, id); w != g {
				t.Errorf("%s is %s, stored it is %s", id, g, w)
			}
		}
	})
}

// describeUser returns all that is known of a user, with the vendor's field names.
func describeUser(result providers.BatchResult[*model.User], id string) string {
	if err := result.Failed[id]; err != nil {
		return err.Error()
	}
	text, _ := json.Marshal(result.Objects[id]) // a record has no cycle
	return string(text)
}

// A reference that several rows have keeps its values, also where the first row is left out.
func TestPage_SharedReference(t *testing.T) {
	account := `"currentAccount":{"id":"ACC-9","audit":{"created":{"at":"2024-01-02T03:04:05Z"}}}`
	users, _ := connect(t, rowsOf(`{"name":"no id",`+account+`}`, `{"id":"A",`+account+`}`))
	page, err := users.Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || page.Items[0].CurrentAccount == nil {
		t.Fatal(page, err)
	}
	if at := page.Items[0].CurrentAccount.CreatedAt; at == nil || at.Year() != 2024 {
		t.Errorf("the account was created at %v", at)
	}
}
