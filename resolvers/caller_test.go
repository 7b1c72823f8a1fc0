package resolvers_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/transport"
)

const routerSecret = "s3cr3t-0123456789-0123456789-01234"

// newGuardedDoor lets in whom this gate does.
func newGuardedDoor(t *testing.T, o transport.Options) *door {
	t.Helper()
	d := &door{}
	o.Log = slog.New(slog.NewJSONHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := httptest.NewServer(newHandler(directory.New(), o))
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// TestNobodyIsLetIn holds how a caller is refused who is not known.
func TestNobodyIsLetIn(t *testing.T) {
	const jsonBody = "application/json"
	d := newGuardedDoor(t, transport.Options{Authenticator: gateOfBoth(t), Introspection: true})
	for name, test := range map[string]struct {
		knock
		want, challenge string
	}{
		"nothing":              {knock{body: good}, "401 UNAUTHENTICATED", "Bearer"},
		"nothing, with GET":    {knock{method: http.MethodGet, url: "?query={__typename}", header: headers("Content-Type", jsonBody)}, "401 UNAUTHENTICATED", "Bearer"},
		"nothing, for a list":  {knock{body: "[" + good + "]"}, "401 UNAUTHENTICATED", "Bearer"},
		"nothing, at length":   {knock{body: strings.Repeat("x", 300<<10)}, "401 UNAUTHENTICATED", "Bearer"},
		"nothing, for the SDL": {knock{body: `{"query": "{ _service { sdl } }"}`}, "401 UNAUTHENTICATED", "Bearer"},
		"a token":              {knock{body: good, header: headers("Content-Type", jsonBody, "Authorization", "Bearer s3cr3t")}, "401 UNAUTHENTICATED", `Bearer error="invalid_token"`},
		"a password":           {knock{body: good, header: headers("Content-Type", jsonBody, "Authorization", "Basic s3cr3t")}, "401 UNAUTHENTICATED", "Bearer"},
		"another secret":       {knock{body: good, header: headers("Content-Type", jsonBody, "Router-Authorization", "s3cr3t")}, "401 UNAUTHENTICATED", "Bearer"},
		"the secret":           {knock{body: good, header: headers("Content-Type", jsonBody, "Router-Authorization", routerSecret)}, "200 data", ""},
		"two tokens":           {knock{body: good, header: headers("Content-Type", jsonBody, "Authorization", "Bearer a", "Authorization", "Bearer b")}, "400 BAD_REQUEST", ""},
		"two secrets":          {knock{body: good, header: headers("Content-Type", jsonBody, "Router-Authorization", routerSecret, "Router-Authorization", "x")}, "400 BAD_REQUEST", ""},
		"the secret twice":     {knock{body: good, header: headers("Content-Type", jsonBody, "Router-Authorization", routerSecret, "Router-Authorization", routerSecret)}, "400 BAD_REQUEST", ""},
		"an underscore":        {knock{body: good, header: headers("Content-Type", jsonBody, "Router_Authorization", routerSecret)}, "400 BAD_REQUEST", ""},
		"both spellings":       {knock{body: good, header: headers("Content-Type", jsonBody, "Router-Authorization", routerSecret, "ROUTER_AUTHORIZATION", "x")}, "400 BAD_REQUEST", ""},
		"the secret elsewhere": {knock{body: `{"query": "{ __typename }", "headers": {"Router-Authorization": "` + routerSecret + `"}, "extensions": {"Router-Authorization": "` + routerSecret + `"}}`}, "401 UNAUTHENTICATED", "Bearer"},
		"the secret in a URL":  {knock{method: http.MethodGet, url: "?query={__typename}&Router-Authorization=" + routerSecret, header: headers("Content-Type", jsonBody)}, "401 UNAUTHENTICATED", "Bearer"},
		"another method":       {knock{method: http.MethodPut}, "405 BAD_REQUEST", ""},
		"what may be asked":    {knock{method: http.MethodOptions}, "204", ""},
	} {
		res, members := d.send(t, test.knock)
		if got := outcome(t, res, members); got != test.want || res.Header.Get("WWW-Authenticate") != test.challenge {
			t.Errorf("%s: %s, not %s: %v %s", name, got, test.want, res.Header, members["errors"])
		}
		if !strings.Contains(res.Header.Get("Vary"), "Authorization, Router-Authorization, Origin") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", name, res.Header)
		}
	}
	if strings.Contains(d.log.String(), "s3cr3t") {
		t.Errorf("a secret in the log: %s", &d.log)
	}
	shut := newGuardedDoor(t, transport.Options{})
	if res, members := shut.send(t, knock{body: good}); outcome(t, res, members) != "401 UNAUTHENTICATED" {
		t.Errorf("no gate: %s", outcome(t, res, members))
	}
}

// TestWhatIsForGateways holds that nobody else gets it, however it is asked for,
// and that no vendor is called.
func TestWhatIsForGateways(t *testing.T) {
	vendors := start(t)
	caller := newStageWith(t, vendors, transport.Options{Authenticator: gateOfBoth(t)}, as)
	const reps = `(representations: [{__typename: \"User\", id: \"softwareone:User:USR-1120-1514\"}]) { __typename ... on User { name } }`
	for name, document := range map[string]string{
		"representations":                   `{ _entities` + reps + ` }`,
		"the SDL":                           `{ _service { sdl } }`,
		"by another name":                   `{ user: _entities` + reps + ` }`,
		"beside others":                     `{ providers { name } a: __typename _service { sdl } }`,
		"in a fragment":                     `{ ...F } fragment F on Query { ...G } fragment G on Query { _service { sdl } }`,
		"in an inline fragment":             `{ ... { ... on Query { _service { sdl } } } }`,
		"left out, perhaps":                 `query ($a: Boolean! = false) { __typename _service @include(if: $a) { sdl } }`,
		"in one of two operations":          `query A { _service { sdl } } query B { __typename }`,
		"in a fragment that repeats itself": `{ ...F ...F } fragment F on Query { ...G ...G } fragment G on Query { _service { sdl } }`,
	} {
		body := `{"operationName": "A", "query": "` + document + `"}`
		if !strings.Contains(document, "query A") {
			body = `{"query": "` + document + `"}`
		}
		status, members := caller.knock(t, body)
		if status != http.StatusForbidden || members["data"] != nil || !strings.Contains(string(members["errors"]), `"code":"FORBIDDEN"`) {
			t.Errorf("%s: %d %s", name, status, members)
		}
	}
	if n := caller.asked(); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	if status, members := caller.knock(t, `{"query": "query A { _service { sdl } } query B { __typename }", "operationName": "B"}`); status != http.StatusOK {
		t.Errorf("the other operation: %d %s", status, members)
	}
}

// knock sends a body as a caller with a good token.
func (s *stage) knock(t *testing.T, body string) (int, map[string]json.RawMessage) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = headers("Content-Type", "application/json", "Authorization", "Bearer "+goodToken(t))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var members map[string]json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&members); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, members
}

// TestTheSchemaIsNotReadFromErrors holds that where the schema cannot be read,
// validation does not quote it.
func TestTheSchemaIsNotReadFromErrors(t *testing.T) {
	for introspection, want := range map[bool]string{true: "emailAddresses", false: "the document is not valid against the schema"} {
		d := newDoor(t, introspection)
		for _, document := range []string{
			"{ person(emailAddresses: 1) { nam } usrs { id } }", "{ users(filter: {emailAddresses: 1}) { nodes { vendorID } } }",
			"{ user(id: 1) { status(emailAddresses: 1) } }", "query ($emailAddresses: UserFilt) { users { nodes } }",
		} {
			var text bytes.Buffer
			if err := json.NewEncoder(&text).Encode(map[string]string{"query": document}); err != nil {
				t.Fatal(err)
			}
			res, members := d.send(t, knock{body: text.String()})
			errs := string(members["errors"])
			if !strings.Contains(errs, want) || !introspection && (strings.Contains(errs, "Did you mean") || strings.Contains(errs, "Query") || strings.Contains(errs, "locations") || outcome(t, res, members) != "200 GRAPHQL_VALIDATION_FAILED") {
				t.Errorf("introspection %t, %s: %s", introspection, document, errs)
			}
		}
	}
}

// TestPagesOfOtherSites holds that what a browser says a page of another site asks
// is refused, even where something has answered the preflight.
func TestPagesOfOtherSites(t *testing.T) {
	d := newGuardedDoor(t, transport.Options{Authenticator: auth.AllowAll(), Origins: []string{"https://app.example.com"}})
	for name, test := range map[string]struct {
		header http.Header
		want   string
	}{
		"no browser":                     {headers(), "200 data"},
		"the same site":                  {headers("Sec-Fetch-Site", "same-origin"), "200 data"},
		"the address bar":                {headers("Sec-Fetch-Site", "none"), "200 data"},
		"another site":                   {headers("Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
		"a sister site":                  {headers("Sec-Fetch-Site", "same-site"), "400 CSRF_PREVENTION"},
		"another origin":                 {headers("Origin", "https://evil.example"), "400 CSRF_PREVENTION"},
		"an origin of none":              {headers("Origin", "null"), "400 CSRF_PREVENTION"},
		"a listed origin":                {headers("Origin", "https://app.example.com", "Sec-Fetch-Site", "cross-site"), "200 data"},
		"an origin that begins likewise": {headers("Origin", "https://app.example.com.evil.example", "Sec-Fetch-Site", "cross-site"), "400 CSRF_PREVENTION"},
	} {
		test.header.Set("Content-Type", "application/json")
		res, members := d.send(t, knock{body: good, header: test.header})
		if diff := cmp.Diff(test.want, outcome(t, res, members)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
