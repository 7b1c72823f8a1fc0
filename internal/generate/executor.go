package main

import (
	"embed"
	"io/fs"
	"testing/fstest"
	"text/template"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/plugin/federation"
	"github.com/99designs/gqlgen/plugin/modelgen"

	"github.com/accountgraph/accountgraph/internal/generate/patch"
)

// ownTemplates are rendered into the executor beside gqlgen's: the functions and
// types that patched templates call.
//
//go:embed templates/*.gotpl
var ownTemplates embed.FS

// buildData loads the schema and binds it to Go types, as gqlgen's api.Generate
// does, with the federation plugin. It writes the structs of the federation inputs.
func buildData(cfg *config.Config) (*codegen.Data, *federation.Federation, error) {
	entities, err := federation.New(cfg.Federation.Version, cfg)
	if err != nil {
		return nil, nil, err
	}
	directives, err := entities.InjectSourcesEarly()
	if err != nil {
		return nil, nil, err
	}
	cfg.Sources = append(cfg.Sources, directives...)
	if err := cfg.LoadSchema(); err != nil {
		return nil, nil, err
	}
	types, err := entities.InjectSourcesLate(cfg.Schema)
	if err != nil {
		return nil, nil, err
	}
	cfg.Sources = append(cfg.Sources, types...)
	if err := cfg.LoadSchema(); err != nil {
		return nil, nil, err
	}
	if err := cfg.Init(); err != nil {
		return nil, nil, err
	}
	// Autobind finds model.Entity for federation's types of this name; the plugin
	// binds them to its own.
	delete(cfg.Models, "_Entity")
	delete(cfg.Models, "Entity")
	if err := entities.MutateConfig(cfg); err != nil {
		return nil, nil, err
	}
	if err := modelgen.New().(*modelgen.Plugin).MutateConfig(cfg); err != nil {
		return nil, nil, err
	}
	enforceScopes(cfg)
	data, err := codegen.BuildData(cfg, entities)
	if err != nil {
		return nil, nil, err
	}
	return data, entities, nil
}

// renderExecutor writes the executor.
func renderExecutor(data *codegen.Data, patched map[string]string) error {
	files := fstest.MapFS{}
	for _, name := range patch.ExecutorTemplates() {
		files[name] = &fstest.MapFile{Data: []byte(patched[name])}
	}
	own, err := fs.Glob(ownTemplates, "templates/*.gotpl")
	if err != nil {
		return err
	}
	for _, name := range own {
		text, err := ownTemplates.ReadFile(name)
		if err != nil {
			return err
		}
		files[name[len("templates/"):]] = &fstest.MapFile{Data: text}
	}
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        data.Config.Exec.Filename,
		Data:            data,
		Funcs:           templateFuncs(),
		RegionTags:      true,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		TemplateFS:      files,
		PruneOptions:    data.Config.GetPruneOptions(),
	})
}

// templateFuncs are the functions that patches call.
func templateFuncs() template.FuncMap {
	return template.FuncMap{
		"isDirectLeaf":  isDirectLeaf,
		"isScopedLeaf":  isScopedLeaf,
		"isScoped":      isScoped,
		"objectScopes":  objectScopes,
		"scopesLiteral": scopesLiteral,
		"outputTypes":   outputTypes,
		"writeFunc":     writeFunc,
		"fieldValue":    fieldValue,
		"isList":        isList,
		"isComposite":   isComposite,
		"isInterface":   isInterface,
		"plainWrite":    plainWrite,
	}
}
