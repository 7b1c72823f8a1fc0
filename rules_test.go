package main_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// module begins the import path of every package in this repository.
const module = "github.com/accountgraph/accountgraph/"

// rule says what a package may import of this repository, and why no more.
type rule struct {
	pkg     string   // a star stands for one folder
	imports []string // the pkg of other rules
	reason  string
}

// vendors are the four translations, but none of their simulators.
const (
	vendors    = "providers/*"
	simulators = "providers/*/*fake"
)

// yardstick is another server of the same graph, to measure against.
const yardstick = "internal/bench/yardstick"

// rules has one row a package; the first that matches counts. Arrows point to
// words, never back.
var rules = []rule{
	{"graph/model", nil, "everyone shares these words, so they rest on the standard library alone"},
	{"graph/generated", []string{"graph/model"}, "the executor binds to the words; it is written by a program"},
	{"resolvers", []string{"graph/generated", "graph/model", "providers", "internal/responsecache", "internal/auth", "internal/directory", "internal/complexity", "internal/loaders", "internal/persisted", "internal/upstream"},
		"GraphQL ends here: the guard is asked first, a resolver asks loaders, kinds of errors become codes and calls a trace; no vendor is known"},

	{"providers", []string{"graph/model"}, "the contract with vendors speaks in the shared words, without HTTP and GraphQL"},
	{"providers/providertest", []string{"graph/model", "providers", "internal/fakevendor"}, "one suite for all vendors; it is for tests"},
	{vendors, []string{"graph/model", "providers", "providers/softwareone/jsonscan", "internal/upstream"}, "a vendor knows its API, and no other vendor"},
	{simulators, []string{"graph/model", "internal/fakevendor"}, "a simulator must not share the code that it is to test"},

	{"internal/responsecache", nil, "an answer is a value; what is in it is not looked at"},
	{"internal/auth", []string{"graph/model", "providers"}, "who calls, and with which credentials, is decided before anything is read"},
	{"internal/config", []string{"graph/model", "providers"}, "a file is read without knowing what its vendors do"},
	{"internal/demo", []string{"graph/model", "providers", "internal/config", "internal/fakevendor", simulators}, "the one place outside of tests where simulators run"},
	{"internal/directory", []string{"graph/model", "providers"}, "the core knows providers by their contract"},
	{"internal/generate", nil, "a tool for building"},
	{"internal/graphiql", nil, "files and a handler"},
	{"internal/complexity", nil, "a document is judged by the schema alone, before anything is done for it"},
	{"internal/heap", nil, "two settings of the runtime"},
	{"internal/loaders", []string{"graph/model", "providers", "internal/directory"}, "what an operation loads, it loads from the directory"},
	{"internal/persisted", nil, "a file in, documents out; whether they are right is asked of whoever reads it"},
	{"internal/pagecache", []string{"graph/model", "providers", "internal/pagecache/envelope"}, "a cache keeps pages without knowing whose they are"},
	{"internal/pagecache/envelope", nil, "bytes in, sealed bytes out"},
	{"internal/redistest", nil, "a redis-server for tests, whatever they keep there"},
	{"providers/softwareone/jsonscan", nil, "text in, values out"},
	{"internal/sdl", nil, "text in, text out"},
	{"internal/fakevendor", []string{"graph/model"}, "what simulators share"},
	{"internal/telemetry", []string{"providers", "internal/responsecache", "internal/pagecache", "internal/upstream"}, "it counts calls, kinds of errors and what the cache does"},
	{"internal/upstream", []string{"graph/model", "providers", "internal/pagecache"}, "HTTP for all vendors, knowing none; what is remembered is not asked for"},

	{"internal/bench", []string{"graph/model", "resolvers", "providers", vendors, "internal/auth", "internal/config", "internal/demo", "internal/directory", "internal/heap", "internal/pagecache", "internal/upstream", yardstick},
		"it serves what it measures, and puts the product together as the program does"},
	{yardstick, []string{yardstick + "/generated", yardstick + "/model"}, "what the product is measured against shares no code with it"},
	{yardstick + "/generated", []string{yardstick + "/model"}, "its executor binds to its words"},
	{yardstick + "/model", nil, "its words"},
	{yardstick + "/generate", nil, "a tool for building"},

	{".", []string{"graph/generated", "graph/model", "resolvers", "providers", vendors, "internal/auth", "internal/config", "internal/demo",
		"internal/directory", "internal/graphiql", "internal/heap", "internal/loaders", "internal/persisted", "internal/pagecache", "internal/sdl", "internal/telemetry", "internal/upstream"}, "the program wires everything, but leaves simulators to internal/demo"},
}

// dependency says who may import a module of others.
type dependency struct {
	path   string
	from   []string
	reason string
}

// everyTest in dependency.from allows the tests of every package.
const everyTest = "*_test.go"

var dependencies = []dependency{
	{"github.com/alecthomas/kong", []string{"."}, "the command line"},
	{"github.com/99designs/gqlgen", []string{"graph/generated", "resolvers", "internal/generate", yardstick, yardstick + "/generate", yardstick + "/generated"}, "GraphQL's executor"},
	{"github.com/vektah/gqlparser/v2", []string{"graph/generated", "resolvers", "internal/generate", "internal/complexity", yardstick, yardstick + "/generated"}, "GraphQL's documents"},
	{"github.com/graph-gophers/dataloader/v7", []string{"internal/loaders", yardstick}, "batches"},
	{"github.com/maypok86/otter/v2", []string{"internal/responsecache", "internal/pagecache"}, "what is remembered in memory"},
	{"github.com/klauspost/compress", []string{"internal/pagecache/envelope"}, "pages get smaller before they are sealed"},
	{"github.com/redis/go-redis/v9", []string{"internal/pagecache"}, "Redis"},
	{"github.com/failsafe-go/failsafe-go", []string{"internal/upstream"}, "bulkhead and circuit breaker"},
	{"github.com/go-jose/go-jose/v4", []string{"internal/auth", everyTest}, "callers' tokens and the keys that sign them"},
	{"github.com/rs/cors", []string{"."}, "pages of other sites"},
	{"github.com/prometheus/client_golang", []string{"internal/telemetry"}, "metrics"},
	{"go.yaml.in/yaml/v3", []string{"internal/config"}, "nodes with their lines"},
	{"golang.org/x/text", []string{"internal/directory", everyTest}, "case folding and normal forms of Unicode"},
	{"golang.org/x/tools/txtar", []string{everyTest}, "stories: several files in one"},
	{"github.com/google/go-cmp", []string{everyTest}, "differences that can be read"},
}

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
}

func checkImports(files []source) (problems []string) {
	for _, f := range files {
		if f.test {
			continue // A test may put together what its package must not know.
		}
		r, found := ruleOf(f.pkg)
		if !found {
			problems = append(problems, fmt.Sprintf("%s: the package %s is in no row: add one to rules in rules_test.go, with what it may import and why", f.path, f.pkg))
			continue
		}
		for _, imported := range f.imports {
			own, isOwn := strings.CutPrefix(imported, module)
			if to, _ := ruleOf(own); isOwn && !slices.Contains(r.imports, to.pkg) {
				problems = append(problems, fmt.Sprintf("%s imports %s; %s may import %q: %s", f.path, own, r.pkg, r.imports, r.reason))
			}
		}
	}
	return problems
}

func ruleOf(pkg string) (rule, bool) {
	for _, r := range rules {
		if ok, _ := path.Match(r.pkg, pkg); ok {
			return r, true
		}
	}
	return rule{}, false
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
				problems = append(problems, fmt.Sprintf("%s imports %s, which is in no row: add one to dependencies in rules_test.go, with who may import it and what for", f.path, imported))
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

// checkTests holds that tests run always, at once and from outside.
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
