package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"reflect"

	"github.com/accountgraph/accountgraph/internal/config"
)

// Reload applies what a configuration can change while the server runs: the keys and
// secrets of server.auth, the trusted documents, and the certificate of server.tls, with the
// files that they name. An
// error changes nothing, and names the key. Reload waits for the issuer's keys.
//
// New decides whether clients authenticate. Whatever else is different from the
// configuration of New needs a restart, and is logged.
func (s *Server) Reload(ctx context.Context, c *config.Config) error {
	documents, err := openManifest(c, s.options.Schema)
	if err != nil {
		return err
	}
	applied := s.options.Config.Server.Auth
	if sameKind(applied, c.Server.Auth) {
		applied = c.Server.Auth
	}
	authenticator, err := openAuthenticator(applied, s.options.Log)
	if err != nil {
		return err
	}
	if err := authenticator.Check(ctx); err != nil {
		return fmt.Errorf("server.auth.jwt.jwks: %w", err)
	}
	var certificate *tls.Certificate
	state := stateOf(c.Server.TLS)
	withTLS := s.certificates != nil && c.Server.TLS.IsSet()
	if withTLS {
		if certificate, err = readCertificate(c.Server.TLS); err != nil {
			return err
		}
	}
	if s.tools != nil {
		if err := s.tools.Reload(documents.Documents()); err != nil {
			return fmt.Errorf("documents.manifest: %w", err)
		}
	}
	s.graphQL.Reload(authenticator, documents)
	if withTLS {
		s.certificates.replace(c.Server.TLS, certificate, state)
	}
	s.options.Log.Info("configuration reloaded", "documents", documents.Len())
	if keys := s.changed(c); len(keys) > 0 {
		s.options.Log.Warn("changes need a restart", "keys", keys)
	}
	return nil
}

// sameKind reports whether requests need credentials with both.
func sameKind(a, b config.Auth) bool { return a.Open == b.Open && a.IsSet() == b.IsSet() }

// changed returns the sections in which c is different from the configuration of New, besides
// what Reload applies.
func (s *Server) changed(c *config.Config) (keys []string) {
	before, after := *s.options.Config, *c
	if sameKind(before.Server.Auth, after.Server.Auth) {
		before.Server.Auth, after.Server.Auth = config.Auth{}, config.Auth{}
	}
	if before.Server.TLS.IsSet() && after.Server.TLS.IsSet() && before.Server.TLS.Admin == after.Server.TLS.Admin {
		before.Server.TLS, after.Server.TLS = config.TLS{}, config.TLS{}
	}
	before.Documents.Manifest, after.Documents.Manifest = "", ""
	a, b := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			keys = append(keys, a.Type().Field(i).Tag.Get("key"))
		}
	}
	return keys
}
