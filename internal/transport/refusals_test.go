package transport_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/resolvers"
)

var refusals = flag.Int("refusals", 1000, "the number of documents that TestTransport_RefusalsOfGeneratedDocuments sends twice")

// TestTransport_RefusalsOfGeneratedDocuments sends random documents that are not valid, twice: with
// words of the schema, and with some of them replaced by words that it does not have. Without
// introspection, both responses are the same, in status, headers and body.
func TestTransport_RefusalsOfGeneratedDocuments(t *testing.T) {
	handler := newHandler(transport.Options{Authenticator: auth.AllowAll(), Log: slog.New(slog.DiscardHandler)})
	schema := resolvers.New().Schema()
	codes := map[string]int{}
	for seed := range uint64(*refusals) {
		g := &documentGenerator{schema: schema, seed: seed, rand: rand.New(rand.NewPCG(seed, 7))}
		r := g.request()
		known, unknown := g.send(t, handler, r, nil), g.send(t, handler, r, g.rename(r))
		if known != unknown {
			t.Fatalf("seed %d, renamed %v: %s\n\n%s\n\n%s", seed, g.rename(r), r, known, unknown)
		}
		if strings.Contains(known, `"data"`) {
			t.Fatalf("seed %d is accepted: %s\n\n%s", seed, r, known)
		}
		codes[regexp.MustCompile(`"code":"\w+"`).FindString(known)]++
	}
	t.Log(codes)
	for _, code := range []string{"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "QUERY_TOO_COMPLEX"} {
		if codes[`"code":"`+code+`"`] == 0 {
			t.Errorf("no document was refused with %s", code)
		}
	}
}

// generatedRequest is a document with variables. Words of the schema are marked, as in «users».
type generatedRequest struct {
	document, variables string
	accept, method      string
}

func (r generatedRequest) String() string { return r.method + " " + r.document + "\n" + r.variables }

var marked = regexp.MustCompile("«([^»]*)»")

// documentGenerator makes documents that are not valid.
type documentGenerator struct {
	schema *ast.Schema
	rand   *rand.Rand
	seed   uint64
	// aliases counts the aliases, and sets the selection sets so far; one of them gets a field
	// that no type has.
	aliases, sets, invalidSet int
	// fragments are the definitions so far.
	fragments []string
	usesInput bool
}

func (g *documentGenerator) chance(n int) bool { return g.rand.IntN(n) == 0 }

func pickOne[T any](g *documentGenerator, all []T) T { return all[g.rand.IntN(len(all))] }

func (g *documentGenerator) request() generatedRequest {
	r := generatedRequest{
		accept: pickOne(g, []string{"application/json", "application/graphql-response+json", "*/*"}), method: pickOne(g, []string{"POST", "POST", "GET"}),
		variables: "null",
	}
	if g.chance(6) {
		return g.invalidVariables(r)
	}
	g.invalidSet = 1 + g.rand.IntN(4)
	kind, root := "query", g.schema.Query
	if g.chance(8) {
		kind, root = "mutation", g.schema.Mutation
	}
	set := g.set(root, 0)
	if g.sets < g.invalidSet {
		set = "{ zz9 " + set[1:]
	}
	if g.chance(10) { // more unknown fields than are counted one by one
		set = "{ " + numbered(26, "zz%d") + set[1:]
	}
	if g.chance(10) { // more fields than a document may have
		set = "{ " + strings.Repeat("... { ", 30) + numbered(40, "zz%d") + strings.Repeat("} ", 30) + set[1:]
		set = "{ " + strings.Repeat("...Z ", 20) + set[1:]
		g.fragments = append(g.fragments, "fragment Z on «Query» { "+numbered(60, "zz%d")+"}")
	}
	variables := ""
	if g.usesInput || g.chance(4) {
		variables = "($v: «" + g.inputType() + "»)"
		r.variables = `{"v": {"«` + pickOne(g, g.schema.Types["UserFilter"].Fields).Name + `»": 1.5}}`
	}
	r.document = kind + " " + variables + " " + set + " " + strings.Join(g.fragments, " ")
	return r
}

// invalidVariables returns a valid document whose variables have a wrong value, and one with
// a random name.
func (g *documentGenerator) invalidVariables(r generatedRequest) generatedRequest {
	first := pickOne(g, []string{"5", "100", "101", `"x"`, "null"})
	r.document = "query ($f: UserFilter, $n: Int, $bad: Int) { users(first: $n, filter: $f) { nodes { id memberships(first: $n) { nodes { account { members(first: $n) { nodes { id } } } } } } } node(id: \"a\") { id } b: users(first: $bad) { totalCount } }"
	// The value of a DateTime is read when the field is resolved.
	fields := slices.DeleteFunc(slices.Clone(g.schema.Types["UserFilter"].Fields), func(f *ast.FieldDefinition) bool { return f.Type.Name() == "DateTime" })
	field := pickOne(g, fields).Name
	if g.chance(2) { // no other field has such a value
		r.variables = fmt.Sprintf(`{"n": %s, "f": {"«%s»": %s}}`, first, field, pickOne(g, []string{"1.5", `{"a": []}`}))
		return r
	}
	r.variables = fmt.Sprintf(`{"n": %s, "bad": "x", "f": {"«%s»": %s}}`, first, field, pickOne(g, []string{"1.5", "null", `"x"`, `{"a": []}`, `["«ACTIVE»"]`}))
	return r
}

// inputType is a type of a variable, mostly one that variables can have.
func (g *documentGenerator) inputType() string {
	return pickOne(g, []string{"UserFilter", "UserFilter", "UserOrder", "ID", "User", "MembershipFilter"})
}

// set returns a selection set on a type.
func (g *documentGenerator) set(on *ast.Definition, depth int) string {
	g.sets++
	var all []string
	if g.sets == g.invalidSet {
		all = append(all, "zz9")
	}
	fields := slices.DeleteFunc(slices.Clone(on.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	for range 1 + g.rand.IntN(4) {
		switch {
		case g.chance(6) || len(fields) == 0:
			all = append(all, g.fragment(depth))
		default:
			all = append(all, g.field(pickOne(g, fields), depth))
		}
	}
	return "{ " + strings.Join(all, " ") + " }"
}

func (g *documentGenerator) fragment(depth int) string {
	types := slices.Collect(func(yield func(*ast.Definition) bool) {
		for _, name := range []string{"User", "Account", "Group", "Person", "Query", "Membership", "UserConnection"} {
			if t := g.schema.Types[name]; t != nil && !yield(t) {
				return
			}
		}
	})
	on := pickOne(g, types)
	if depth > 5 {
		return "... on «" + on.Name + "» { __typename }"
	}
	set := g.set(on, depth+1)
	if g.chance(3) {
		name := fmt.Sprint("F", len(g.fragments))
		g.fragments = append(g.fragments, "fragment "+name+" on «"+on.Name+"» "+set)
		return "..." + name
	}
	return "... on «" + on.Name + "»" + g.directive() + " " + set
}

func (g *documentGenerator) directive() string {
	if !g.chance(10) {
		return ""
	}
	return " @«" + pickOne(g, []string{"include", "skip", "deprecated"}) + "»(if: true)"
}

func (g *documentGenerator) field(f *ast.FieldDefinition, depth int) string {
	text := "«" + f.Name + "»"
	if g.chance(3) {
		g.aliases++
		text = fmt.Sprintf("a%d: %s", g.aliases, text)
	}
	var arguments []string
	for _, a := range f.Arguments {
		if g.chance(2) {
			arguments = append(arguments, "«"+a.Name+"»: "+g.value(a.Type, 0))
		}
	}
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	text += g.directive()
	typ := g.schema.Types[f.Type.Name()]
	switch {
	case typ.IsCompositeType() && !g.chance(10):
		if depth > 5 {
			return text + " { __typename }"
		}
		return text + " " + g.set(typ, depth+1)
	case !typ.IsCompositeType() && g.chance(10):
		return text + " { zz }"
	}
	return text
}

func (g *documentGenerator) value(typ *ast.Type, depth int) string {
	definition := g.schema.Types[typ.Name()]
	switch {
	case g.chance(8):
		return pickOne(g, []string{"1.5", `"x"`, "null", "[]", "{}", "«ACTIVE»"})
	case g.chance(8):
		g.usesInput = true
		return "$v"
	case typ.Elem != nil:
		return "[" + g.value(typ.Elem, depth) + "]"
	case definition.Kind == ast.Enum:
		return "«" + pickOne(g, definition.EnumValues).Name + "»"
	case definition.Kind == ast.InputObject && depth < 3:
		f := pickOne(g, definition.Fields)
		return "{«" + f.Name + "»: " + g.value(f.Type, depth+1) + "}"
	case typ.Name() == "Int":
		return pickOne(g, []string{"1", "100", "101"})
	case typ.Name() == "Boolean":
		return "true"
	}
	return `"a:User:1"`
}

// rename returns new names for some of the words of a request: names that the schema does not
// have, different words for different ones. It is the same for equal seeds.
func (g *documentGenerator) rename(r generatedRequest) map[string]string {
	random := rand.New(rand.NewPCG(g.seed, 9))
	names := map[string]string{}
	for _, match := range marked.FindAllStringSubmatch(r.document+r.variables, -1) {
		if word := match[1]; names[word] == "" {
			names[word] = word
			if random.IntN(3) == 0 {
				names[word] = fmt.Sprintf("q%s%d", strings.Repeat("x", random.IntN(12)), len(names))
			}
		}
	}
	return names
}

// send returns the status, the headers and the body of the response.
func (g *documentGenerator) send(t *testing.T, handler http.Handler, r generatedRequest, names map[string]string) string {
	t.Helper()
	words := func(text string) string {
		return marked.ReplaceAllStringFunc(text, func(word string) string {
			word = marked.FindStringSubmatch(word)[1]
			if name := names[word]; name != "" {
				return name
			}
			return word
		})
	}
	document, variables := words(r.document), words(r.variables)
	body, err := json.Marshal(map[string]any{"query": document, "variables": json.RawMessage(variables)})
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	if r.method == http.MethodGet {
		request = httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape(document)+"&variables="+url.QueryEscape(variables), nil)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", r.accept)
	request.Header.Set("X-Request-Id", "the-same") // else each response has another one
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	text, err := io.ReadAll(recorder.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(recorder.Code, recorder.Header(), string(text))
}
