package resolvers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/resolvers"
)

// Documents that tell by their answer which of them was executed.
const (
	known, knownID   = "query Known { known: __typename }", "known-1"
	other, otherID   = "query Other { other: __typename }", "other-1"
	free             = "query Free { free: __typename }"
	change, changeID = `mutation Change { purge(provider: "none") }`, "change-1"
)

func trust(t *testing.T) *persisted.Manifest {
	t.Helper()
	file := fmt.Sprintf(`{%q: %q, %q: %q, %q: %q}`, knownID, known, otherID, other, changeID, change)
	documents, err := persisted.Parse("a.json", []byte(file), transport.ManifestValidator(resolvers.New(), false))
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// sends is the body of a request with these members; empty ones are left out.
func sends(t *testing.T, query, id, sum string) string {
	t.Helper()
	body := map[string]any{}
	if query != "" {
		body["query"] = query
	}
	if id != "" {
		body["documentId"] = id
	}
	if sum != "" {
		body["extensions"] = map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": sum}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// inURL is a body as the query of a GET.
func inURL(t *testing.T, body string) string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		values.Set(name, text)
	}
	return "?" + values.Encode()
}

// executed is the name of the document that was executed, or the outcome.
func (d *door) executed(t *testing.T, k knock) string {
	t.Helper()
	res, members := d.send(t, k)
	var data map[string]any
	if got := outcome(t, res, members); got != "200 data" || json.Unmarshal(members["data"], &data) != nil || len(data) != 1 {
		return got
	}
	for name := range data {
		return name
	}
	return ""
}

// TestWhichDocument is who wins where a request names a document, spells one out,
// or does both (T27): a name counts first, and never executes what is not its own.
func TestWhichDocument(t *testing.T) {
	const unknown, bad = "400 PERSISTED_QUERY_NOT_FOUND", "400 BAD_REQUEST"
	tests := []struct {
		name, query, id, sum string
		// want for a server that has nothing, offers a manifest, serves only it,
		// remembers automatically, and does that beside a manifest.
		nothing, offered, only, automatic, both string
	}{
		{"a query", free, "", "", "free", "free", bad, "free", "free"},
		{"a trusted query, spelled out", known, "", "", "known", "known", bad, "known", "known"},
		{"an id", "", knownID, "", unknown, "known", "known", unknown, "known"},
		{"an id as a hash", "", "", knownID, unknown, "known", "known", unknown, "known"},
		{"the document's own id", "", persisted.Hash(known), "", unknown, "known", "known", unknown, "known"},
		{"its hash", "", "", persisted.Sum(known), unknown, "known", "known", unknown, "known"},
		{"its hash as an id", "", persisted.Sum(known), "", unknown, unknown, unknown, unknown, unknown},
		{"an unknown id", "", "nobody", "", unknown, unknown, unknown, unknown, unknown},
		{"an id in other letters", "", "KNOWN-1", "", unknown, unknown, unknown, unknown, unknown},
		{"an unknown hash", "", "", persisted.Sum(free), unknown, unknown, unknown, unknown, unknown},
		{"an unknown id of a document", "", persisted.Hash(free), "", unknown, unknown, unknown, unknown, unknown},
		{"an id and its query", known, knownID, "", bad, bad, bad, bad, bad},
		{"an id and another query", free, knownID, "", bad, bad, bad, bad, bad},
		{"an unknown id and a query", free, "nobody", "", bad, bad, bad, bad, bad},
		{"a trusted hash and its query", known, "", persisted.Sum(known), "known", "known", bad, "known", "known"},
		{"a trusted hash and another query", free, "", persisted.Sum(known), "free", bad, bad, bad, bad},
		{"a trusted hash and another trusted query", other, "", persisted.Sum(known), "other", bad, bad, bad, bad},
		{"an id as a hash and its query", known, "", knownID, "known", "known", bad, bad, "known"},
		{"an id as a hash and another query", free, "", knownID, "free", bad, bad, bad, bad},
		{"a hash of something else and a query", free, "", persisted.Sum("x"), "free", "free", bad, bad, bad},
		{"two names", "", knownID, persisted.Sum(known), bad, bad, bad, bad, bad},
		{"two names of two documents", "", knownID, otherID, bad, bad, bad, bad, bad},
		{"two names and a query", free, knownID, persisted.Sum(free), bad, bad, bad, bad, bad},
	}
	servers := map[string]transport.Documents{
		"nothing": {}, "offered": {Trusted: trust(t)}, "only": {Trusted: trust(t), Only: true},
		"automatic": {Automatic: true}, "both": {Trusted: trust(t), Automatic: true},
	}
	for name, o := range servers {
		t.Run(name, func(t *testing.T) {
			for _, test := range tests {
				want := map[string]string{
					"nothing": test.nothing, "offered": test.offered, "only": test.only, "automatic": test.automatic, "both": test.both,
				}[name]
				d := newDoorWith(t, transport.Options{Documents: o})
				body := sends(t, test.query, test.id, test.sum)
				for how, k := range map[string]knock{"POST": {body: body}, "GET": {method: http.MethodGet, url: inURL(t, body)}} {
					if got := d.executed(t, k); got != want {
						t.Errorf("%s by %s: %s, want %s", test.name, how, got, want)
					}
				}
			}
		})
	}
}

// TestOnlyTrusted holds that nothing else is executed, whatever a request looks
// like.
func TestOnlyTrusted(t *testing.T) {
	// Both together are refused by the configuration; here the stricter one wins.
	d := newDoorWith(t, transport.Options{Documents: transport.Documents{Trusted: trust(t), Only: true, Automatic: true}, Introspection: true})
	sum := persisted.Sum(free)
	for name, body := range map[string]string{
		"a pair":                      sends(t, free, "", sum),
		"the hash after it":           sends(t, "", "", sum),
		"the schema":                  `{"query": "{ __schema { types { name } } }"}`,
		"the SDL":                     `{"query": "{ _service { sdl } }"}`,
		"an id that is null":          `{"query": "{ free: __typename }", "documentId": null}`,
		"an id that is empty":         `{"query": "{ free: __typename }", "documentId": ""}`,
		"an id that is a list":        `{"query": "{ free: __typename }", "documentId": ["known-1"]}`,
		"an id twice":                 `{"documentId": "known-1", "documentId": "nobody"}`,
		"a query in other letters":    `{"Query": "{ free: __typename }", "documentId": "known-1"}`,
		"a query twice":               `{"query": "", "query": "{ free: __typename }", "documentId": "known-1"}`,
		"an extension that is a text": `{"query": "{ free: __typename }", "extensions": {"persistedQuery": "known-1"}}`,
		"another version":             `{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "known-1"}}}`,
		"no version":                  `{"extensions": {"persistedQuery": {"sha256Hash": "known-1"}}}`,
		"a hash that is a number":     `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 1}}}`,
		"an id in the extension":      `{"extensions": {"documentId": "known-1"}}`,
		"an id in the variables":      `{"variables": {"documentId": "known-1"}}`,
	} {
		if got := d.executed(t, knock{body: body}); !strings.HasPrefix(got, "400 ") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := d.executed(t, knock{url: "?documentId=" + knownID, body: sends(t, free, "", "")}); got != "400 BAD_REQUEST" {
		t.Errorf("an id in the URL of a POST: %s", got)
	}
	if got := d.executed(t, knock{body: `{"query": "", "documentId": "known-1", "extensions": {"persistedQuery": null}}`}); got != "known" {
		t.Errorf("a query that is empty: %s", got)
	}
}

// TestTrustedByGET holds that a name opens no door that a query would not.
func TestTrustedByGET(t *testing.T) {
	d := newDoorWith(t, transport.Options{Documents: transport.Documents{Trusted: trust(t)}})
	get := func(id string, header http.Header) knock {
		return knock{method: http.MethodGet, url: "?documentId=" + id, header: header}
	}
	for name, test := range map[string]struct {
		knock
		want string
	}{
		"a program":           {get(knownID, headers("Accept", "application/json")), "known"},
		"a page's image":      {get(knownID, headers("User-Agent", "Mozilla/5.0", "Accept", "image/avif,*/*;q=0.8")), "400 CSRF_PREVENTION"},
		"a form of a page":    {get(knownID, headers("Content-Type", "application/x-www-form-urlencoded")), "415 BAD_REQUEST"},
		"a mutation":          {get(changeID, headers("Accept", "application/json")), "405 BAD_REQUEST"},
		"two ids":             {knock{method: http.MethodGet, url: "?documentId=known-1&documentId=other-1"}, "400 BAD_REQUEST"},
		"an empty id":         {knock{method: http.MethodGet, url: "?documentId=&query={__typename}"}, "400 BAD_REQUEST"},
		"the wrong operation": {knock{method: http.MethodGet, url: "?documentId=known-1&operationName=Free"}, "200 GRAPHQL_VALIDATION_FAILED"},
		"the right operation": {knock{method: http.MethodGet, url: "?documentId=known-1&operationName=Known"}, "known"},
	} {
		if got := d.executed(t, test.knock); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestNotFoundForApollo holds what clients of Apollo look at before they send the
// document itself.
func TestNotFoundForApollo(t *testing.T) {
	d := newDoorWith(t, transport.Options{Documents: transport.Documents{Automatic: true}})
	_, members := d.send(t, knock{body: sends(t, "", "", persisted.Sum(free))})
	want := `[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]`
	if diff := cmp.Diff(want, string(members["errors"])); diff != "" || members["data"] != nil {
		t.Error(diff, members["data"])
	}
}

func TestApprove(t *testing.T) {
	approve := transport.ManifestValidator(resolvers.New(), false)
	for name, test := range map[string]struct {
		document persisted.Document
		want     string
	}{
		"a query":                   {persisted.Document{Text: known}, ""},
		"of this name":              {persisted.Document{Text: known, Name: "Known", Kind: "query"}, ""},
		"of this name, in capitals": {persisted.Document{Text: known, Name: "Known", Kind: "QUERY"}, ""},
		"a variable":                {persisted.Document{Text: "query ($id: ID!) { user(id: $id) { id } }"}, ""},
		"several":                   {persisted.Document{Text: known + other}, ""},
		"of another name":           {persisted.Document{Text: known, Name: "Other", Kind: "query"}, "the document has no query with this name"},
		"of another kind":           {persisted.Document{Text: known, Name: "Known", Kind: "mutation"}, "the document has no mutation with this name"},
		"nothing":                   {persisted.Document{}, "GRAPHQL_VALIDATION_FAILED: no operation provided"},
		"a fragment":                {persisted.Document{Text: "fragment A on User { id }"}, "GRAPHQL_VALIDATION_FAILED: no operation provided"},
		"no GraphQL":                {persisted.Document{Text: "query {"}, "GRAPHQL_PARSE_FAILED: Expected Name, found <EOF> (line 1, column 8)"},
		"an unknown field":          {persisted.Document{Text: "{\n  nothing\n}"}, `GRAPHQL_VALIDATION_FAILED: Cannot query field "nothing" on type "Query". (line 2, column 3)`},
		"the schema":                {persisted.Document{Text: "{ __schema { types { name } } }"}, "INTROSPECTION_DISABLED: introspection is disabled: __schema cannot be selected (line 1, column 3)"},
		"a subscription":            {persisted.Document{Text: "subscription { users { id } }"}, `GRAPHQL_VALIDATION_FAILED: Schema does not support operation type "subscription" (line 1, column 1)`},
		"too deep":                  {persisted.Document{Text: "{ users {" + strings.Repeat("nodes { memberships {", 12) + "__typename" + strings.Repeat("}", 26)}, "QUERY_TOO_COMPLEX: the document is more than 20 fields deep"},
		"too long":                  {persisted.Document{Text: "{ __typename } #" + strings.Repeat("x", 64<<10)}, "QUERY_TOO_LARGE: the document has more than 65536 bytes"},
	} {
		got := ""
		if err := approve(test.document); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	file := fmt.Sprintf(`{"one": %q, "two": "{ nothing }", "three": "{"}`, known)
	_, err := persisted.Parse("a.json", []byte(file), approve)
	var e *persisted.Error
	if !errors.As(err, &e) || len(e.Problems) != 2 {
		t.Errorf("%v, want two problems", err)
	}
}
