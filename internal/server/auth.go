package server

import (
	"fmt"
	"log/slog"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// openAuthenticator builds the authenticator that the configuration describes.
func openAuthenticator(c config.Auth, log *slog.Logger) (*auth.Authenticator, error) {
	switch {
	case c.Open:
		return auth.AllowAll(auth.PersonalRead), nil
	case !c.IsSet():
		// Clients on loopback can read the configuration, too.
		return auth.AllowAll(auth.PersonalRead, auth.CacheWrite), nil
	}
	o := auth.Config{Log: log}
	if r := c.Router; r.IsSet() {
		o.GatewaySecret = &auth.GatewaySecret{Secrets: r.Secrets, Scopes: r.Scopes}
	}
	if j := c.JWT; j.IsSet() {
		o.JWT = &auth.JWT{
			Issuer: j.Issuer, Audience: j.Audience, URL: j.JWKS, File: j.JWKSFile,
			Algorithms: j.Algorithms, Leeway: j.Leeway, ScopesClaim: j.ScopesClaim,
		}
	}
	authenticator, err := auth.New(o)
	if err != nil {
		return nil, fmt.Errorf("server.auth.jwt.jwksFile: %w", err)
	}
	return authenticator, nil
}

// callerCredentials lists the providers that are called with tokens of the caller.
func callerCredentials(all []config.Provider) (credentials []transport.CallerCredential) {
	for _, p := range all {
		if p.UsesCallerCredentials() {
			credentials = append(credentials, transport.CallerCredential{Provider: p.Name, Header: p.CredentialHeader, Optional: !p.Token.Empty()})
		}
	}
	return credentials
}
