package resolvers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/persisted"
)

// Documents are those that a request may name instead of spelling one out.
type Documents struct {
	// Trusted are those of a manifest; nil for none.
	Trusted *persisted.Manifest
	// Only refuses all others.
	Only bool
	// Automatic has the server remember documents that clients send with their hash;
	// without effect where only trusted ones are served.
	Automatic bool
}

// request is what a client sends.
type request struct {
	*graphql.RawParams
	// id names the document, as GraphQL over HTTP has it, and sum, as Apollo's
	// clients do; both are empty in a request that spells it out.
	id, sum string
}

// library finds the documents that requests name.
type library struct {
	Documents
	automatic *automatic
}

func newLibrary(d Documents) *library {
	l := &library{Documents: d}
	if d.Automatic {
		l.automatic = newAutomatic()
	}
	return l
}

// resolve puts the document into a request that names one. A name counts before a
// text does: where both are given, the text is executed only if the name is its
// own.
func (l *library) resolve(ctx context.Context, r *request) *refused {
	switch {
	case r.id != "" && r.sum != "":
		return refuses(http.StatusBadRequest, BadRequest, "documentId and extensions.persistedQuery name a document twice: send one of them")
	case l.Only && r.Query != "":
		return refuses(http.StatusBadRequest, BadRequest, "only trusted documents are served here: send the documentId of one, and no query")
	case r.id != "" && r.Query != "":
		return refuses(http.StatusBadRequest, BadRequest, "send documentId or query, not both")
	case r.Query != "":
		return l.compare(r)
	case r.id == "" && r.sum == "":
		return refuses(http.StatusBadRequest, BadRequest, "there is no query")
	}
	text, found := l.find(ctx, r)
	if !found {
		// The message is what clients of Apollo look for before they send the
		// document itself.
		return refuses(http.StatusBadRequest, PersistedQueryNotFound, "PersistedQueryNotFound")
	}
	r.Query = text
	return nil
}

func (l *library) find(ctx context.Context, r *request) (text string, found bool) {
	if r.id != "" {
		return l.Trusted.Find(r.id)
	}
	if text, found = l.trusted(r.sum); found {
		return text, true
	}
	return l.automatic.find(ctx, r.sum)
}

// trusted finds what Apollo's clients name: by the id of a manifest, or by the
// hash alone.
func (l *library) trusted(sum string) (text string, found bool) {
	if text, found = l.Trusted.Find(sum); found {
		return text, true
	}
	return l.Trusted.Find("sha256:" + sum)
}

// compare refuses a document that is sent with the name of another one.
func (l *library) compare(r *request) *refused {
	if r.sum == "" {
		return nil
	}
	text, found := l.trusted(r.sum)
	if found && text != r.Query || !found && l.automatic != nil && r.sum != persisted.Sum(r.Query) {
		return refuses(http.StatusBadRequest, BadRequest, "sha256Hash is not the hash of this query")
	}
	return nil
}

// keep remembers the document of a request that was sent with its hash, once it
// has turned out to be a good one.
func (l *library) keep(r *request) {
	if l.automatic == nil || r.sum == "" {
		return
	}
	if _, found := l.trusted(r.sum); !found {
		l.automatic.keep(r.Query)
	}
}

// persistedQuery takes the name out of Apollo's extension.
func persistedQuery(extensions map[string]any) (sum string, refused *refused) {
	given := extensions["persistedQuery"]
	if given == nil {
		return "", nil
	}
	members, _ := given.(map[string]any)
	sum, _ = members["sha256Hash"].(string)
	if members["version"] != json.Number("1") || sum == "" {
		return "", refuses(http.StatusBadRequest, BadRequest, "extensions.persistedQuery must have the version 1 and a sha256Hash")
	}
	return sum, nil
}

// Approve looks at a document of a manifest as at one of a request: it has to pass
// the guard and validation, and to hold the operation that the manifest tells of.
// What depends on variables is looked at when they come.
func Approve(introspection bool) func(persisted.Document) error {
	schema := generated.NewExecutableSchema(generated.Config{})
	watch := complexity.New(schema.Schema(), complexity.DefaultLimits(), introspection)
	validate := executor.New(schema)
	return func(d persisted.Document) error {
		read, err := watch.Read(d.Text)
		if err != nil {
			return sentence(err)
		}
		ctx := graphql.StartOperationTrace(context.Background())
		if oc, errs := validate.CreateOperationContext(ctx, &graphql.RawParams{Query: d.Text}); oc.Doc == nil {
			return sentence(errs[0])
		}
		if d.Name == "" && d.Kind == "" {
			return nil
		}
		if kind, err := read.Operation(d.Name); err != nil || string(kind) != strings.ToLower(d.Kind) {
			return fmt.Errorf("the document has no %s of this name", d.Kind)
		}
		return nil
	}
}

// sentence is an error of a document in words, with its code and place.
func sentence(err error) error {
	shown := present(context.Background(), err)
	text := fmt.Sprintf("%s: %s", codeOf(shown), shown.Message)
	if len(shown.Locations) > 0 {
		text += fmt.Sprintf(" (line %d, column %d)", shown.Locations[0].Line, shown.Locations[0].Column)
	}
	return errors.New(text)
}
