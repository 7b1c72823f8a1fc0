package mcp

import (
	"embed"
	"io/fs"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/accountgraph/accountgraph/internal/persisted"
)

//go:embed documents/*.graphql
var files embed.FS

// BuiltIn returns the documents for questions of access that come with the program.
func BuiltIn() []persisted.Document {
	names, err := fs.Glob(files, "documents/*.graphql")
	if err != nil {
		return nil // the pattern is valid
	}
	documents := make([]persisted.Document, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			continue // the file is embedded
		}
		document := persisted.Document{ID: persisted.Hash(string(text)), Text: string(text)}
		if parsed, err := parser.ParseQuery(&ast.Source{Input: document.Text}); err == nil && len(parsed.Operations) > 0 {
			document.Name, document.Kind = parsed.Operations[0].Name, string(parsed.Operations[0].Operation)
		}
		documents = append(documents, document)
	}
	return documents
}
