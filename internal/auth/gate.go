package auth

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/accountgraph/accountgraph/providers"
)

// RouterHeader is where a gateway puts the secret that it shares with this server.
const RouterHeader = "Router-Authorization"

// Config says whom to let in. At least one of Router and Tokens is given.
type Config struct {
	// Router is nil where no gateway is known.
	Router *Router
	// Tokens is nil where no tokens are taken.
	Tokens *Tokens
	Log    *slog.Logger
}

// Router is a gateway that is known by a secret.
type Router struct {
	// Secrets are accepted alike, so that one can take the place of the other.
	Secrets []providers.Secret
	// Scopes are those of its requests that bring no token along.
	Scopes []string
}

// Gate lets callers in. It is safe for concurrent use. The zero Gate and nil let
// nobody in.
type Gate struct {
	everyone *Caller
	router   *router
	tokens   *tokens
}

// Everyone is a gate that asks nothing. Whoever comes has these scopes, and is
// trusted as a gateway would be.
func Everyone(scopes ...string) *Gate {
	return &Gate{everyone: &Caller{Trusted: true, Scopes: scopes}}
}

// New builds a gate. It fails where the keys are in a file that cannot be used. A
// URL is asked behind; until it answers, callers with a token wait.
func New(c Config) (*Gate, error) {
	g := &Gate{}
	if c.Router != nil {
		g.router = newRouter(*c.Router)
	}
	if c.Tokens != nil {
		tokens, err := newTokens(*c.Tokens, c.Log)
		if err != nil {
			return nil, err
		}
		g.tokens = tokens
	}
	return g, nil
}

// TakesTokens reports whether callers are known by tokens.
func (g *Gate) TakesTokens() bool { return g != nil && g.tokens != nil }

// Check fails where the keys of callers' tokens cannot be read, and says why. It
// waits for them no longer than some seconds.
func (g *Gate) Check(ctx context.Context) error {
	if !g.TakesTokens() {
		return nil
	}
	return g.tokens.keys.check(ctx)
}

// Refusal is why a caller is not let in. Its text is for the caller.
type Refusal struct {
	text string
	// BadToken is whether the caller brought a token.
	BadToken bool
}

func (r *Refusal) Error() string { return r.text }

// The reasons. None tells more about a token than its bearer can read in it.
var (
	errNobody      = &Refusal{text: "nobody is let in here"}
	errNoRouter    = &Refusal{text: "the header " + RouterHeader + " is not accepted"}
	errNeedsRouter = &Refusal{text: "this needs the header " + RouterHeader}
	errNeedsToken  = &Refusal{text: "this needs a token, in the header Authorization: Bearer"}
	errToken       = &Refusal{text: "the token is not accepted", BadToken: true}
	errExpired     = &Refusal{text: "the token has expired", BadToken: true}
)

// Caller is whoever sent a request with these headers. It fails with a *Refusal.
//
// A gateway is believed to be one by its secret, and its token, or else the
// configuration, says what it may ask for. Where no gateway is known, whoever has
// a token may ask what one would.
func (g *Gate) Caller(ctx context.Context, h http.Header) (*Caller, error) {
	switch {
	case g == nil || g.everyone == nil && g.router == nil && g.tokens == nil:
		return nil, errNobody
	case g.everyone != nil:
		return g.everyone, nil
	}
	secrets := h.Values(RouterHeader)
	viaRouter := len(secrets) > 0
	if viaRouter && !g.router.knows(secrets) {
		return nil, errNoRouter
	}
	if g.tokens == nil || viaRouter && len(h.Values("Authorization")) == 0 {
		if !viaRouter {
			return nil, errNeedsRouter
		}
		return g.router.caller, nil
	}
	caller, err := g.tokens.caller(ctx, h.Values("Authorization"))
	if err != nil {
		return nil, err
	}
	caller.Trusted = viaRouter || g.router == nil
	return caller, nil
}
