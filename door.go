package main

import (
	"errors"
	"fmt"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/resolvers"
)

// door is what the configuration says of requests: who may send them, and what may
// be in them.
func (p *program) door(cfg *config.Config) (resolvers.Options, error) {
	o := resolvers.Options{
		Log: p.log, Introspection: cfg.Server.Introspection, Origins: cfg.Server.CORS.Origins,
		LoopbackOnly: !cfg.Server.Auth.IsSet() && !p.simulated,
	}
	var err error
	if o.Authenticator, err = gate(cfg.Server.Auth, p.log); err != nil {
		return o, err
	}
	o.Documents = resolvers.Documents{Only: cfg.Documents.Only, Automatic: cfg.Documents.Automatic}
	if o.Documents.Trusted, err = p.trusted(cfg); err != nil {
		return o, err
	}
	for _, c := range cfg.Providers {
		if c.UsesCallerCredentials() {
			o.CallerCredentials = append(o.CallerCredentials, resolvers.CallerCredential{Provider: c.Name, Header: c.CredentialHeader, Optional: !c.Token.Empty()})
		}
	}
	return o, nil
}

// trusted reads the manifest; without one there are no trusted documents.
func (p *program) trusted(cfg *config.Config) (*persisted.Manifest, error) {
	if cfg.Documents.Manifest == "" {
		return new(persisted.Manifest), nil
	}
	documents, err := persisted.Load(cfg.Documents.Manifest, resolvers.Approve(cfg.Server.Introspection))
	switch {
	case errors.As(err, new(*persisted.Error)):
		return nil, refusal{fmt.Errorf("the trusted documents cannot be used:\n%w", err)}
	case err != nil:
		return nil, refusal{err}
	}
	return documents, nil
}
