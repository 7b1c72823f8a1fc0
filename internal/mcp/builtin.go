package mcp

import (
	"embed"
	"io/fs"

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
		documents = append(documents, persisted.Document{ID: persisted.Hash(string(text)), Text: string(text)})
	}
	return documents
}
