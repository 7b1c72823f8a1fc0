package auth_test

import (
	"context"
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

// TestAuthenticator_Authenticate sends each combination of headers to each kind of
// authenticator.
func TestAuthenticator_Authenticate(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}
	token := "Bearer " + sign(t, rsaKey(), "1", jose.RS256, validClaims())
	gateway := &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret), providers.NewSecret(nextSecret)}, Scopes: []string{auth.CacheWrite}}
	jwt := i.config(t).JWT
	authenticators := map[string]*auth.Authenticator{
		"none":    nil,
		"zero":    {},
		"open":    auth.AllowAll(auth.PersonalRead),
		"gateway": open(t, auth.Config{GatewaySecret: gateway}),
		"jwt":     open(t, auth.Config{JWT: jwt}),
		"both":    open(t, auth.Config{GatewaySecret: gateway, JWT: jwt}),
	}
	requests := map[string]http.Header{
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
		notConfigured = "authentication is not configured"
		all           = "trusted personal:read"
		viaSecret     = "gateway trusted cache:write"
		viaToken      = "openid personal:read"
		wrongSecret   = "the header Router-Authorization is not valid"
		needsSecret   = "the header Router-Authorization is required"
		needsToken    = "a token is required in the header Authorization: Bearer"
		badToken      = "the token is not valid"
	)
	want := map[string]map[string]string{
		"nothing":                       {"gateway": needsSecret, "jwt": needsToken, "both": needsToken},
		"the secret":                    {"gateway": viaSecret, "jwt": wrongSecret, "both": viaSecret},
		"the next secret":               {"gateway": viaSecret, "jwt": wrongSecret, "both": viaSecret},
		"another secret":                {"gateway": wrongSecret, "jwt": wrongSecret, "both": wrongSecret},
		"a part of the secret":          {"gateway": wrongSecret, "jwt": wrongSecret, "both": wrongSecret},
		"no secret":                     {"gateway": wrongSecret, "jwt": wrongSecret, "both": wrongSecret},
		"the secret twice":              {"gateway": wrongSecret, "jwt": wrongSecret, "both": wrongSecret},
		"a token":                       {"gateway": needsSecret, "jwt": "trusted " + viaToken, "both": viaToken},
		"the secret and a token":        {"gateway": viaSecret, "jwt": wrongSecret, "both": "gateway trusted " + viaToken},
		"another secret and a token":    {"gateway": wrongSecret, "jwt": wrongSecret, "both": wrongSecret},
		"the secret and a broken token": {"gateway": viaSecret, "jwt": wrongSecret, "both": badToken},
		"the secret and a password":     {"gateway": viaSecret, "jwt": wrongSecret, "both": needsToken},
		"the secret as a token":         {"gateway": needsSecret, "jwt": badToken, "both": badToken},
	}
	for request, headers := range requests {
		for name, a := range authenticators {
			expected := map[string]string{"none": notConfigured, "zero": notConfigured, "open": all}[name] + want[request][name]
			if got := authenticate(t, a, headers); got != expected {
				t.Errorf("%s at %s: %q, want %q", request, name, got, expected)
			}
		}
	}
}

// authenticate formats the authenticated caller, or the error.
func authenticate(t *testing.T, a *auth.Authenticator, headers http.Header) string {
	t.Helper()
	caller, err := a.Authenticate(t.Context(), headers)
	var e *auth.Error
	switch {
	case err == nil:
	case caller != nil || !errors.As(err, &e):
		t.Errorf("%+v, %v", caller, err)
		return ""
	default:
		return err.Error()
	}
	parts := caller.Scopes
	if caller.Trusted {
		parts = append([]string{"trusted"}, parts...)
	}
	if caller.ViaGateway {
		parts = append([]string{"gateway"}, parts...)
	}
	return strings.Join(parts, " ")
}

// TestAuthenticator_TokenScopesReplaceGatewayScopes: a token that the gateway forwards
// gets none of the gateway's own scopes.
func TestAuthenticator_TokenScopesReplaceGatewayScopes(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}
	a := open(t, auth.Config{
		GatewaySecret: &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret)}, Scopes: []string{auth.CacheWrite, auth.PersonalRead}},
		JWT:           i.config(t).JWT,
	})
	token := sign(t, rsaKey(), "1", jose.RS256, with(map[string]any{"scope": nil}))
	caller, err := a.Authenticate(t.Context(), http.Header{"Router-Authorization": {secret}, "Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string(nil), caller.Scopes); diff != "" {
		t.Error(diff)
	}
}

// TestAuthenticator_Check is what the command check reports: whether the keys could be fetched.
func TestAuthenticator_Check(t *testing.T) {
	gateway := &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret)}}
	works, fails := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}, &issuer{fails: true}
	for name, test := range map[string]struct {
		a            *auth.Authenticator
		jwt, gateway bool
		wantsError   bool
	}{
		"none":                   {},
		"open":                   {a: auth.AllowAll()},
		"gateway":                {a: open(t, auth.Config{GatewaySecret: gateway}), gateway: true},
		"an issuer":              {a: open(t, works.config(t)), jwt: true},
		"an issuer that fails":   {a: open(t, fails.config(t)), jwt: true, wantsError: true},
		"an issuer that is slow": {a: open(t, (&issuer{hold: make(chan struct{})}).config(t)), jwt: true, wantsError: true},
	} {
		t.Run(name, func(t *testing.T) {
			if test.a.UsesJWT() != test.jwt || test.a.UsesGateway() != test.gateway {
				t.Errorf("tokens: %v, gateway: %v", test.a.UsesJWT(), test.a.UsesGateway())
			}
			ctx := t.Context()
			if strings.Contains(name, "slow") {
				canceled, cancel := context.WithCancel(ctx)
				cancel()
				ctx = canceled
				if _, err := test.a.Authenticate(ctx, http.Header{"Authorization": {"Bearer " + sign(t, rsaKey(), "1", jose.RS256, validClaims())}}); err == nil {
					t.Error("a token is accepted without keys")
				}
			}
			if err := test.a.Check(ctx); (err != nil) != test.wantsError || err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey()), newKey("2", ecKey())}}
	c := i.config(b)
	c.GatewaySecret = &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret), providers.NewSecret(nextSecret)}}
	a := open(b, c)
	for name, headers := range map[string]http.Header{
		"secret": {"Router-Authorization": {nextSecret}},
		"RS256":  {"Authorization": {"Bearer " + sign(b, rsaKey(), "1", jose.RS256, validClaims())}},
		"ES256":  {"Authorization": {"Bearer " + sign(b, ecKey(), "2", jose.ES256, validClaims())}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Authenticate(b.Context(), headers); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
