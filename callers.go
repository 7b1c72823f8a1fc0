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
func gate(c config.Auth, log *slog.Logger) (*auth.Authenticator, error) {
	switch {
	case c.Open:
		return auth.AllowAll(auth.PersonalRead), nil
	case !c.IsSet():
		// Who reaches loopback is on this host, as is the configuration.
		return auth.AllowAll(auth.PersonalRead, auth.CacheWrite), nil
	}
	a := auth.Config{Log: log}
	if r := c.Router; r.IsSet() {
		a.GatewaySecret = &auth.GatewaySecret{Secrets: r.Secrets, Scopes: r.Scopes}
	}
	if j := c.JWT; j.IsSet() {
		a.JWT = &auth.JWT{
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
	for _, l := range o.CallerCredentials {
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
