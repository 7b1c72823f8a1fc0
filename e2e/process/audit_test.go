package process_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// attempts are the checks of graphql-cop 1.14, as its source describes them: requests of a
// client without a browser, and what an answer holds that has the flaw.
var attempts = []struct {
	name         string
	method, path string
	contentType  string
	body         string
	flaw         func(body string) bool
}{
	{"alias overloading", "POST", "/graphql", "application/json", `{"query": "query cop {` + manyAliases(101) + `}"}`, hasData},
	{"array-based query batching", "POST", "/graphql", "application/json", "[" + strings.Repeat(`{"query": "query cop { __typename }"},`, 9) + `{"query": "query cop { __typename }"}]`, hasData},
	{"directive overloading", "POST", "/graphql", "application/json", `{"query": "query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }"}`, func(body string) bool { return strings.Count(body, `Unknown directive`) >= 10 }},
	{"circular query by introspection", "POST", "/graphql", "application/json", `{"query": "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }"}`, hasData},
	{"field duplication", "POST", "/graphql", "application/json", `{"query": "query cop { __typename ` + strings.Repeat(`\n__typename `, 500) + `}"}`, hasData},
	{"field suggestions", "POST", "/graphql", "application/json", `{"query": "query cop { directive usr user }"}`, func(body string) bool { return strings.Contains(strings.ToLower(body), "did you mean") }},
	{"introspection", "POST", "/graphql", "application/json", `{"query": "query cop { __schema { types { name fields { name } } } }"}`, hasData},
	{"mutation over GET", "GET", "/graphql?" + url.Values{"query": {"mutation cop { __typename }"}}.Encode(), "", "", hasData},
	{"query over GET from a page", "GET", "/graphql?" + url.Values{"query": {"query cop { __typename }"}}.Encode(), "browser", "", hasData},
	{"query over POST as a form", "POST", "/graphql", "application/x-www-form-urlencoded", url.Values{"query": {"query cop { __typename }"}}.Encode(), hasData},
	{"GraphiQL", "GET", "/", "", "", func(body string) bool { return strings.Contains(strings.ToLower(body), "graphiql") }},
	{"tracing", "POST", "/graphql", "application/json", `{"query": "query cop { __typename }"}`, func(body string) bool { return strings.Contains(body, `"tracing"`) }},
	{"unhandled errors", "POST", "/graphql", "application/json", `{"query": "qwerty cop { abc }"}`, func(body string) bool {
		return strings.Contains(body, `"exception"`) || strings.Contains(body, "stack")
	}},
}

func hasData(body string) bool { return strings.Contains(body, `"data":{`) }

func manyAliases(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" alias" + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + ":__typename")
	}
	return b.String()
}

// A server without introspection and GraphiQL has none of the flaws that graphql-cop looks
// for. Unlike graphql-cop, the check of queries over GET sends what a browser sends: GET is
// allowed for other programs.
func TestServe_GraphQLCop(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", "server: {listen: 127.0.0.1:0, introspection: false, graphiql: false}\n"+startVendors(t).Config()))
	if len(attempts) != 13 {
		t.Errorf("%d checks, want 13", len(attempts))
	}
	for _, a := range attempts {
		r, err := http.NewRequest(a.method, "http://"+p.address+a.path, strings.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"User-Agent": {"graphql-cop/1.14"}, "Accept": {"*/*"}}
		switch a.contentType {
		case "":
		case "browser":
			r.Header = http.Header{"User-Agent": {"Mozilla/5.0"}, "Accept": {"*/*"}, "Sec-Fetch-Site": {"cross-site"}}
		default:
			r.Header.Set("Content-Type", a.contentType)
		}
		res, err := client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || a.flaw(string(body)) {
			t.Errorf("%s: %d, %v\n%.500s", a.name, res.StatusCode, err, body)
		}
	}
	if answer := p.query("{ __typename }"); answer.value("__typename") != "Query" {
		t.Errorf("a plain query: %s", answer.text)
	}
}
