package archtest_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// environment lists who may look at the environment's variables.
var environment = []string{".", "internal/config"}

// maxLines bounds a file that people read.
const maxLines = 400

// TestRules holds every file of this repository against every rule.
func TestRules(t *testing.T) {
	for _, r := range checks {
		t.Run(r.name, func(t *testing.T) {
			for _, problem := range r.check(repository(t)) {
				t.Error(problem)
			}
		})
	}
}

var checks = []struct {
	name  string
	check func([]source) []string
}{
	{"imports", checkImports},
	{"dependencies", checkDependencies},
	{"environment", checkEnvironment},
	{"names", checkNames},
	{"package comments", checkPackageComments},
	{"sizes", checkSizes},
	{"init", checkInit},
	{"tests", checkTests},
	{"root", checkRoot},
	{"vendor names", checkVendorNames},
	{"vendor folders", checkVendorFolders},
}

func checkImports(files []source) (problems []string) {
	for _, f := range files {
		if f.test {
			continue // A test may put together what its package must not know.
		}
		r, found := ruleOf(f.pkg)
		if !found {
			problems = append(problems, fmt.Sprintf("%s: the package %s is in no row: add one to rules in internal/archtest, with what it may import and why", f.path, f.pkg))
			continue
		}
		for _, imported := range f.imports {
			own, isOwn := strings.CutPrefix(imported, module)
			to, _ := ruleOf(own)
			if foreign := to.pkg == vendorParts && path.Dir(own) != f.pkg; isOwn && (foreign || !slices.Contains(r.imports, to.pkg)) {
				problems = append(problems, fmt.Sprintf("%s imports %s; %s may import %q: %s", f.path, own, r.pkg, r.imports, r.reason))
			}
		}
	}
	return problems
}

func checkDependencies(files []source) (problems []string) {
	for _, f := range files {
		for _, imported := range f.imports {
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") || strings.HasPrefix(imported, module) {
				continue
			}
			i := slices.IndexFunc(dependencies, func(d dependency) bool {
				return imported == d.path || strings.HasPrefix(imported, d.path+"/")
			})
			if i < 0 {
				problems = append(problems, fmt.Sprintf("%s imports %s, which is in no row: add one to dependencies in internal/archtest, with who may import it and what for", f.path, imported))
				continue
			}
			d := dependencies[i]
			if !slices.Contains(d.from, f.pkg) && (!f.test || !slices.Contains(d.from, everyTest)) {
				problems = append(problems, fmt.Sprintf("%s imports %s (%s), which is for %q", f.path, imported, d.reason, d.from))
			}
		}
	}
	return problems
}

func checkEnvironment(files []source) (problems []string) {
	for _, f := range files {
		if slices.Contains(environment, f.pkg) {
			continue
		}
		for _, use := range f.uses("os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Setenv", "os.Unsetenv", "os.Clearenv", "syscall.Getenv", "syscall.Environ") {
			problems = append(problems, fmt.Sprintf("%s: the environment is handed in; only %q may look at it", use, environment))
		}
	}
	return problems
}

func checkNames(files []source) (problems []string) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "types", "base", "manager", "managers", "service", "impl", "misc"}
	for _, f := range files {
		name, _, _ := strings.Cut(path.Base(f.path), ".")
		for _, word := range append(strings.Split(f.pkg, "/"), strings.TrimSuffix(name, "_test")) {
			if slices.Contains(vague, word) {
				problems = append(problems, fmt.Sprintf("%s: %q says nothing; call it after the noun it holds", f.path, word))
			}
		}
	}
	return problems
}

func checkPackageComments(files []source) (problems []string) {
	comments := map[string]int{}
	for _, f := range files {
		if f.test || f.generated {
			continue
		}
		doc := f.syntax.Doc.Text()
		if doc == "" {
			comments[f.pkg] += 0
			continue
		}
		comments[f.pkg]++
		want := "Package " + f.syntax.Name.Name + " "
		if f.syntax.Name.Name == "main" {
			want = "Command "
		}
		if !strings.HasPrefix(doc, want) {
			problems = append(problems, fmt.Sprintf("%s: the package comment must begin with %q", f.path, want))
		}
	}
	for pkg, n := range comments {
		if n != 1 {
			problems = append(problems, fmt.Sprintf("%s has %d package comments; it needs one, with what it does and what it does not know", pkg, n))
		}
	}
	return problems
}

func checkSizes(files []source) (problems []string) {
	for _, f := range files {
		if f.lines > maxLines && !f.generated {
			problems = append(problems, fmt.Sprintf("%s has %d lines; above %d a file is more than one noun", f.path, f.lines, maxLines))
		}
	}
	return problems
}

func checkInit(files []source) (problems []string) {
	for _, f := range files {
		if where := f.initFunc(); where != "" && !f.generated {
			problems = append(problems, where+": what a package needs is handed to its New")
		}
	}
	return problems
}

// checkTests requires that tests run always, without sleeping, and from outside of
// their package.
func checkTests(files []source) (problems []string) {
	for _, f := range files {
		if !f.test {
			continue
		}
		if !strings.HasSuffix(f.syntax.Name.Name, "_test") {
			problems = append(problems, fmt.Sprintf("%s: a test is in the package %s_test and sees what users see", f.path, f.syntax.Name.Name))
		}
		for _, use := range f.skips() {
			problems = append(problems, use+": a test that is skipped proves nothing")
		}
		for _, use := range f.sleeps() {
			problems = append(problems, use+": no sleeping, but within synctest.Test, where the clock is the test's")
		}
	}
	return problems
}

// checkRoot requires that server.go is the only Go file of the root.
func checkRoot(files []source) (problems []string) {
	for _, f := range files {
		if f.pkg == "." && f.path != "server.go" {
			problems = append(problems, f.path+": server.go is the only Go file of the root; commands are there, everything else is in internal/server")
		}
	}
	return problems
}
