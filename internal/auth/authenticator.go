package auth

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/accountgraph/accountgraph/providers"
)

// GatewaySecretHeader is where a gateway puts the secret that it shares with this server.
const GatewaySecretHeader = "Router-Authorization"

// Config says whom to let in. At least one of Router and Tokens is given.
type Config struct {
	// GatewaySecret is nil where no gateway is known.
	GatewaySecret *GatewaySecret
	// JWT is nil where no tokens are taken.
	JWT *JWT
	Log *slog.Logger
}

// GatewaySecret is a gateway that is known by a secret.
type GatewaySecret struct {
	// Secrets are accepted alike, so that one can take the place of the other.
	Secrets []providers.Secret
	// Scopes are those of its requests that bring no token along.
	Scopes []string
}

// Authenticator lets callers in. It is safe for concurrent use. The zero Gate and nil let
// nobody in.
type Authenticator struct {
	anonymous *Caller
	gateway   *gatewaySecret
	jwt       *jwtVerifier
}

// AllowAll is a gate that asks nothing. Whoever comes has these scopes, and is
// trusted as a gateway would be.
func AllowAll(scopes ...string) *Authenticator {
	return &Authenticator{anonymous: &Caller{Trusted: true, Scopes: scopes}}
}

// New builds a gate. It fails where the keys are in a file that cannot be used. A
// URL is asked behind; until it answers, callers with a token wait.
func New(c Config) (*Authenticator, error) {
	g := &Authenticator{}
	if c.GatewaySecret != nil {
		g.gateway = newGatewaySecret(*c.GatewaySecret)
	}
	if c.JWT != nil {
		tokens, err := newJWTVerifier(*c.JWT, c.Log)
		if err != nil {
			return nil, err
		}
		g.jwt = tokens
	}
	return g, nil
}

// UsesJWT reports whether callers are known by tokens.
func (g *Authenticator) UsesJWT() bool { return g != nil && g.jwt != nil }

// Check fails where the keys of callers' tokens cannot be read, and says why. It
// waits for them no longer than some seconds.
func (g *Authenticator) Check(ctx context.Context) error {
	if !g.UsesJWT() {
		return nil
	}
	return g.jwt.keys.check(ctx)
}

// Error is why a caller is not let in. Its text is for the caller.
type Error struct {
	text string
	// InvalidToken is whether the caller brought a token.
	InvalidToken bool
}

func (r *Error) Error() string { return r.text }

// The reasons. None tells more about a token than its bearer can read in it.
var (
	errUnauthenticated = &Error{text: "nobody is let in here"}
	errWrongSecret     = &Error{text: "the header " + GatewaySecretHeader + " is not accepted"}
	errSecretRequired  = &Error{text: "this needs the header " + GatewaySecretHeader}
	errTokenRequired   = &Error{text: "this needs a token, in the header Authorization: Bearer"}
	errInvalidToken    = &Error{text: "the token is not accepted", InvalidToken: true}
	errExpiredToken    = &Error{text: "the token has expired", InvalidToken: true}
)

// Authenticate is whoever sent a request with these headers. It fails with a *Refusal.
//
// A gateway is believed to be one by its secret, and its token, or else the
// configuration, says what it may ask for. Where no gateway is known, whoever has
// a token may ask what one would.
func (g *Authenticator) Authenticate(ctx context.Context, h http.Header) (*Caller, error) {
	switch {
	case g == nil || g.anonymous == nil && g.gateway == nil && g.jwt == nil:
		return nil, errUnauthenticated
	case g.anonymous != nil:
		return g.anonymous, nil
	}
	secrets := h.Values(GatewaySecretHeader)
	viaRouter := len(secrets) > 0
	if viaRouter && !g.gateway.matches(secrets) {
		return nil, errWrongSecret
	}
	if g.jwt == nil || viaRouter && len(h.Values("Authorization")) == 0 {
		if !viaRouter {
			return nil, errSecretRequired
		}
		return g.gateway.caller, nil
	}
	caller, err := g.jwt.caller(ctx, h.Values("Authorization"))
	if err != nil {
		return nil, err
	}
	caller.Trusted = viaRouter || g.gateway == nil
	return caller, nil
}
