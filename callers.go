package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/rs/cors"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/resolvers"
)

// gate lets in whom the configuration names.
func gate(c config.Auth, log *slog.Logger) (*auth.Gate, error) {
	switch {
	case c.Open:
		return auth.Everyone(auth.PersonalRead), nil
	case !c.Given():
		// Who reaches loopback is on this host, as is the configuration.
		return auth.Everyone(auth.PersonalRead, auth.CacheWrite), nil
	}
	a := auth.Config{Log: log}
	if r := c.Router; r.Given() {
		a.Router = &auth.Router{Secrets: r.Secrets, Scopes: r.Scopes}
	}
	if j := c.JWT; j.Given() {
		a.Tokens = &auth.Tokens{
			Issuer: j.Issuer, Audience: j.Audience, URL: j.JWKS, File: j.JWKSFile,
			Algorithms: j.Algorithms, Leeway: j.Leeway, ScopesClaim: j.ScopesClaim,
		}
	}
	opened, err := auth.New(a)
	if err != nil {
		return nil, refusal{fmt.Errorf("server.auth.jwt.jwksFile: %w", err)}
	}
	return opened, nil
}

// preflightFor is how long a browser remembers what other sites' pages may send.
const preflightFor = 10 * time.Minute

// shared lets pages of other origins ask, and read the answers. The headers are
// those that a client has a use for; a gateway is no page.
func shared(o resolvers.Options, h http.Handler) http.Handler {
	if len(o.Origins) == 0 {
		return h // to the library, no origin would mean all
	}
	headers := []string{
		"Accept", "Accountgraph-Trace", "Apollo-Require-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version",
		"Authorization", "Content-Type", "GraphQL-Require-Preflight", "X-Apollo-Operation-Name", "X-Request-Id",
	}
	for _, l := range o.Lent {
		headers = append(headers, l.Header)
	}
	return cors.New(cors.Options{
		AllowedOrigins: o.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: headers,
		ExposedHeaders: []string{"WWW-Authenticate"},
		MaxAge:         int(preflightFor.Seconds()),
	}).Handler(h)
}
