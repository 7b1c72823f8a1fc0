package server

import (
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// openManifest reads the trusted documents; none are configured without a manifest. Its errors
// name the key.
func openManifest(c *config.Config, schema graphql.ExecutableSchema) (*persisted.Manifest, error) {
	if c.Documents.Manifest == "" {
		return withTools(c, new(persisted.Manifest)), nil
	}
	manifest, err := persisted.Load(c.Documents.Manifest, transport.ManifestValidator(schema, c.Server.Introspection, limits(c.Limits)))
	if errors.As(err, new(*persisted.Error)) {
		err = fmt.Errorf("the trusted documents cannot be used:\n%w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("documents.manifest: %w", err)
	}
	return withTools(c, manifest), nil
}
