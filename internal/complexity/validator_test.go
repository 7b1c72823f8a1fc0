package complexity_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/demo"
)

func schema() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

func newValidator() *complexity.Validator {
	return complexity.New(schema(), complexity.DefaultLimits(), true)
}

// check returns the code of the error for a document and its variables, "" if there
// is none.
func check(v *complexity.Validator, document string, variables map[string]any) string {
	d, err := v.Read(document)
	if err == nil {
		err = d.Check("", variables)
	}
	return code(err)
}

// code returns the code of an error, "" for nil.
func code(err error) string {
	var coded *gqlerror.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &coded):
		return err.Error()
	}
	return fmt.Sprint(coded.Extensions["code"])
}

func TestValidator_HostileDocuments(t *testing.T) {
	v := newValidator()
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			if bytes := allocated(func() { check(v, h.document, nil) }); bytes > 8<<20 {
				t.Errorf("%d bytes take %d kB of memory", len(h.document), bytes>>10)
			}
			fastest := time.Hour
			for range 50 { // the fastest run excludes other load on the machine
				start := time.Now()
				if code := check(v, h.document, nil); code != h.code {
					t.Fatalf("%q, want %q", code, h.code)
				}
				if h.code == "" {
					// gqlgen validates what has passed; most of these are invalid.
					_, _ = gqlparser.LoadQueryWithRules(schema(), h.document, rules.NewDefaultRules())
				}
				fastest = min(fastest, time.Since(start))
				if fastest <= maxDuration() {
					return
				}
			}
			t.Errorf("%d bytes took %s", len(h.document), fastest)
		})
	}
}

// allocated returns the memory that f allocates in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// maxDuration returns how long a hostile document may take: 10 ms, or 100 ms with the
// race detector.
func maxDuration() time.Duration {
	info, _ := debug.ReadBuildInfo()
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 100 * time.Millisecond
	}
	return 10 * time.Millisecond
}

// TestValidator_DocumentedQueries accepts the tabs of GraphiQL, its introspection
// query, and the queries that the demo command prints.
func TestValidator_DocumentedQueries(t *testing.T) {
	tabs, err := os.ReadFile("../graphiql/web/src/tabs.js")
	if err != nil {
		t.Fatal(err)
	}
	documents := append([]string{introspection}, demo.Queries...)
	for _, found := range regexp.MustCompile("(?s)= `(.*?)`").FindAllStringSubmatch(string(tabs), -1) {
		documents = append(documents, found[1])
	}
	if len(documents) < 8 {
		t.Fatalf("found %d documents", len(documents))
	}
	v := newValidator()
	for _, document := range documents {
		if code := check(v, document, nil); code != "" {
			t.Errorf("%s:\n%s", code, document)
		}
	}
}

func TestValidator_IntrospectionDisabled(t *testing.T) {
	v := complexity.New(schema(), complexity.DefaultLimits(), false)
	for document, want := range map[string]string{
		introspection:                       "INTROSPECTION_DISABLED",
		`{ __type(name: "User") { name } }`: "INTROSPECTION_DISABLED",
		`{ ...A } fragment A on Query { ... { x: __schema { types { name } } } }`: "INTROSPECTION_DISABLED",
		`{ __typename users { __typename } }`:                                     "",
		`{ _service { sdl } }`:                                                    "",
	} {
		if got := check(v, document, nil); got != want {
			t.Errorf("%q, want %q: %s", got, want, document)
		}
	}
}

func TestDocument_Operation(t *testing.T) {
	v := newValidator()
	for _, test := range []struct{ document, name, kind, code string }{
		{"{ __typename }", "", "query", ""},
		{"{ __typename }", "A", "", "GRAPHQL_VALIDATION_FAILED"},
		{"query A { __typename } mutation B { b }", "", "", "GRAPHQL_VALIDATION_FAILED"},
		{"query A { __typename } mutation B { b }", "A", "query", ""},
		{"query A { __typename } mutation B { b }", "B", "mutation", ""},
		{"fragment A on Query { __typename }", "", "", "GRAPHQL_VALIDATION_FAILED"},
		{"{", "", "", "GRAPHQL_PARSE_FAILED"},
		{"", "", "", "GRAPHQL_VALIDATION_FAILED"},
	} {
		var kind ast.Operation
		d, err := v.Read(test.document)
		if err == nil {
			kind, err = d.Operation(test.name)
		}
		if string(kind) != test.kind || code(err) != test.code {
			t.Errorf("%q with %q: %q %q", test.document, test.name, kind, code(err))
		}
	}
}

// introspection is the query that GraphiQL sends when it opens.
const introspection = `query IntrospectionQuery {
  __schema {
    description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL
  fields(includeDeprecated: true) {
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}`
