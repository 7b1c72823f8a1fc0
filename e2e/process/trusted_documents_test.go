package process_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Manifests as @apollo/generate-persisted-query-manifest 1.4.0 and graphql-codegen's
// client-preset 6.2.0 wrote them.
const (
	apolloManifest = `{
  "format": "apollo-persisted-query-manifest",
  "version": 1,
  "operations": [
    {
      "id": "94ecd23b1253e099a68647efba258f2bf073495279d54475fbcecf7a04ae7cfc",
      "name": "People",
      "type": "query",
      "body": "query People($email: String!) {\n  person(email: $email) {\n    email\n    users {\n      id\n      name\n      status\n      __typename\n    }\n    __typename\n  }\n}"
    }
  ]
}`
	apolloID        = "94ecd23b1253e099a68647efba258f2bf073495279d54475fbcecf7a04ae7cfc"
	codegenManifest = `{
  "sha256:bc36f6d382c2321601ed13acf46274e67082745cbdb933414fa8ca86ce3b5938": "fragment UserName on User { id name } query People($email: String!) { person(email: $email) { email users { status ...UserName } } }",
  "sha256:7dfd0865e211debbf192cbbfda47f0f3b52ba45b2375569ef015e3927f96e41d": "fragment UserName on User { id name } query Users($first: Int) { users(first: $first) { nodes { ...UserName } } }"
}`
	codegenID = "sha256:bc36f6d382c2321601ed13acf46274e67082745cbdb933414fa8ca86ce3b5938"
)

// The server accepts the manifests of two tools, and no other documents.
func TestTrustedDocuments_OnlyManifest(t *testing.T) {
	t.Parallel()
	const variables = `"variables": {"email": "person123@acme.example"}`
	for name, m := range map[string]struct{ manifest, body, id string }{
		"Apollo":  {apolloManifest, `{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + apolloID + `"}}, ` + variables + `}`, apolloID},
		"codegen": {codegenManifest, `{"documentId": "` + codegenID + `", ` + variables + `}`, codegenID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := writeFile(t, "documents.json", m.manifest)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"documents: {only: true, manifest: "+file+"}\n"+startVendors(t).Config()))
			status, a, err := post(client(), p.address, m.body)
			if email := a.value("person.email"); err != nil || status != http.StatusOK || email != "person123@acme.example" {
				t.Errorf("%d, %v: %s", status, err, a.text)
			}
			r, err := http.NewRequest(http.MethodGet, "http://"+p.address+"/graphql?documentId="+url.QueryEscape(m.id)+"&variables="+url.QueryEscape(`{"email": "person123@acme.example"}`), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "application/json")
			res, err := client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if keep := res.Header.Get("Cache-Control"); res.StatusCode != http.StatusOK || !strings.HasPrefix(keep, "private, max-age=") {
				t.Errorf("GET: %d, Cache-Control: %q", res.StatusCode, keep)
			}
			status, a, err = post(client(), p.address, `{"query": "{ __typename }"}`)
			if err != nil || status != http.StatusBadRequest || a.Errors[0].Extensions["code"] != "BAD_REQUEST" {
				t.Errorf("a query: %d, %v: %s", status, err, a.text)
			}
			if status, _, _ := p.get("/"); status != http.StatusNotFound {
				t.Errorf("GraphiQL: %d", status)
			}
		})
	}
}

// Neither serve nor check starts with invalid documents; the error names all of them.
func TestTrustedDocuments_InvalidManifest(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "documents.json", `{
		"one": "query One { users(first: 1) { nodes { id nme } } }",
		"two": "query Two { users(first: 1) { nodes { id } } }",
		"three": "query Three {",
		"sha256:00": "query Four { __typename }",
		"five": "query Five { users { nodes { memberships(first: 100) { nodes { account { members(first: 100) { nodes { id } } } } } } } }"
	}`)
	provider := "providers: [{name: one, vendor: activeplatform, baseURL: 'https://one.example', token: t}]\n"
	config := writeFile(t, "a.yaml", "documents: {manifest: "+file+"}\n"+provider)
	want := "accountgraph: documents.manifest: the trusted documents cannot be used:\n" +
		file + `: one: GRAPHQL_VALIDATION_FAILED: Cannot query field "nme" on type "User". Did you mean "name"? (line 1, column 42)` + "\n" +
		file + ": three: GRAPHQL_PARSE_FAILED: Expected Name, found <EOF> (line 1, column 14)\n" +
		file + ": sha256:00: the id is not the SHA-256 of the document\n" +
		file + ": five: QUERY_TOO_COMPLEX: the response could hold more than 20000 objects: select shorter lists (first), or fewer lists within lists (line 1, column 1)\n"
	missing := filepath.Join(t.TempDir(), "missing.json")
	nowhere := writeFile(t, "b.yaml", "documents: {manifest: "+missing+"}\n"+provider)
	for args, want := range map[string]string{
		"serve --config " + config: want, "check --config " + config: want,
		"serve --config " + nowhere: fmt.Sprintf("accountgraph: documents.manifest: cannot read the manifest: open %s: no such file or directory\n", missing),
	} {
		p := start(t, nil, strings.Fields(args)...)
		if code := p.exit(); code != 2 || p.stdout.String() != "" {
			t.Errorf("%s: exit %d, and on stdout %q", args, code, &p.stdout)
		}
		if diff := cmp.Diff(want, p.stderr.String()); diff != "" {
			t.Errorf("%s: %s", args, diff)
		}
	}
}
