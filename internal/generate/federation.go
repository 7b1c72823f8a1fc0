package main

import (
	"fmt"
	"go/types"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/plugin/federation"

	"github.com/accountgraph/accountgraph/internal/generate/patch"
)

// renderFederation writes the resolvers of _entities and _service. It does what the
// plugin's GenerateCode does for entities that are resolved in batches (multi) and
// have no @requires, and fails for others.
func renderFederation(data *codegen.Data, plugin *federation.Federation, patched map[string]string) error {
	data.Objects.ByName("Entity").Root = true
	for _, e := range plugin.Entities {
		object := data.Objects.ByName(e.Def.Name)
		if object == nil || !e.Multi || len(e.Requires) > 0 {
			return fmt.Errorf("entity %s: the generator supports object types without @requires, resolved in batches", e.Name)
		}
		e.Type = object.Type
		for _, r := range e.Resolvers {
			for _, key := range r.KeyFields {
				key.Type = key.Field.TypeReference(object, data.Objects).TypeReference
			}
			input := data.Inputs.ByName(r.InputTypeName)
			if input == nil {
				return fmt.Errorf("entity %s: the schema has no input %s", e.Name, r.InputTypeName)
			}
			r.InputType, r.ReturnType = input.Type, types.NewPointer(object.Type)
		}
	}
	return templates.Render(templates.Options{
		PackageName: data.Config.Federation.Package,
		Filename:    data.Config.Federation.Filename,
		Data: struct {
			*federation.Federation
			UsePointers                          bool
			UseFunctionSyntaxForExecutionContext bool
		}{plugin, data.Config.ResolversAlwaysReturnPointers, data.Config.UseFunctionSyntaxForExecutionContext},
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Template:        patched[patch.FederationTemplate],
		PruneOptions:    data.Config.GetPruneOptions(),
	})
}
