package reference_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/accountgraph/accountgraph/internal/generate/reference"
)

func TestMarkdown_Definitions(t *testing.T) {
	got, err := reference.Markdown(`"The root."
type Query {
  """
  All users,
  of ` + "`a|b`" + `.
  """
  users("How many." first: Int = 50, filter: Filter): [User!]! @cost(weight: 2)
}
"A login." type User implements Node & Other { "Its id." id: ID! old: Int @deprecated(reason: "use id") }
"Has an id." interface Node { id: ID! }
input Filter { words: [Word!] = [ONE] }
enum Word { "First." ONE TWO @deprecated }
`)
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ = strings.Cut(got, "|---|---|\n")
	const want = `| Queries and mutations | [Query](#query) |
| Interfaces | [Node](#node) |
| Types | [User](#user) |
| Inputs | [Filter](#filter) |
| Enums | [Word](#word) |

## Query

The root.

| field | type | meaning |
|---|---|---|
| ` + "`users`" + ` | \[[User](#user)!\]! | All users, of ` + "`a\\|b`" + `. |
| → ` + "`first = 50`" + ` | ` + "`Int`" + ` | How many. |
| → ` + "`filter`" + ` | [Filter](#filter) |  |

## Node

Has an id.

| field | type | meaning |
|---|---|---|
| ` + "`id`" + ` | ` + "`ID`" + `! |  |

## User

A login.

Implements [Node](#node) and ` + "`Other`" + `.

| field | type | meaning |
|---|---|---|
| ` + "`id`" + ` | ` + "`ID`" + `! | Its id. |
| ` + "`old`" + ` | ` + "`Int`" + ` | **Deprecated**: use id.  |

## Filter

| field | type | meaning |
|---|---|---|
| ` + "`words = [ONE]`" + ` | \[[Word](#word)!\] |  |

## Word

| value | meaning |
|---|---|
| ` + "`ONE`" + ` | First. |
| ` + "`TWO`" + ` | **Deprecated**: No longer supported.  |
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := reference.Markdown("type {"); err == nil {
		t.Error("no error for a text that is no SDL")
	}
}

// TestMarkdown_Schema: the committed page has every element of the schema.
func TestMarkdown_Schema(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	sdl, page := read("../../../schema.graphqls"), read("../../../docs/schema.md")
	want, err := reference.Markdown(sdl)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Fatalf("run make generate: -want +got:\n%s", diff)
	}
	document, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range document.Definitions {
		_, section, ok := strings.Cut(page, "\n## "+d.Name+"\n")
		if !ok {
			t.Errorf("%s is missing", d.Name)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		for _, f := range d.Fields {
			if !strings.Contains(section, "| `"+f.Name+"`") && !strings.Contains(section, "| `"+f.Name+" = ") {
				t.Errorf("%s.%s is missing", d.Name, f.Name)
			}
		}
		for _, v := range d.EnumValues {
			if !strings.Contains(section, "| `"+v.Name+"`") {
				t.Errorf("%s.%s is missing", d.Name, v.Name)
			}
		}
	}
}
