package sdl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/sdl"
)

func TestForClient_RemovesFederation(t *testing.T) {
	got, err := sdl.ForClient(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])

directive @cost(weight: Int!) on FIELD_DEFINITION

# ----
"A user @key"
type User implements Node @key(fields: "id") {
  "The id."
  id: ID! @tag(name: "personal")
  name(first: Int = 1 @cost(weight: 1)): String @cost(weight: 2) @deprecated(reason: "later")
}

interface Node { id: ID! }

enum Word { "One." ONE @tag(name: "a") }

input Filter @tag(name: "a") { words: [Word!] @tag(name: "personal") }

scalar Text @specifiedBy(url: "https://example.com") @tag(name: "a")
`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"""
A user @key
"""
type User implements Node {
  """
  The id.
  """
  id: ID!
  name(first: Int = 1): String @deprecated(reason: "later")
}
interface Node {
  id: ID!
}
enum Word {
  """
  One.
  """
  ONE
}
input Filter {
  words: [Word!]
}
scalar Text @specifiedBy(url: "https://example.com")
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := sdl.ForClient("type {"); err == nil {
		t.Error("no error for a text that is no SDL")
	}
}

// TestForClient_Schema: what is printed for clients is a valid schema with the types,
// fields and descriptions of schema.graphqls.
func TestForClient_Schema(t *testing.T) {
	file, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	text, err := sdl.ForClient(string(file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "directive @") || strings.Contains(line, "extend ") {
			t.Errorf("federation remains: %s", line)
		}
	}
	client, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	if client.Query == nil || client.Mutation == nil || client.Types["User"].Fields.ForName("email") == nil {
		t.Error("a type is missing")
	}
	for name, d := range client.Types {
		if !d.BuiltIn && d.Description == "" && name != "Query" {
			t.Errorf("%s has no description", name)
		}
	}
	again, err := sdl.ForClient(text)
	if diff := cmp.Diff(text, again); err != nil || diff != "" {
		t.Errorf("the result changes when it is converted again: %v %s", err, diff)
	}
}
