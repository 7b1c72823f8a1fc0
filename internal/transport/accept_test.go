package transport_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

func TestAccept_MediaTypes(t *testing.T) {
	const plain, graphql = "application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8"
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll(), Introspection: true})
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
		res, members := s.send(t, testRequest{body: typenameQuery, header: h})
		if got := res.Header.Get("Content-Type"); got != want || members["data"] == nil {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}
