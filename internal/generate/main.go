// Command generate writes graph/generated from schema.graphqls and gqlgen.yml.
//
// It is gqlgen with two changes, both for the same reason: by the time an object
// is marshalled its data has been loaded, so a goroutine for it is pure cost.
// Fields of objects are resolved in the goroutine that has the object, and so
// are the elements of lists.
package main

import (
	"fmt"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
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
	return api.Generate(cfg, api.PrependPlugin(inline{}))
}

// inline resolves the fields of every object but the roots in one goroutine.
type inline struct{}

// Name is what errors call the plugin.
func (inline) Name() string { return "inline" }

// MutateConfig keeps federation's own _Entity and Entity from being bound to
// model.Entity, which has their name.
func (inline) MutateConfig(cfg *config.Config) error {
	delete(cfg.Models, "_Entity")
	delete(cfg.Models, "Entity")
	return nil
}

// GenerateCode runs before the executor is written.
func (inline) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		if !object.Root {
			object.DisableConcurrency = true
		}
	}
	return nil
}
