package sdl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/sdl"
)

const schema = `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.12"
    import: ["@key", "@tag", "@requiresScopes", "@cost", "@cacheTag"]
  )

"""
The cost of a field, see @cacheTag (here).
"""
directive @cost(
  "The weight."
  weight: Int!
) on FIELD_DEFINITION

directive @cacheTag(format: String!) repeatable on FIELD_DEFINITION | OBJECT

"A user @cost(weight: 1)"
type User @key(fields: "id") @cacheTag(format: "({$key.id})\"") @cacheTag(format: "users") @entityResolver(multi: true) {
  "Like @requiresScopes."
  email(first: Int = 1 @cost(weight: 1)): String @tag(name: "personal") @requiresScopes(scopes: [["a:b"], ["c"]]) @cost(weight: 2)
}
`

func TestFor_RemovesLaterDirectives(t *testing.T) {
	for minor, want := range map[int]string{
		12: schema,
		11: `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.11"
    import: ["@key", "@tag", "@requiresScopes", "@cost"]
  )

"""
The cost of a field, see @cacheTag (here).
"""
directive @cost(
  "The weight."
  weight: Int!
) on FIELD_DEFINITION

"A user @cost(weight: 1)"
type User @key(fields: "id") @entityResolver(multi: true) {
  "Like @requiresScopes."
  email(first: Int = 1 @cost(weight: 1)): String @tag(name: "personal") @requiresScopes(scopes: [["a:b"], ["c"]]) @cost(weight: 2)
}
`,
		3: `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.3"
    import: ["@key", "@tag"]
  )

"A user @cost(weight: 1)"
type User @key(fields: "id") @entityResolver(multi: true) {
  "Like @requiresScopes."
  email(first: Int = 1): String @tag(name: "personal")
}
`,
	} {
		if diff := cmp.Diff(want, sdl.For(minor, schema)); diff != "" {
			t.Errorf("2.%d (-want +got):\n%s", minor, diff)
		}
	}
}

// TestFor_Schema checks that schema.graphqls has the expected format: unchanged for
// the newest version, and without later directives for the oldest.
func TestFor_Schema(t *testing.T) {
	file, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	newest := sdl.For(sdl.Newest, string(file))
	if diff := cmp.Diff(string(file), newest); diff != "" {
		t.Errorf("changed for the newest version: %s", diff)
	}
	oldest := sdl.For(sdl.Oldest, string(file))
	for _, name := range []string{"cost", "listSize", "cacheTag", "authenticated", "requiresScopes"} {
		for line := range strings.Lines(oldest) {
			if strings.Contains(line, "@"+name) {
				t.Errorf("a later directive remains: %s", line)
			}
		}
	}
}
