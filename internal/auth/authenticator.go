package auth

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/accountgraph/accountgraph/providers"
)

// GatewaySecretHeader is the request header with the secret that a gateway shares
// with this server.
const GatewaySecretHeader = "Router-Authorization"

// Config configures an Authenticator. At least one of GatewaySecret and JWT is set.
type Config struct {
	// GatewaySecret is nil without a gateway.
	GatewaySecret *GatewaySecret
	// JWT is nil if no tokens are accepted.
	JWT *JWT
	Log *slog.Logger
}

// GatewaySecret configures a gateway that authenticates by a shared secret.
type GatewaySecret struct {
	// Secrets are all accepted, so that a secret can be rotated.
	Secrets []providers.Secret
	// Scopes are the permissions of the gateway's requests without a token.
	Scopes []string
}

// Authenticator authenticates requests. It is safe for concurrent use. A nil and a
// zero Authenticator reject every request.
type Authenticator struct {
	// anonymous is the caller of every request; nil if authentication is required.
	anonymous *Caller
	gateway   *gatewaySecret
	jwt       *jwtVerifier
}

// AllowAll returns an Authenticator that accepts every request, as a trusted caller
// with these scopes.
func AllowAll(scopes ...string) *Authenticator {
	return &Authenticator{anonymous: &Caller{Anonymous: true, Trusted: true, Scopes: scopes}}
}

// New builds an Authenticator. It fails if the JWKS file is unusable. A JWKS URL is
// fetched in the background; requests with a token wait for the first fetch.
func New(c Config) (*Authenticator, error) {
	a := &Authenticator{}
	if c.GatewaySecret != nil {
		a.gateway = newGatewaySecret(*c.GatewaySecret)
	}
	if c.JWT != nil {
		verifier, err := newJWTVerifier(*c.JWT, c.Log)
		if err != nil {
			return nil, err
		}
		a.jwt = verifier
	}
	return a, nil
}

// UsesJWT reports whether tokens are accepted.
func (a *Authenticator) UsesJWT() bool { return a != nil && a.jwt != nil }

// UsesGateway reports whether a gateway can authenticate.
func (a *Authenticator) UsesGateway() bool { return a != nil && a.gateway != nil }

// Check waits for a JWKS fetch in flight and returns the error of the last one. A
// fetch takes at most 5 s.
func (a *Authenticator) Check(ctx context.Context) error {
	if !a.UsesJWT() {
		return nil
	}
	return a.jwt.keys.check(ctx)
}

// Error is the reason why a request is not authenticated. Its text is safe to send
// to the client.
type Error struct {
	text string
	// InvalidToken is true if the request had a token.
	InvalidToken bool
}

func (e *Error) Error() string { return e.text }

// The errors reveal nothing about a token that its bearer cannot read in it.
var (
	errUnauthenticated = &Error{text: "authentication is not configured"}
	errWrongSecret     = &Error{text: "the header " + GatewaySecretHeader + " is not valid"}
	errSecretRequired  = &Error{text: "the header " + GatewaySecretHeader + " is required"}
	errTokenRequired   = &Error{text: "a token is required in the header Authorization: Bearer"}
	errInvalidToken    = &Error{text: "the token is not valid", InvalidToken: true}
	errExpiredToken    = &Error{text: "the token has expired", InvalidToken: true}
)

// Authenticate returns the caller of a request with these headers. Every error is an
// *Error.
//
// A gateway proves its identity by the secret. Its scopes come from the token that it
// forwards or, without one, from the configuration. If no gateway is configured,
// every caller with a token is trusted like one.
func (a *Authenticator) Authenticate(ctx context.Context, h http.Header) (*Caller, error) {
	switch {
	case a == nil || a.anonymous == nil && a.gateway == nil && a.jwt == nil:
		return nil, errUnauthenticated
	case a.anonymous != nil:
		return a.anonymous, nil
	}
	secrets := h.Values(GatewaySecretHeader)
	viaGateway := len(secrets) > 0
	if viaGateway && !a.gateway.matches(secrets) {
		return nil, errWrongSecret
	}
	if a.jwt == nil || viaGateway && len(h.Values("Authorization")) == 0 {
		if !viaGateway {
			return nil, errSecretRequired
		}
		return a.gateway.caller, nil
	}
	caller, err := a.jwt.caller(ctx, h.Values("Authorization"))
	if err != nil {
		return nil, err
	}
	caller.Trusted, caller.ViaGateway = viaGateway || a.gateway == nil, viaGateway
	return caller, nil
}
