package auth_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/providers"
)

// FuzzAuthenticate: no header that lacks a valid secret or token authenticates a
// request or causes a panic.
func FuzzAuthenticate(f *testing.F) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey()), newKey("2", ecKey())}}
	a, err := auth.New(auth.Config{
		GatewaySecret: &auth.GatewaySecret{Secrets: []providers.Secret{providers.NewSecret(secret)}},
		JWT:           &auth.JWT{Issuer: "https://login.example", Audience: "graph", URL: "https://login.example/keys", Transport: i, Algorithms: []string{"RS256", "ES256"}},
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		"", "Bearer ", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.AA", "Basic eA==",
		"Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6IjIifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJncmFwaCJ9.AAAA", "bearer \x00",
		`Bearer {"payload":"e30","signatures":[]}`, secret,
	} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, authorization, gatewaySecret string) {
		if gatewaySecret == secret {
			return
		}
		for _, h := range []http.Header{
			{"Authorization": {authorization}}, {"Router-Authorization": {gatewaySecret}},
			{"Authorization": {authorization}, "Router-Authorization": {gatewaySecret}}, {"Authorization": {authorization, gatewaySecret}},
		} {
			if caller, err := a.Authenticate(context.Background(), h); caller != nil || err == nil {
				t.Errorf("%q: %+v, %v", h, caller, err)
			}
		}
	})
}
