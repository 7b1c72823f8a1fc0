package server

import (
	"fmt"

	"github.com/accountgraph/accountgraph/internal/buildinfo"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/mcp"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// withTools returns the trusted documents with those that the MCP server adds.
func withTools(c *config.Config, trusted *persisted.Manifest) *persisted.Manifest {
	if !c.MCP.Enabled || !c.MCP.BuiltIn {
		return trusted
	}
	return trusted.With(mcp.BuiltIn())
}

// openMCP returns the MCP server of a configuration, nil if it is not enabled.
func openMCP(o Options, c *config.Config, graphQL *transport.Handler, documents *persisted.Manifest) (*mcp.Handler, error) {
	if !c.MCP.Enabled {
		return nil, nil
	}
	h, err := mcp.New(mcp.Options{
		Schema: o.Schema.Schema(), GraphQL: graphQL, Refused: graphQL.Refused, Version: buildinfo.Read().Version,
		Depth: c.Limits.VariableDepth, Values: c.Limits.Values, MaxFirst: loaders.MaxFirst,
	}, documents.Documents())
	if err != nil {
		return nil, fmt.Errorf("the trusted documents cannot be tools: %w", err)
	}
	return h, nil
}
