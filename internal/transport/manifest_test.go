package transport_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/resolvers"
)

func TestManifestValidator(t *testing.T) {
	validate := transport.ManifestValidator(resolvers.New(), false, transport.Limits{})
	for name, test := range map[string]struct {
		document persisted.Document
		want     string
	}{
		"query":            {persisted.Document{Text: trusted}, ""},
		"name and kind":    {persisted.Document{Text: trusted, Name: "Known", Kind: "query"}, ""},
		"kind in capitals": {persisted.Document{Text: trusted, Name: "Known", Kind: "QUERY"}, ""},
		"variable":         {persisted.Document{Text: "query ($id: ID!) { user(id: $id) { id } }"}, ""},
		"two operations":   {persisted.Document{Text: trusted + otherTrusted}, ""},
		"other name":       {persisted.Document{Text: trusted, Name: "Other", Kind: "query"}, "the document has no query with this name"},
		"other kind":       {persisted.Document{Text: trusted, Name: "Known", Kind: "mutation"}, "the document has no mutation with this name"},
		"empty":            {persisted.Document{}, "GRAPHQL_VALIDATION_FAILED: the document has no operation"},
		"fragment only":    {persisted.Document{Text: "fragment A on User { id }"}, "GRAPHQL_VALIDATION_FAILED: the document has no operation"},
		"syntax error":     {persisted.Document{Text: "query {"}, "GRAPHQL_PARSE_FAILED: Expected Name, found <EOF> (line 1, column 8)"},
		"unknown field":    {persisted.Document{Text: "{\n  nothing\n}"}, `GRAPHQL_VALIDATION_FAILED: Cannot query field "nothing" on type "Query". (line 2, column 3)`},
		"introspection":    {persisted.Document{Text: "{ __schema { types { name } } }"}, "INTROSPECTION_DISABLED: introspection is disabled: __schema cannot be selected (line 1, column 3)"},
		"subscription":     {persisted.Document{Text: "subscription { users { id } }"}, `GRAPHQL_VALIDATION_FAILED: Schema does not support operation type "subscription" (line 1, column 1)`},
		"too deep":         {persisted.Document{Text: "{ users {" + strings.Repeat("nodes { memberships {", 12) + "__typename" + strings.Repeat("}", 26)}, "QUERY_TOO_COMPLEX: the document is more than 20 fields deep"},
		"too long":         {persisted.Document{Text: "{ __typename } #" + strings.Repeat("x", 64<<10)}, "QUERY_TOO_LARGE: the document has more than 65536 bytes"},
	} {
		got := ""
		if err := validate(test.document); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	file := fmt.Sprintf(`{"one": %q, "two": "{ nothing }", "three": "{"}`, trusted)
	_, err := persisted.Parse("a.json", []byte(file), validate)
	var e *persisted.Error
	if !errors.As(err, &e) || len(e.Problems) != 2 {
		t.Errorf("%v, want two problems", err)
	}
}
