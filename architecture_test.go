package main_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestImportTable holds that docs/architecture.md shows the rules as they are.
func TestImportTable(t *testing.T) {
	const page, begin, end = "docs/architecture.md", "<!-- begin import table -->\n", "<!-- end import table -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), begin)
	table, _, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the table: %s%s", page, begin, end)
	}
	if want := importTable(rules); table != want {
		t.Errorf("%s shows other rules than rules_test.go; put this between its marks:\n%s", page, want)
	}
}

// importTable is the rules as Markdown.
func importTable(rules []rule) string {
	var b strings.Builder
	b.WriteString("| package | may import | because |\n|---|---|---|\n")
	for _, r := range rules {
		imports := "nothing of this repository"
		if len(r.imports) > 0 {
			imports = "`" + strings.Join(r.imports, "` `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.pkg, imports, r.reason)
	}
	return b.String()
}
