package auth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	secret     = "s3cr3t-0123456789-0123456789-01234"
	nextSecret = "s3cr3t-9876543210-9876543210-98765"
)

// TestWhoIsLetIn goes through every gate with every kind of caller.
func TestWhoIsLetIn(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}
	token := "Bearer " + sign(t, rsaKey(), "1", jose.RS256, good())
	router := &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret), providers.NewSecret(nextSecret)}, Scopes: []string{auth.CacheWrite}}
	tokens := i.config(t).JWT
	gates := map[string]*auth.Authenticator{
		"none":     nil,
		"zero":     {},
		"everyone": auth.AllowAll(auth.PersonalRead),
		"router":   open(t, auth.Config{GatewaySecret: router}),
		"tokens":   open(t, auth.Config{JWT: tokens}),
		"both":     open(t, auth.Config{GatewaySecret: router, JWT: tokens}),
	}
	type callers map[string]string
	given := map[string]http.Header{
		"nothing":                       {},
		"the secret":                    {"Router-Authorization": {secret}},
		"the next secret":               {"Router-Authorization": {nextSecret}},
		"another secret":                {"Router-Authorization": {secret + "x"}},
		"a part of the secret":          {"Router-Authorization": {secret[:32]}},
		"no secret":                     {"Router-Authorization": {""}},
		"the secret twice":              {"Router-Authorization": {secret, secret}},
		"a token":                       {"Authorization": {token}},
		"the secret and a token":        {"Router-Authorization": {secret}, "Authorization": {token}},
		"another secret and a token":    {"Router-Authorization": {"x"}, "Authorization": {token}},
		"the secret and a broken token": {"Router-Authorization": {secret}, "Authorization": {token + "x"}},
		"the secret and a password":     {"Router-Authorization": {secret}, "Authorization": {"Basic eA=="}},
		"the secret as a token":         {"Authorization": {"Bearer " + secret}},
	}
	const (
		nobody      = "nobody is let in here"
		all         = "trusted personal:read"
		gateway     = "trusted cache:write"
		person      = "openid personal:read"
		noRouter    = "the header Router-Authorization is not accepted"
		needsRouter = "this needs the header Router-Authorization"
		needsToken  = "this needs a token, in the header Authorization: Bearer"
		badToken    = "the token is not accepted"
	)
	want := map[string]callers{
		"nothing":                       {"router": needsRouter, "tokens": needsToken, "both": needsToken},
		"the secret":                    {"router": gateway, "tokens": noRouter, "both": gateway},
		"the next secret":               {"router": gateway, "tokens": noRouter, "both": gateway},
		"another secret":                {"router": noRouter, "tokens": noRouter, "both": noRouter},
		"a part of the secret":          {"router": noRouter, "tokens": noRouter, "both": noRouter},
		"no secret":                     {"router": noRouter, "tokens": noRouter, "both": noRouter},
		"the secret twice":              {"router": noRouter, "tokens": noRouter, "both": noRouter},
		"a token":                       {"router": needsRouter, "tokens": "trusted " + person, "both": person},
		"the secret and a token":        {"router": gateway, "tokens": noRouter, "both": "trusted " + person},
		"another secret and a token":    {"router": noRouter, "tokens": noRouter, "both": noRouter},
		"the secret and a broken token": {"router": gateway, "tokens": noRouter, "both": badToken},
		"the secret and a password":     {"router": gateway, "tokens": noRouter, "both": needsToken},
		"the secret as a token":         {"router": needsRouter, "tokens": badToken, "both": badToken},
	}
	for caller, headers := range given {
		for name, gate := range gates {
			expected := map[string]string{"none": nobody, "zero": nobody, "everyone": all}[name] + want[caller][name]
			if got := enter(t, gate, headers); got != expected {
				t.Errorf("%s at %s: %q, not %q", caller, name, got, expected)
			}
		}
	}
}

// enter tells how a caller is let in, or why not.
func enter(t *testing.T, gate *auth.Authenticator, headers http.Header) string {
	t.Helper()
	caller, err := gate.Authenticate(t.Context(), headers)
	var refusal *auth.Error
	switch {
	case err == nil:
	case caller != nil || !errors.As(err, &refusal):
		t.Errorf("%+v, %v", caller, err)
		return ""
	default:
		return err.Error()
	}
	words := caller.Scopes
	if caller.Trusted {
		words = append([]string{"trusted"}, words...)
	}
	return strings.Join(words, " ")
}

// TestARouterIsNotItsTokens holds that a caller of a gateway keeps nothing of what
// the gateway itself may do.
func TestARouterIsNotItsTokens(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}
	gate := open(t, auth.Config{
		GatewaySecret: &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret)}, Scopes: []string{auth.CacheWrite, auth.PersonalRead}},
		JWT:           i.config(t).JWT,
	})
	token := sign(t, rsaKey(), "1", jose.RS256, with(map[string]any{"scope": nil}))
	caller, err := gate.Authenticate(t.Context(), http.Header{"Router-Authorization": {secret}, "Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string(nil), caller.Scopes); diff != "" {
		t.Error(diff)
	}
}
