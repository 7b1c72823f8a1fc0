package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
)

const notFound = "400 PERSISTED_QUERY_NOT_FOUND"

func newAPQServer(t *testing.T) *testServer {
	t.Helper()
	return newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Documents: transport.Documents{Trusted: manifest(t), Automatic: true}})
}

// TestAPQ_RegisterAndFind sends what Apollo's clients send: the hash, the document with
// the hash, the hash again.
func TestAPQ_RegisterAndFind(t *testing.T) {
	s := newAPQServer(t)
	hash, pair := requestBody(t, "", "", persisted.Sum(untrusted)), requestBody(t, untrusted, "", persisted.Sum(untrusted))
	for i, step := range []struct {
		testRequest
		want string
	}{
		{testRequest{body: hash}, notFound},
		{testRequest{body: pair}, "free"},
		{testRequest{body: hash}, "free"},
		{testRequest{method: http.MethodGet, url: queryString(t, hash)}, "free"},
		{testRequest{body: pair}, "free"},
		{testRequest{body: requestBody(t, "", persisted.Hash(untrusted), "")}, notFound}, // not trusted
	} {
		if got := s.executed(t, step.testRequest); got != step.want {
			t.Errorf("step %d: %s, want %s", i+1, got, step.want)
		}
	}
	if got := newAPQServer(t).executed(t, testRequest{body: hash}); got != notFound {
		t.Errorf("another server has the document: %s", got)
	}
}

// TestAPQ_RejectsForeignHash sends documents with the names of others. None is executed
// or cached under such a name.
func TestAPQ_RejectsForeignHash(t *testing.T) {
	s := newAPQServer(t)
	for i := range 100 {
		mine := fmt.Sprintf("{ evil%d: __typename }", i)
		yours := fmt.Sprintf("query Yours%d { yours: __typename }", i%10)
		sum := persisted.Sum(yours)
		name := []string{
			sum, strings.ToUpper(sum), "sha256:" + sum, sum + " ", sum[:63], persisted.Sum(trusted), persisted.Hash(trusted), trustedID,
			persisted.Sum(mine + " "), sum + persisted.Sum(mine),
		}[i%10]
		body := requestBody(t, mine, "", name)
		for _, k := range []testRequest{{body: body}, {method: http.MethodGet, url: queryString(t, body)}} {
			if got := s.executed(t, k); got != "400 BAD_REQUEST" {
				t.Fatalf("%s as %q: %s", mine, name, got)
			}
		}
		for asked, want := range map[string]string{persisted.Sum(mine): notFound, sum: notFound, trustedID: "known", persisted.Sum(trusted): "known"} {
			if got := s.executed(t, testRequest{body: requestBody(t, "", "", asked)}); got != want {
				t.Fatalf("after %s as %q, %q is %s, want %s", mine, name, asked, got, want)
			}
		}
	}
}

// TestAPQ_RejectedDocuments sends documents that are not executed, and so not cached.
func TestAPQ_RejectedDocuments(t *testing.T) {
	s := newAPQServer(t)
	for name, document := range map[string]string{
		"syntax error":      "query {",
		"unknown field":     "{ nothing }",
		"too deep":          "{ users {" + strings.Repeat("nodes { memberships {", 12) + "__typename" + strings.Repeat("}", 26),
		"too many fields":   "{" + strings.Repeat(" __typename", 1001) + "}",
		"introspection":     "{ __schema { types { name } } }",
		"two operations":    "query A { __typename } query B { __typename }",
		"missing variables": "query ($id: ID!) { user(id: $id) { id } }",
	} {
		for range 2 {
			if got := s.executed(t, testRequest{body: requestBody(t, document, "", persisted.Sum(document))}); strings.Contains(got, "data") {
				t.Errorf("%s is executed: %s", name, got)
			}
		}
		if got := s.executed(t, testRequest{body: requestBody(t, "", "", persisted.Sum(document))}); got != notFound {
			t.Errorf("%s is cached: %s", name, got)
		}
	}
	// A mutation is rejected with GET, and so not cached.
	if got := s.executed(t, testRequest{method: http.MethodGet, url: queryString(t, requestBody(t, mutation+" ", "", persisted.Sum(mutation+" ")))}); got != "405 BAD_REQUEST" {
		t.Error(got)
	}
	if got := s.executed(t, testRequest{body: requestBody(t, "", "", persisted.Sum(mutation+" "))}); got != notFound {
		t.Error(got)
	}
}

func TestAPQ_Limits(t *testing.T) {
	const entries, bytes = 2000, 4 << 20
	for name, test := range map[string]struct{ registered, size, limit int }{
		"entries": {entries + 200, 40, entries},
		"bytes":   {100, 60 << 10, bytes / (60 << 10)},
	} {
		if testing.Short() && name == "entries" { // as the race detector runs
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := newAPQServer(t)
			document := func(i int) string {
				text := fmt.Sprintf("{ n%06d: __typename } #", i)
				return text + strings.Repeat("x", test.size-len(text))
			}
			for i := range test.registered {
				text, want := document(i), fmt.Sprintf("n%06d", i)
				for _, query := range []string{text, ""} {
					if got := s.executed(t, testRequest{body: requestBody(t, query, "", persisted.Sum(text))}); got != want {
						t.Fatalf("document %d: %s", i, got)
					}
				}
			}
			cached := 0
			for i := range test.registered {
				if s.executed(t, testRequest{body: requestBody(t, "", "", persisted.Sum(document(i)))}) != notFound {
					cached++
				}
			}
			if cached > test.limit || cached < test.limit*9/10 {
				t.Errorf("%d documents are cached, want at most %d and not many less", cached, test.limit)
			}
		})
	}
}

// The documents that clients register are bounded by their length.
func TestAPQ_Bytes(t *testing.T) {
	s := newTestServer(t, transport.Options{
		Authenticator: auth.AllowAll(), Documents: transport.Documents{Trusted: manifest(t), Automatic: true}, AutomaticDocumentBytes: 64 << 10,
	})
	const documents = 10
	kept := 0
	text := func(i int) string {
		return fmt.Sprintf("query Free { free: __typename } # %d %s", i, strings.Repeat("x", 12<<10))
	}
	for i := range documents {
		s.executed(t, testRequest{body: requestBody(t, text(i), "", persisted.Sum(text(i)))})
	}
	for i := range documents {
		if got := s.executed(t, testRequest{body: requestBody(t, "", "", persisted.Sum(text(i)))}); got != notFound {
			kept++
		}
	}
	if kept == 0 || kept > 5 {
		t.Errorf("%d documents of 12 KiB are kept in 64 KiB", kept)
	}
}
