package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	mutants "github.com/accountgraph/accountgraph/internal/mutants"
)

const root = "../.."

// Each control is in the code, and its tests exist. Whether they fail without it takes
// minutes: `make mutants`.
func TestControls_AreInTheCode(t *testing.T) {
	if len(mutants.Controls) < 35 {
		t.Errorf("%d controls, want at least 35", len(mutants.Controls))
	}
	names, tests := map[string]bool{}, map[string]string{}
	for _, c := range mutants.Controls {
		if names[c.Name] {
			t.Errorf("%q is listed twice", c.Name)
		}
		names[c.Name] = true
		source, err := os.ReadFile(filepath.Join(root, c.File))
		if err != nil {
			t.Fatal(err)
		}
		if mutant, err := c.Apply(string(source)); err != nil || mutant == string(source) {
			t.Errorf("%s: cannot be switched off: %v", c.Name, err)
		}
		if tests[c.Package] == "" {
			tests[c.Package] = testsOf(t, c.Package)
		}
		for name := range strings.SplitSeq(c.Test, "|") {
			if !strings.Contains(tests[c.Package], "func "+name+"(t *testing.T)") {
				t.Errorf("%s: %s has no test %s", c.Name, c.Package, name)
			}
		}
	}
	for name := range mutants.Detected() {
		if !names[name] {
			t.Errorf("detected.txt has %q, which is no control", name)
		}
	}
}

// testsOf returns the text of all tests of a package.
func testsOf(t *testing.T, pkg string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// Each row of the documentation is a control.
func TestMarkdown_HasEachControl(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| .* \\| `.*` \\| `.*` in `.*` \\| .*\\|$").FindAllString(mutants.Markdown(), -1)
	if len(rows) != len(mutants.Controls) {
		t.Errorf("%d rows for %d controls", len(rows), len(mutants.Controls))
	}
}
