package auth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/providers"
)

func TestCaller_HasScope(t *testing.T) {
	for name, test := range map[string]struct {
		caller *auth.Caller
		want   bool
	}{
		"nil caller":        {nil, false},
		"no scope":          {&auth.Caller{}, false},
		"another scope":     {&auth.Caller{Scopes: []string{"personal:read2", "personal", "PERSONAL:READ"}}, false},
		"same scope":        {&auth.Caller{Scopes: []string{"cache:write", "personal:read"}}, true},
		"trusted, no scope": {&auth.Caller{Trusted: true}, false},
		"subject only":      {&auth.Caller{Subject: providers.NewSecret("personal:read")}, false},
	} {
		if got := test.caller.HasScope(auth.PersonalRead); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

// TestCaller_KeyDependsOnScopes: callers share responses only if they have the same
// scopes of the graph.
func TestCaller_KeyDependsOnScopes(t *testing.T) {
	keys := map[string]string{}
	for name, scopes := range map[string][]string{
		"none": nil, "personal": {auth.PersonalRead}, "cache": {auth.CacheWrite}, "both": {auth.PersonalRead, auth.CacheWrite},
	} {
		caller := &auth.Caller{Scopes: scopes}
		if first, duplicate := keys[caller.Key()]; duplicate {
			t.Errorf("%s and %s have the same key", first, name)
		}
		keys[caller.Key()] = name
	}
	for want, scopes := range map[string][]string{
		"none": {"openid", "personal:read cache:write"}, "both": {"openid", auth.CacheWrite, auth.PersonalRead, auth.CacheWrite},
	} {
		if got := keys[(&auth.Caller{Trusted: true, Scopes: scopes}).Key()]; got != want {
			t.Errorf("%q have the key of %q, not of %q", scopes, got, want)
		}
	}
}

func TestContext_CarriesCaller(t *testing.T) {
	caller := &auth.Caller{Scopes: []string{"a"}}
	if got := auth.From(auth.With(context.Background(), caller)); got != caller {
		t.Errorf("%+v, want the caller", got)
	}
	for name, ctx := range map[string]context.Context{"no caller": context.Background(), "nil": auth.With(context.Background(), nil)} {
		if got := auth.From(ctx); got == nil || got.Trusted || len(got.Scopes) > 0 {
			t.Errorf("%s: %+v, want a caller without permissions", name, got)
		}
	}
}

// TestCaller_KeyDependsOnCredentials: callers with different vendor tokens share no
// responses, and no key contains a token.
func TestCaller_KeyDependsOnCredentials(t *testing.T) {
	with := func(pairs ...string) *auth.Caller {
		c := &auth.Caller{Credentials: map[string]providers.Secret{}}
		for i := 0; i < len(pairs); i += 2 {
			c.Credentials[pairs[i]] = providers.NewSecret(pairs[i+1])
		}
		return c
	}
	keys := map[string]int{}
	for i, c := range []*auth.Caller{
		with(), {Scopes: []string{auth.PersonalRead}}, with("one", ""), with("one", "s3cr3t"), with("one", "s3cr3t2"), with("two", "s3cr3t"),
		with("one", "x", "two", "y"), with("one", "y", "two", "x"), with("o", "nex"), with("onex", ""),
	} {
		if first, duplicate := keys[c.Key()]; duplicate {
			t.Errorf("caller %d has the key of caller %d", i, first)
		}
		keys[c.Key()] = i
		if strings.Contains(c.Key(), "s3cr3t") {
			t.Errorf("a token in %s", c.Key())
		}
	}
	if with("one", "x", "two", "y").Key() != with("two", "y", "one", "x").Key() || with().Key() != (&auth.Caller{}).Key() {
		t.Error("equal credentials have different keys")
	}
}

// A credential identifies its caller; an address does so only without authentication.
// Scopes and vendor tokens make no difference.
func TestCaller_ID(t *testing.T) {
	secret := providers.NewSecret
	same := map[string][]auth.Caller{
		"anna": {
			{Subject: secret("anna"), ClientID: secret("app")}, {Subject: secret("anna"), Address: "192.0.2.1", Trusted: true},
			{Subject: secret("anna"), Scopes: []string{auth.PersonalRead}, Credentials: map[string]providers.Secret{"acme": secret("t")}},
		},
		"bert":        {{Subject: secret("bert"), ClientID: secret("app")}},
		"app":         {{ClientID: secret("app")}, {ClientID: secret("app"), Address: "192.0.2.1"}},
		"client anna": {{ClientID: secret("anna")}},
		"192.0.2.1":   {{Anonymous: true, Address: "192.0.2.1"}},
		"192.0.2.2":   {{Anonymous: true, Address: "192.0.2.2"}},
		"gateway":     {{Trusted: true}, {Trusted: true, Address: "192.0.2.1"}},
	}
	ids := map[string]string{}
	for name, callers := range same {
		for _, c := range callers {
			if c.ID() != callers[0].ID() || strings.Contains(c.ID(), name) {
				t.Errorf("%s: the id is %q", name, c.ID())
			}
		}
		if other, known := ids[callers[0].ID()]; known {
			t.Errorf("%s and %s have the same id", name, other)
		}
		ids[callers[0].ID()] = name
	}
}

// A caller that the authenticator knows has another key with tokens for vendors.
func TestCaller_WithCredentials(t *testing.T) {
	a, err := auth.New(auth.Config{GatewaySecret: &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret("s")}}})
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := a.Authenticate(t.Context(), http.Header{auth.GatewaySecretHeader: {"s"}})
	if err != nil {
		t.Fatal(err)
	}
	with := func(token string) *auth.Caller {
		return gateway.WithCredentials(map[string]providers.Secret{"acme": providers.NewSecret(token)}, "")
	}
	if id := with("1").ID(); id != gateway.ID() || id != (&auth.Caller{Trusted: true}).ID() {
		t.Errorf("the id is %q and with a token %q", gateway.ID(), id)
	}
	if one, two := with("1"), with("2"); one.Key() == two.Key() || one.Key() == gateway.Key() || one.Key() != with("1").Key() {
		t.Errorf("keys: %q, %q and %q", one.Key(), two.Key(), gateway.Key())
	}
}
