package sdl

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// specified are the directives of definitions that the GraphQL specification defines.
var specified = []string{"deprecated", "specifiedBy", "oneOf"}

// ForClient returns the schema without federation: without schema extensions, directive
// definitions and the directives that are not part of the GraphQL specification. Comments
// are dropped; descriptions stay. The error is that of a text that is no SDL.
func ForClient(schema string) (string, error) {
	document, err := parser.ParseSchema(&ast.Source{Input: schema})
	if err != nil {
		return "", err
	}
	document.SchemaExtension, document.Directives = nil, nil
	for _, d := range document.Definitions {
		remove(&d.Directives)
		for _, f := range d.Fields {
			remove(&f.Directives)
			for _, a := range f.Arguments {
				remove(&a.Directives)
			}
		}
		for _, v := range d.EnumValues {
			remove(&v.Directives)
		}
	}
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchemaDocument(document)
	return b.String(), nil
}

// remove removes the directives that are not specified.
func remove(directives *ast.DirectiveList) {
	*directives = slices.DeleteFunc(*directives, func(d *ast.Directive) bool { return !slices.Contains(specified, d.Name) })
}
