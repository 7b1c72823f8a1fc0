package archtest_test

import (
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// bannedWords are words of a private dialect; behind each is the standard term.
var bannedWords = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`doors?`,                    // transport
	`gates?`,                    // authenticator
	`lent`, `borrow(s|ed|ing)?`, // caller credential
	`told`,             // notified, known
	`shelf`, `shelves`, // cache
	`sightings?`,             // presence
	`news`,                   // invalidation message
	`fly`, `flies`, `flying`, // run, load
	`boards?`, `boarded`, `boarding`, // join
	`arrivals?`,                           // result
	`remember(s|ed|ing)?`,                 // cache
	`forget(s|ting|ful)?`, `forgot(ten)?`, // invalidate
	`anew`,                            // again, revalidate
	`repetitions?`,                    // retry
	`who asks`, `whoever`, `whomever`, // client, caller
	`patience`,                // timeout, deadline
	`theat(re|er)s?`, `toys?`, // server, fake
	`canary`, `canaries`, // secret
	`visitors?`, `turnstiles?`, // client, proxy
	`yardsticks?`, // baseline
}, "|") + `)\b`)

// exempt lists folders in which these words are still to be replaced.
var exempt []string

// TestWords checks the names, identifiers and comments of Go files, and the
// documentation. With -v it prints what is left in the exempt folders.
func TestWords(t *testing.T) {
	found := map[string][]string{} // by folder
	for _, f := range repository(t) {
		found[f.pkg] = append(found[f.pkg], checkWords([]source{f})...)
	}
	for name, text := range pages(t) {
		found[path.Dir(name)] = append(found[path.Dir(name)], checkProse(name, text)...)
	}
	for _, folder := range exempt {
		if len(found[folder]) == 0 {
			t.Logf("%s holds no banned word any more: remove it from exempt", folder)
		}
	}
	for folder, problems := range found {
		for _, problem := range problems {
			if slices.Contains(exempt, folder) {
				t.Log(problem)
			} else {
				t.Error(problem)
			}
		}
	}
}

func checkWords(files []source) (problems []string) {
	for _, f := range files {
		if f.generated {
			continue
		}
		if word := bannedWords.FindString(spaced(path.Base(f.path))); word != "" {
			problems = append(problems, fmt.Sprintf("%s: the file's name holds %q: use the standard term", f.path, word))
		}
		for _, name := range f.declared() {
			if word := bannedWords.FindString(spaced(name.Name)); word != "" {
				problems = append(problems, f.at(name, fmt.Sprintf("%s holds %q: use the standard term", name.Name, word)))
			}
		}
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				if word := bannedWords.FindString(unquoted(c.Text)); word != "" {
					problems = append(problems, f.at(c, fmt.Sprintf("the comment holds %q: use the standard term", word)))
				}
			}
		}
	}
	return problems
}

// checkProse looks at a page, but for what it quotes.
func checkProse(name, text string) (problems []string) {
	for i, line := range strings.Split(unquoted(text), "\n") {
		if word := bannedWords.FindString(line); word != "" {
			problems = append(problems, fmt.Sprintf("%s:%d: the page holds %q: use the standard term", name, i+1, word))
		}
	}
	return problems
}

// pages returns the documentation by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "*/testdata/README.md", "e2e/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			name, err = filepath.Rel(root, name)
			if err != nil {
				t.Fatal(err)
			}
			found[filepath.ToSlash(name)] = string(text)
		}
	}
	return found
}

// declared lists the identifiers of a file that are not members of something else,
// each once.
func (f source) declared() []*ast.Ident {
	var names []*ast.Ident
	members, seen := map[*ast.Ident]bool{}, map[string]bool{}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			members[n.Sel] = true
		case *ast.Ident:
			if !members[n] && !seen[n.Name] {
				seen[n.Name] = true
				names = append(names, n)
			}
		}
		return true
	})
	return names
}

// spaced separates the words of a name or path, as in "separate words Of HTTP".
func spaced(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		switch {
		case !unicode.IsLetter(r):
			b.WriteByte(' ')
			continue
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])):
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quotations are fenced code, code within a line, and quoted lines.
var quotations = regexp.MustCompile("(?ms)^ *```.*?^ *```|`[^`]*`|^>[^\n]*")

// unquoted is a text without its quotations, with the same lines.
func unquoted(text string) string {
	return quotations.ReplaceAllStringFunc(text, func(quoted string) string {
		return strings.Repeat("\n", strings.Count(quoted, "\n"))
	})
}
