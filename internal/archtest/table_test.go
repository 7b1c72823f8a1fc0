package archtest_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

//go:generate go test -run ^TestImportTable$ . -update

var update = flag.Bool("update", false, "write the import table of docs/architecture.md anew")

// TestImportTable holds that docs/architecture.md shows the rules as they are.
func TestImportTable(t *testing.T) {
	const page, begin, end = root + "/docs/architecture.md", "<!-- begin import table -->\n", "<!-- end import table -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), begin)
	table, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table: %s%s", page, begin, end)
	}
	want := importTable(rules)
	switch {
	case table == want:
	case *update:
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil { //nolint:gosec // a page is for reading
			t.Fatal(err)
		}
	default:
		t.Errorf("%s shows other rules than internal/archtest: run make generate", page)
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
