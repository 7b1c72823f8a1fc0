package resolvers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// door is a server without providers, and what it tells of its requests.
type door struct {
	url string
	log bytes.Buffer
	// observed has an entry a request: the codes of its errors.
	observed [][]string
}

func newDoor(t *testing.T, introspection bool) *door {
	t.Helper()
	return newDoorWith(t, transport.Options{Introspection: introspection})
}

func newDoorWith(t *testing.T, o transport.Options) *door {
	t.Helper()
	d := &door{}
	o.Log = slog.New(slog.NewJSONHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.ObserveRequest = func(codes []string, _ time.Duration) { d.observed = append(d.observed, codes) }
	o.Authenticator = auth.AllowAll()
	server := httptest.NewServer(newHandler(directory.New(), o))
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// knock is a request; its empty fields are those of a good POST.
type knock struct {
	method, url, body string
	header            http.Header
}

func (d *door) send(t *testing.T, k knock) (*http.Response, map[string]json.RawMessage) {
	t.Helper()
	if k.method == "" {
		k.method = http.MethodPost
	}
	r, err := http.NewRequest(k.method, d.url+k.url, strings.NewReader(k.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = k.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{"Content-Type": {"application/json"}}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.ContentLength != int64(len(text)) {
		t.Errorf("Content-Length %d of %d bytes", res.ContentLength, len(text))
	}
	var members map[string]json.RawMessage
	if len(text) > 0 && json.Unmarshal(text, &members) != nil {
		t.Errorf("no JSON object: %s", text)
	}
	return res, members
}

// outcome is a status with the codes of the errors, and whether there are data.
func outcome(t *testing.T, res *http.Response, members map[string]json.RawMessage) string {
	t.Helper()
	var errs []struct{ Extensions struct{ Code string } }
	if members["errors"] != nil {
		if err := json.Unmarshal(members["errors"], &errs); err != nil {
			t.Fatal(err)
		}
	}
	words := []string{strconv.Itoa(res.StatusCode)}
	for _, e := range errs {
		words = append(words, e.Extensions.Code)
	}
	if members["data"] != nil {
		words = append(words, "data")
	}
	return strings.Join(words, " ")
}

const good = `{"query": "{ __typename }"}`

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
	}
	return h
}

func TestDoor(t *testing.T) {
	const jsonBody, get = "application/json", "?query={__typename}"
	graphql := headers("Content-Type", jsonBody, "Accept", "application/graphql-response+json")
	long := strings.Repeat("x", 300<<10)
	deep := func(n int) string {
		return `{"query": "{ __typename }", "variables": ` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + "}"
	}
	tests := []struct {
		name string
		knock
		want string
	}{
		{"a good POST", knock{body: good}, "200 data"},
		{"another key", knock{body: `{"query": "{ __typename }", "headers": {"authorization": "x"}, "id": 1}`}, "200 data"},
		{"nulls", knock{body: `{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}`}, "200 data"},
		{"an unknown method", knock{method: "PUT", body: good}, "405 BAD_REQUEST"},
		{"DELETE", knock{method: "DELETE"}, "405 BAD_REQUEST"},
		{"OPTIONS", knock{method: "OPTIONS"}, "204"},

		{"no content type", knock{body: good, header: headers()}, "415 BAD_REQUEST"},
		{"a form", knock{body: "query=%7B__typename%7D", header: headers("Content-Type", "application/x-www-form-urlencoded")}, "415 BAD_REQUEST"},
		{"a multipart form", knock{body: good, header: headers("Content-Type", "multipart/form-data; boundary=x")}, "415 BAD_REQUEST"},
		{"plain text", knock{body: good, header: headers("Content-Type", "text/plain")}, "415 BAD_REQUEST"},
		{"plain text that says JSON", knock{body: good, header: headers("Content-Type", "text/plain; application/json")}, "415 BAD_REQUEST"},
		{"a bare document", knock{body: "{ __typename }", header: headers("Content-Type", "application/graphql")}, "415 BAD_REQUEST"},
		{"Latin 1", knock{body: good, header: headers("Content-Type", "application/json; charset=latin1")}, "415 BAD_REQUEST"},
		{"UTF-8", knock{body: good, header: headers("Content-Type", "application/json; charset=UTF-8")}, "200 data"},
		{"a content type of two", knock{body: good, header: headers("Content-Type", "application/json, text/plain")}, "415 BAD_REQUEST"},
		{"two content types", knock{body: good, header: headers("Content-Type", jsonBody, "Content-Type", "text/plain")}, "400 BAD_REQUEST"},
		{"two tokens", knock{body: good, header: headers("Content-Type", jsonBody, "Authorization", "Bearer a", "Authorization", "Bearer b")}, "400 BAD_REQUEST"},
		{"an underscore", knock{body: good, header: headers("Content-Type", jsonBody, "X_upstream_token", "a")}, "400 BAD_REQUEST"},
		{"a zipped body", knock{body: good, header: headers("Content-Type", jsonBody, "Content-Encoding", "gzip")}, "415 BAD_REQUEST"},

		{"HTML wanted", knock{body: good, header: headers("Content-Type", jsonBody, "Accept", "text/html")}, "406 BAD_REQUEST"},
		{"no JSON wanted", knock{body: good, header: headers("Content-Type", jsonBody, "Accept", "application/json;q=0, application/graphql-response+json;q=0, */*")}, "406 BAD_REQUEST"},

		{"no body", knock{}, "400 BAD_REQUEST"},
		{"half a body", knock{body: `{"query": "{ __type`}, "400 BAD_REQUEST"},
		{"a string", knock{body: `"{ __typename }"`}, "400 BAD_REQUEST"},
		{"a batch", knock{body: "[" + good + "," + good + "]"}, "400 BATCHING_DISABLED"},
		{"an empty batch", knock{body: " []"}, "400 BATCHING_DISABLED"},
		{"two bodies", knock{body: good + good}, "400 BAD_REQUEST"},
		{"text behind the body", knock{body: good + "x"}, "400 BAD_REQUEST"},
		{"a mark before the body", knock{body: "\uFEFF" + good}, "400 BAD_REQUEST"},
		{"not UTF-8", knock{body: "{\"query\": \"{ __typename } # \xff\"}"}, "400 BAD_REQUEST"},
		{"another case", knock{body: `{"Query": "{ __typename }"}`}, "400 BAD_REQUEST"},
		{"both cases", knock{body: `{"query": "{ __typename }", "QUERY": "{ providers { name } }"}`}, "400 BAD_REQUEST"},
		{"a duplicate", knock{body: `{"query": "{ __typename }", "query": "{ providers { name } }"}`}, "400 BAD_REQUEST"},
		{"an escaped duplicate", knock{body: `{"query": "{ __typename }", "\u0071uery": "{ providers { name } }"}`}, "400 BAD_REQUEST"},
		{"a duplicate variable", knock{body: `{"query": "{ __typename }", "variables": {"a": {"b": 1, "b": 2}}}`}, "400 BAD_REQUEST"},
		{"variables 16 deep", knock{body: deep(16)}, "200 data"},
		{"variables 17 deep", knock{body: deep(17)}, "400 BAD_REQUEST"},
		{"a number of 100 digits", knock{body: `{"query": "{ __typename }", "variables": {"a": 1` + strings.Repeat("0", 100) + "}}"}, "400 BAD_REQUEST"},
		{"11,000 variables", knock{body: `{"query": "{ __typename }", "variables": {"a": [` + strings.Repeat("{},", 11_000) + `{}]}}`}, "400 QUERY_TOO_COMPLEX"},
		{"1001 representations", knock{body: `{"query": "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", "variables": {"r": [` + strings.Repeat("{},", 1000) + `{}]}}`}, "400 QUERY_TOO_COMPLEX"},
		{"no query", knock{body: `{"qeury": "{ __typename }"}`}, "400 BAD_REQUEST"},
		{"an object for a query", knock{body: `{"query": {}}`}, "400 BAD_REQUEST"},
		{"a number for a name", knock{body: `{"query": "{ __typename }", "operationName": 1}`}, "400 BAD_REQUEST"},
		{"text for variables", knock{body: `{"query": "{ __typename }", "variables": "{}"}`}, "400 BAD_REQUEST"},
		{"a list for extensions", knock{body: `{"query": "{ __typename }", "extensions": []}`}, "400 BAD_REQUEST"},
		{"300 kB", knock{body: `{"query": "{ __typename }", "operationName": "` + long + `"}`}, "413 QUERY_TOO_LARGE"},
		{"a document of 70 kB", knock{body: `{"query": "{ __typename }` + long[:70<<10] + `"}`}, "413 QUERY_TOO_LARGE"},
		{"an id of nothing", knock{body: `{"documentId": "a"}`}, "400 PERSISTED_QUERY_NOT_FOUND"},
		{"an empty id", knock{body: `{"documentId": ""}`}, "400 BAD_REQUEST"},
		{"an id that is no text", knock{body: `{"documentId": 1}`}, "400 BAD_REQUEST"},
		{"an id in other letters", knock{body: `{"documentid": "a", "query": "{ __typename }"}`}, "400 BAD_REQUEST"},
		{"no id", knock{body: `{"documentId": null, "query": "{ __typename }"}`}, "200 data"},
		{"a hash without its document", knock{body: `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}`}, "400 PERSISTED_QUERY_NOT_FOUND"},
		{"a hash with its document", knock{body: `{"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}`}, "200 data"},

		{"no GraphQL", knock{body: `{"query": "{"}`}, "200 GRAPHQL_PARSE_FAILED"},
		{"no GraphQL, for who reads the status", knock{body: `{"query": "{"}`, header: graphql}, "400 GRAPHQL_PARSE_FAILED"},
		{"an unknown field", knock{body: `{"query": "{ nothing }"}`}, "200 GRAPHQL_VALIDATION_FAILED"},
		{"an unknown field, for who reads the status", knock{body: `{"query": "{ nothing }"}`, header: graphql}, "400 GRAPHQL_VALIDATION_FAILED"},
		{"30 wrong arguments", knock{body: `{"query": "{ users(` + strings.Repeat("x: 1 ", 30) + `) { __typename } }"}`}, "200" + strings.Repeat(" GRAPHQL_VALIDATION_FAILED", 26)},
		{"a variable that is null", knock{body: `{"query": "query ($id: ID!) { user(id: $id) { id } }", "variables": {"id": null}}`}, "200 BAD_USER_INPUT"},
		{"a variable that is null, for who reads the status", knock{body: `{"query": "query ($id: ID!) { user(id: $id) { id } }", "variables": {"id": null}}`, header: graphql}, "400 BAD_USER_INPUT"},
		{"a malformed id", knock{body: `{"query": "{ user(id: \"x\") { id } }"}`, header: graphql}, "200 BAD_USER_INPUT data"},
		{"which operation", knock{body: `{"query": "query A { __typename } query B { __typename }"}`}, "200 GRAPHQL_VALIDATION_FAILED"},
		{"too deep", knock{body: `{"query": "{ users {` + strings.Repeat("nodes { memberships {", 12) + "__typename" + strings.Repeat("}", 26) + `"}`}, "400 QUERY_TOO_COMPLEX"},
		{"too much", knock{body: `{"query": "query ($n: Int) { users(first: $n) { nodes { memberships(first: $n) { nodes { account { members(first: $n) { nodes { id } } } } } } } }", "variables": {"n": 100}}`}, "400 QUERY_TOO_COMPLEX"},
		{"not too much", knock{body: `{"query": "query ($n: Int) { users(first: $n) { nodes { memberships(first: $n) { nodes { account { members(first: $n) { nodes { id } } } } } } } }", "variables": {"n": 5}}`}, "200 data"},
		{"a mutation", knock{body: `{"query": "mutation { purge }"}`, header: graphql}, "400 GRAPHQL_VALIDATION_FAILED"},

		{"GET as JSON", knock{method: "GET", url: get}, "200 data"},
		{"GET of nothing", knock{method: "GET"}, "400 BAD_REQUEST"},
		{"GET with variables", knock{method: "GET", url: "?operationName=A&extensions=&query=" + url.QueryEscape("query A($i: Boolean!) { __typename @include(if: $i) }") + `&variables={"i":true}`}, "200 data"},
		{"GET with half the variables", knock{method: "GET", url: get + `&variables={"i":`}, "400 BAD_REQUEST"},
		{"GET with a list of variables", knock{method: "GET", url: get + `&variables=[]`}, "400 BAD_REQUEST"},
		{"GET of two queries", knock{method: "GET", url: get + "&query={providers{name}}"}, "400 BAD_REQUEST"},
		{"GET of a mutation", knock{method: "GET", url: "?query=mutation{purge}"}, "405 BAD_REQUEST"},
		{"GET with another content type", knock{method: "GET", url: get, header: headers("Content-Type", "text/plain")}, "415 BAD_REQUEST"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDoor(t, true)
			res, members := d.send(t, test.knock)
			if got := outcome(t, res, members); got != test.want {
				t.Errorf("%s, want %s: %s", got, test.want, members["errors"])
			}
			want := strings.Fields(test.want)[1:]
			codes := slices.Compact(slices.DeleteFunc(want, func(s string) bool { return s == "data" }))
			if len(d.observed) != 1 || !slices.Equal(d.observed[0], codes) {
				t.Errorf("observed %q, want %q once", d.observed, codes)
			}
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept, Authorization, Router-Authorization, Origin, Accountgraph-Trace, Accountgraph-Cache-Tags",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if allow := res.Header.Get("Allow"); (allow != "") != (res.StatusCode == http.StatusMethodNotAllowed || res.StatusCode == http.StatusNoContent) {
				t.Errorf("Allow: %q", allow)
			}
		})
	}
}

// TestForgery holds that no request which a browser sends for another site's page
// without asking first is executed.
func TestForgery(t *testing.T) {
	const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	const curl, anything = "curl/8.5.0", "*/*"
	tests := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"curl", headers("User-Agent", curl, "Accept", anything), "200 data"},
		{"Node's fetch", headers("User-Agent", "node", "Accept", anything, "Accept-Language", "*", "Sec-Fetch-Mode", "cors"), "200 data"},
		{"nothing", headers(), "400 CSRF_PREVENTION"},
		{"a program that wants JSON", headers("User-Agent", curl, "Accept", "application/json"), "200 data"},
		{"a link", headers("User-Agent", firefox, "Accept", "text/html,*/*;q=0.8", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
		{"an image", headers("User-Agent", firefox, "Accept", "image/avif,*/*;q=0.8"), "400 CSRF_PREVENTION"},
		{"a fetch", headers("User-Agent", firefox, "Accept", anything, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), "400 CSRF_PREVENTION"},
		{"a script", headers("User-Agent", firefox, "Accept", anything), "400 CSRF_PREVENTION"},
		{"a script in an app", headers("User-Agent", "Shop/1.0", "Accept", anything, "Accept-Language", "en-US,en;q=0.5"), "400 CSRF_PREVENTION"},
		{"a script in disguise", headers("User-Agent", curl, "Accept", anything, "Sec-Fetch-Dest", "script"), "400 CSRF_PREVENTION"},
		{"an image in an app", headers("User-Agent", "Shop/1.0", "Accept", "image/avif,*/*;q=0.8"), "400 CSRF_PREVENTION"},
		{"a fetch for JSON in an app", headers("User-Agent", "Shop/1.0", "Accept", "application/json", "Accept-Language", "de"), "400 CSRF_PREVENTION"},
		{"a fetch for JSON", headers("User-Agent", firefox, "Accept", "application/json"), "400 CSRF_PREVENTION"},
		{"a fetch in disguise", headers("User-Agent", curl, "Accept", "application/json", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
		{"a fetch with a cookie", headers("User-Agent", curl, "Accept", "application/json", "Cookie", "a=b"), "400 CSRF_PREVENTION"},
		{"a fetch from a page", headers("User-Agent", curl, "Accept", "application/json", "Origin", "null"), "400 CSRF_PREVENTION"},
		{"an empty preflight header", headers("User-Agent", firefox, "Apollo-Require-Preflight", ""), "400 CSRF_PREVENTION"},
		{"preflighted", headers("User-Agent", firefox, "GraphQL-Require-Preflight", "1"), "200 data"},
		{"preflighted for Apollo", headers("User-Agent", firefox, "Apollo-Require-Preflight", "1"), "200 data"},
		{"named for Apollo", headers("User-Agent", firefox, "X-Apollo-Operation-Name", "A"), "200 data"},
		{"traced", headers("User-Agent", firefox, "Accountgraph-Trace", "1"), "200 data"},
		{"JSON", headers("User-Agent", firefox, "Content-Type", "application/json"), "200 data"},
		{"a form", headers("User-Agent", firefox, "Content-Type", "application/x-www-form-urlencoded"), "415 BAD_REQUEST"},
	}
	d := newDoor(t, true)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for name := range test.header { // as they are on the wire
				test.header[http.CanonicalHeaderKey(name)] = test.header[name]
			}
			res, members := d.send(t, knock{method: http.MethodGet, url: "?query={__typename}", header: test.header})
			if got := outcome(t, res, members); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestNegotiation(t *testing.T) {
	const plain, graphql = "application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"
	d := newDoor(t, true)
	for accept, want := range map[string]string{
		"":                                  plain,
		"*/*":                               plain,
		"application/*":                     plain,
		"application/json":                  plain,
		"application/graphql-response+json": graphql,
		"application/graphql-response+json,application/json;q=0.9":  graphql,
		"application/graphql-response+json;q=0.1, application/json": plain,
		"application/graphql-response+json, application/json":       graphql,
		"application/json, application/graphql-response+json":       plain,
		"application/json;q=0, */*":                                 graphql,
		"text/html, */*;q=0.1":                                      plain,
		"application/graphql-response+json; charset=utf-8":          graphql,
		"application/json; charset=latin1, */*;q=0.1":               plain,
		"application/json, multipart/mixed":                         plain,
	} {
		h := headers("Content-Type", "application/json")
		if accept != "" {
			h.Set("Accept", accept)
		}
		res, members := d.send(t, knock{body: good, header: h})
		if got := res.Header.Get("Content-Type"); got != want || members["data"] == nil {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestIntrospectionOff(t *testing.T) {
	d := newDoor(t, false)
	for query, want := range map[string]string{
		"{ __schema { types { name } } }": "400 INTROSPECTION_DISABLED",
		"{ _service { sdl } }":            "200 data",
		"{ __typename }":                  "200 data",
	} {
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		res, members := d.send(t, knock{body: string(body)})
		if got := outcome(t, res, members); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// TestNothingIsRepeated holds that what a request carries comes back in no answer
// and is in no log.
func TestNothingIsRepeated(t *testing.T) {
	const canary = "SECRET-CANARY"
	d := newDoor(t, true)
	for _, body := range []string{
		canary + " {", `{"query": "` + canary, `{"` + canary + `": 1, "` + canary + `": 2}`, `{"query": {"` + canary + `": 1}}`,
		`["` + canary + `"]`, `{"query": "query A($a: String!) { person(email: $a) { name } }", "operationName": "A", "variables": {"a": "` + canary + `"}}`,
	} {
		_, members := d.send(t, knock{body: body, header: headers("Content-Type", "application/json", "Authorization", "Bearer "+canary)})
		if answer := fmt.Sprintf("%s", members); strings.Contains(answer, canary) {
			t.Errorf("%s comes back in %s", body, answer)
		}
	}
	log := d.log.String()
	if strings.Contains(log, canary) {
		t.Errorf("logged: %s", log)
	}
	if !strings.Contains(log, `"msg":"request","operation":"A","status":200,"codes":null,"ms":`) {
		t.Errorf("not logged: %s", log)
	}
}

// TestManyDocuments sends more documents than are remembered.
func TestManyDocuments(t *testing.T) {
	d := newDoor(t, true)
	for n := range 300 {
		for _, document := range []string{"{ first: __typename }", fmt.Sprintf("{ n%d: __typename } # %s", n, strings.Repeat("x", 10_000))} {
			_, members := d.send(t, knock{body: `{"query": "` + document + `"}`})
			key, _, _ := strings.Cut(document[2:], ":")
			if want := `{"` + key + `":"Query"}`; string(members["data"]) != want {
				t.Fatalf("%s, want %s", members["data"], want)
			}
		}
	}
}

// TestManyErrors holds that a long list of errors says how long it is.
func TestManyErrors(t *testing.T) {
	d := newDoor(t, true)
	_, members := d.send(t, knock{body: `{"query": "{ _entities(representations: [` + strings.Repeat("{}", 90) + `]) { __typename } }"}`})
	var errs []struct {
		Message string
		Path    []any
	}
	if err := json.Unmarshal(members["errors"], &errs); err != nil || len(errs) != 26 {
		t.Fatalf("%v %s", err, members["errors"])
	}
	if diff := cmp.Diff("65 more errors are omitted; the first of them is at this path", errs[25].Message); diff != "" || len(errs[25].Path) != 2 {
		t.Error(diff, errs[25].Path)
	}
}
