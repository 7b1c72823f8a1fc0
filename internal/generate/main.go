// Command generate writes graph/generated from schema.graphqls and gqlgen.yml, and the
// reference docs/schema.md.
//
// It runs gqlgen's code generator with patched templates. A patch replaces exact
// template text, so that an upgrade of gqlgen which changes this text fails here
// and names the patch. No generated Go code is rewritten. The patches make the
// executor differ from gqlgen's in five ways:
//
//   - directWriter: what lies below the fields of Query and Mutation is written into one
//     buffer, without a tree of values, by the functions of templates/writer.gotpl.
//   - bufferPool: responses are written into pooled buffers.
//   - noInputMap: operations have no map of the functions that read input types.
//   - scopeFastPath: @requiresScopes is enforced, and is decided once an operation
//     for the fields of objects.
//   - isolateRepresentationErrors: an invalid representation of _entities fails
//     alone.
package main

import (
	"fmt"
	"os"

	"github.com/99designs/gqlgen/codegen/config"

	"github.com/accountgraph/accountgraph/internal/generate/patch"
	"github.com/accountgraph/accountgraph/internal/generate/reference"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return err
	}
	templates, err := patch.Templates()
	if err != nil {
		return err
	}
	data, entities, err := buildData(cfg)
	if err != nil {
		return err
	}
	if err := renderFederation(data, entities, templates); err != nil {
		return err
	}
	if err := renderExecutor(data, templates); err != nil {
		return err
	}
	return writeReference()
}

// writeReference writes the page about the schema.
func writeReference() error {
	sdl, err := os.ReadFile("schema.graphqls")
	if err != nil {
		return err
	}
	page, err := reference.Markdown(string(sdl))
	if err != nil {
		return err
	}
	return os.WriteFile("docs/schema.md", []byte(page), 0o644)
}
