package reports

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/review"
)

// ManifestCommand prints the documents of the other commands.
type ManifestCommand struct {
	Columns []string `help:"Add the document of an export with these columns, as in memberships=email,role. Repeatable." sep:"none" placeholder:"LIST=NAME,…"`
}

// Run prints a JSON object that maps ids to documents.
func (c ManifestCommand) Run(env *Env) error {
	documents, err := c.documents()
	if err != nil {
		return err
	}
	manifest := map[string]string{}
	for _, document := range documents {
		manifest[client.DocumentID(document)] = document
	}
	encoder := json.NewEncoder(env.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return outputError(encoder.Encode(manifest))
}

func (c ManifestCommand) documents() ([]string, error) {
	documents, err := review.Documents()
	if err != nil {
		return nil, err
	}
	documents = append(documents, export.SharedDocuments()...)
	for _, kind := range export.Kinds() {
		document, err := kind.Document(nil)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	for _, columns := range c.Columns {
		name, list, found := strings.Cut(columns, "=")
		kinds := export.Kinds()
		i := slices.IndexFunc(kinds, func(k export.Kind) bool { return k.Name == name })
		if !found || i < 0 {
			return nil, usage("--columns: must be a list and columns, as in memberships=email,role; the lists are %s", Kinds())
		}
		document, err := kinds[i].Document(strings.Split(list, ","))
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return documents, nil
}
