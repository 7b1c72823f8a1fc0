package archtest_test

import "path"

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

	{"internal/responsecache", []string{"internal/singleflight"}, "a response is a value; the cache does not look into it"},
	{"internal/singleflight", nil, "generic: keys and values of any type"},
	{"internal/auth", []string{"graph/model", "providers", "internal/singleflight"}, "who calls, and with which credentials, is decided before anything is read"},
	{"internal/config", []string{"graph/model", "providers"}, "a file is read without knowing what its vendors do"},
	{"internal/demo", []string{"internal/config", "internal/fakevendor", "internal/vendors"}, "runs every simulator of the list, and knows none by name"},
	{"internal/directory", []string{"graph/model", "providers"}, "the core knows providers by their contract"},
	{"internal/generate", []string{"internal/generate/patch"}, "a tool for building"},
	{"internal/generate/patch", nil, "template texts in, template texts out"},
	{"internal/graphiql", nil, "files and a handler"},
	{"internal/complexity", nil, "a document is judged by the schema alone, before anything is done for it"},
	{"internal/heap", nil, "two settings of the runtime"},
	{"internal/loaders", []string{"graph/model", "providers", "internal/directory"}, "what an operation loads, it loads from the directory"},
	{"internal/persisted", nil, "a file in, documents out; whether they are right is asked of whoever reads it"},
	{"internal/pagecache", []string{"graph/model", "providers", "internal/pagecache/envelope", "internal/singleflight"}, "a cache keeps pages without knowing whose they are"},
	{"internal/pagecache/envelope", nil, "bytes in, sealed bytes out"},
	{"internal/redistest", nil, "a redis-server for tests, whatever they keep there"},
	{"providers/softwareone/jsonscan", nil, "text in, values out"},
	{"internal/sdl", nil, "text in, text out"},
	{"internal/fakevendor", []string{"graph/model"}, "what simulators share"},
	{"internal/telemetry", []string{"providers", "internal/responsecache", "internal/pagecache", "internal/upstream"}, "it counts calls, kinds of errors and what the cache does"},
	{"internal/upstream", []string{"graph/model", "providers", "internal/pagecache"}, "HTTP for all vendors, knowing none; what is remembered is not asked for"},

	{"internal/vendors", []string{"graph/model", "providers", vendors, simulators, "internal/config", "internal/fakevendor", "internal/upstream"},
		"the one list of vendors, clients and simulators together: the program links both, since it has the command demo, and a vendor stays one row"},

	{"internal/bench", []string{"resolvers", "providers", "internal/auth", "internal/config", "internal/demo", "internal/directory", "internal/heap", "internal/pagecache", "internal/upstream", "internal/vendors", yardstick},
		"it serves what it measures, and puts the product together as the program does"},
	{yardstick, []string{yardstick + "/generated", yardstick + "/model"}, "what the product is measured against shares no code with it"},
	{yardstick + "/generated", []string{yardstick + "/model"}, "its executor binds to its words"},
	{yardstick + "/model", nil, "its words"},
	{yardstick + "/generate", nil, "a tool for building"},

	{".", []string{"graph/generated", "graph/model", "resolvers", "providers", "internal/auth", "internal/config", "internal/demo",
		"internal/directory", "internal/graphiql", "internal/heap", "internal/loaders", "internal/persisted", "internal/pagecache", "internal/sdl", "internal/telemetry", "internal/upstream", "internal/vendors"}, "the program wires everything; vendors come from their list"},
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

// ruleOf returns the first rule that covers a package.
func ruleOf(pkg string) (rule, bool) {
	for _, r := range rules {
		if ok, _ := path.Match(r.pkg, pkg); ok {
			return r, true
		}
	}
	return rule{}, false
}
