package archtest_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// root is the module's root, seen from this package's folder.
const root = "../.."

// source is one Go file of this repository.
type source struct {
	path, pkg       string // both from the top, with slashes; the top is "."
	text            string
	imports         []string
	lines           int
	test, generated bool
	syntax          *ast.File
	set             *token.FileSet
}

// parsed is every Go file, read once for all tests.
var parsed = sync.OnceValues(parseAll)

func repository(t *testing.T) []source {
	t.Helper()
	files, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func parseAll() ([]source, error) {
	var files []source
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != root && (isForeign(entry.Name()) || isModule(name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		name, err = filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := parse(set, filepath.ToSlash(name), text)
		files = append(files, f)
		return err
	})
	return files, err
}

// isModule reports whether a folder is a separate module, as the checks of deploy/ are.
func isModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

// isForeign reports whether a folder holds no Go of ours, as the go command sees
// it.
func isForeign(folder string) bool {
	return folder == "testdata" || folder == "node_modules" || folder[0] == '.' || folder[0] == '_'
}

func parse(set *token.FileSet, name string, text []byte) (source, error) {
	syntax, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	f := source{
		path: name, pkg: path.Dir(name), text: string(text),
		lines:     bytes.Count(text, []byte("\n")),
		test:      strings.HasSuffix(name, "_test.go"),
		generated: ast.IsGenerated(syntax),
		syntax:    syntax, set: set,
	}
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return source{}, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// at says where a node is and what it says.
func (f source) at(n ast.Node, what string) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.set.Position(n.Pos()).Line, what)
}

// uses lists where the file says one of these names, each written as
// package.Name.
func (f source) uses(names ...string) []string {
	var found []string
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if name := selector(n); slices.Contains(names, name) {
			found = append(found, f.at(n, name))
		}
		return true
	})
	return found
}

// skips lists where a test skips itself.
func (f source) skips() []string {
	var names []string
	for _, receiver := range []string{"t", "b", "f", "tb"} {
		names = append(names, receiver+".Skip", receiver+".Skipf", receiver+".SkipNow")
	}
	return f.uses(names...)
}

// sleeps lists where the file sleeps outside of a synctest bubble.
func (f source) sleeps() []string {
	var found []string
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && selector(call.Fun) == "synctest.Test" {
			return false
		}
		if selector(n) == "time.Sleep" {
			found = append(found, f.at(n, "time.Sleep"))
		}
		return true
	})
	return found
}

// initFunc says where the file has a func init, or "".
func (f source) initFunc() string {
	for _, decl := range f.syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			return f.at(fn, "func init")
		}
	}
	return ""
}

// selector is a node of the form name.Name as text, or "".
func selector(n ast.Node) string {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	left, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return left.Name + "." + s.Sel.Name
}
