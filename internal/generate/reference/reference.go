// Package reference writes a schema as a page: every type and field with its description.
package reference

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

const intro = `<!-- Generated from schema.graphqls by ` + "`make generate`" + `. Do not edit. -->

# Schema

Every type and field of the graph with its description, from [schema.graphqls](../schema.graphqls), which is the contract. A
running server shows the same as [a picture](frontend.md#the-graph), in GraphiQL and by introspection.

| kind | types |
|---|---|
`

// sections are the parts of the page, in order.
var sections = []struct {
	title    string
	contains func(*ast.Definition) bool
}{
	{"Queries and mutations", func(d *ast.Definition) bool { return isRoot(d) }},
	{"Interfaces", func(d *ast.Definition) bool { return d.Kind == ast.Interface || d.Kind == ast.Union }},
	{"Types", func(d *ast.Definition) bool { return d.Kind == ast.Object && !isRoot(d) && !isConnection(d) }},
	{"Connections", isConnection},
	{"Inputs", func(d *ast.Definition) bool { return d.Kind == ast.InputObject }},
	{"Enums", func(d *ast.Definition) bool { return d.Kind == ast.Enum }},
	{"Scalars", func(d *ast.Definition) bool { return d.Kind == ast.Scalar }},
}

func isRoot(d *ast.Definition) bool { return d.Name == "Query" || d.Name == "Mutation" }

func isConnection(d *ast.Definition) bool {
	return d.Kind == ast.Object && (strings.HasSuffix(d.Name, "Connection") || strings.HasSuffix(d.Name, "Edge"))
}

// Markdown returns the page for an SDL. Its error is that of a text that is no SDL.
func Markdown(sdl string) (string, error) {
	document, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		return "", err
	}
	p := page{known: document.Definitions}
	p.WriteString(intro)
	for _, section := range sections {
		var links []string
		for _, d := range document.Definitions {
			if section.contains(d) {
				links = append(links, p.link(d.Name))
			}
		}
		if len(links) > 0 {
			fmt.Fprintf(&p, "| %s | %s |\n", section.title, strings.Join(links, ", "))
		}
	}
	for _, section := range sections {
		for _, d := range document.Definitions {
			if section.contains(d) {
				p.definition(d)
			}
		}
	}
	return p.String(), nil
}

// page is the page that is being written.
type page struct {
	strings.Builder
	known ast.DefinitionList
}

// link returns the name of a type, with a link if the page describes it.
func (p *page) link(name string) string {
	if p.known.ForName(name) == nil {
		return "`" + name + "`"
	}
	return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
}

// reference returns a type, such as [User!]!, with a link to its name.
func (p *page) reference(t *ast.Type) string {
	text := t.String()
	before, after, _ := strings.Cut(text, t.Name())
	return strings.ReplaceAll(before, "[", `\[`) + p.link(t.Name()) + strings.ReplaceAll(after, "]", `\]`)
}

func (p *page) definition(d *ast.Definition) {
	fmt.Fprintf(p, "\n## %s\n", d.Name)
	if d.Description != "" {
		fmt.Fprintf(p, "\n%s\n", strings.TrimSpace(d.Description))
	}
	if len(d.Interfaces) > 0 {
		var links []string
		for _, name := range d.Interfaces {
			links = append(links, p.link(name))
		}
		fmt.Fprintf(p, "\nImplements %s.\n", strings.Join(links, " and "))
	}
	if len(d.EnumValues) > 0 {
		p.WriteString("\n| value | meaning |\n|---|---|\n")
		for _, v := range d.EnumValues {
			fmt.Fprintf(p, "| `%s` | %s |\n", v.Name, cell(v.Description, v.Directives))
		}
	}
	if len(d.Fields) == 0 {
		return
	}
	p.WriteString("\n| field | type | meaning |\n|---|---|---|\n")
	for _, f := range d.Fields {
		name := f.Name
		if f.DefaultValue != nil {
			name += " = " + f.DefaultValue.String()
		}
		fmt.Fprintf(p, "| `%s` | %s | %s |\n", name, p.reference(f.Type), cell(f.Description, f.Directives))
		for _, a := range f.Arguments {
			p.argument(a)
		}
	}
}

// argument writes a row below that of its field.
func (p *page) argument(a *ast.ArgumentDefinition) {
	name := a.Name
	if a.DefaultValue != nil {
		name += " = " + a.DefaultValue.String()
	}
	fmt.Fprintf(p, "| → `%s` | %s | %s |\n", name, p.reference(a.Type), cell(a.Description, a.Directives))
}

// cell returns a description as a cell of a table.
func cell(description string, directives ast.DirectiveList) string {
	text := strings.ReplaceAll(strings.Join(strings.Fields(description), " "), "|", `\|`)
	if d := directives.ForName("deprecated"); d != nil {
		reason := "No longer supported"
		if a := d.Arguments.ForName("reason"); a != nil {
			reason = a.Value.Raw
		}
		text = "**Deprecated**: " + reason + ". " + text
	}
	return text
}
