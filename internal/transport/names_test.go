package transport_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// What could be a credential or an address becomes neither a label nor a field of the log.
func TestRequest_Names(t *testing.T) {
	long := strings.Repeat("a", 65)
	for client, want := range map[string]string{
		"": "", "web": "web", "My App 2.1": "My App 2.1", "@apollo/gateway": "@apollo/gateway", "com.example.app-ios/3": "com.example.app-ios/3",
		"TheConsoleOfTheAccountManagement": "TheConsoleOfTheAccountManagement", "router 1.2.3 20261127": "router 1.2.3 20261127",
		"Bearer eyJhbGciOi.SECRET": "other", "bearer abc": "other", "Basic abc": "other", "eyJhbGciOi.eyJzdWIiOi.c2ln": "other",
		"app eyJhbGciOi": "other", "sk_live_4eC39HqLyjWDarjtT1zdp7dc": "other", "550e8400-e29b-41d4-a716-446655440000": "other",
		"someone@acme.example": "other", "@someone": "other", "two  spaces": "other", "a:b": "other", "é": "other", long: "other", long[1:]: long[1:],
	} {
		if got := observed(t, client, "Users"); got.Client != want {
			t.Errorf("client %q is %q, want %q", client, got.Client, want)
		}
	}
	for name, want := range map[string]string{
		"Users": "Users", "UsersOfAllAccountsWithMembershipsV2Top100": "UsersOfAllAccountsWithMembershipsV2Top100", "Users_2026_11_27_V2": "Users_2026_11_27_V2",
		"eyJhbGciOiJIUzI1NiJ9": "other", "sk_live_4eC39HqLyjWDarjtT1zdp7dc": "other", strings.Repeat("a", 101): strings.Repeat("a", 100),
	} {
		if got := observed(t, "", name); got.Name != want {
			t.Errorf("operation %q is %q, want %q", name, got.Name, want)
		}
	}
}

// observed returns what is known of a request of a client.
func observed(t *testing.T, client, name string) operation.Request {
	t.Helper()
	s := newTestServer(t, transport.Options{Authenticator: auth.AllowAll()})
	header := http.Header{"Content-Type": {"application/json"}}
	if client != "" {
		header.Set("Apollographql-Client-Name", client)
	}
	s.send(t, testRequest{body: `{"query": "query ` + name + ` { __typename }"}`, header: header})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[0]
}
