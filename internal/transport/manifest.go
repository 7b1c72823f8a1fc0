package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/persisted"
)

// ManifestValidator returns the check that each document of a manifest must pass:
// the limits and the validation of a request, and an operation of the name and kind
// that the manifest states. Limits that depend on variables are checked per request.
func ManifestValidator(schema graphql.ExecutableSchema, introspection bool, l Limits) func(persisted.Document) error {
	limits := complexity.New(schema.Schema(), l.withDefaults().Documents, introspection)
	validator := executor.New(schema)
	return func(d persisted.Document) error {
		document, err := limits.Read(d.Text)
		if err != nil {
			return documentProblem(err)
		}
		ctx := graphql.StartOperationTrace(context.Background())
		if oc, errs := validator.CreateOperationContext(ctx, &graphql.RawParams{Query: d.Text}); oc.Doc == nil {
			return documentProblem(errs[0])
		}
		if d.Name == "" && d.Kind == "" {
			return nil
		}
		if kind, err := document.Operation(d.Name); err != nil || string(kind) != strings.ToLower(d.Kind) {
			return fmt.Errorf("the document has no %s with this name", d.Kind)
		}
		return nil
	}
}

// documentProblem describes an error of a document with its code and position.
func documentProblem(err error) error {
	e := apierror.FromError(context.Background(), err)
	text := fmt.Sprintf("%s: %s", apierror.CodeOf(e), e.Message)
	if len(e.Locations) > 0 {
		text += fmt.Sprintf(" (line %d, column %d)", e.Locations[0].Line, e.Locations[0].Column)
	}
	return errors.New(text)
}
