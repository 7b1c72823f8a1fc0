package archtest_test

import "path"

// module begins the import path of every package in this repository.
const module = "github.com/accountgraph/accountgraph/"

// rule is what a package may import of this repository, with the reason.
type rule struct {
	pkg     string   // a star stands for one folder
	imports []string // the pkg of other rules
	reason  string
}

// The vendors' clients, and their simulators.
const (
	vendors    = "providers/*"
	simulators = "providers/*/*fake"
	// vendorParts are packages below a vendor's folder. Only that vendor imports
	// them, see checkImports.
	vendorParts = "providers/*/*"
)

// baseline is another server of the same graph, the baseline of measurements.
const baseline = "internal/bench/baseline"

// rules has one row a package; the first that matches counts. Imports point towards
// the model, never back.
var rules = []rule{
	{"graph/model", nil, "every package shares these types, so they depend on the standard library alone"},
	{"graph/generated", []string{"graph/model"}, "the executor binds to the model; it is generated"},
	{"resolvers", []string{"graph/generated", "graph/model", "providers", "internal/apierror", "internal/directory", "internal/loaders", "internal/operation"},
		"reads from the loaders of the operation; knows no HTTP and no vendor"},

	{"providers", []string{"graph/model"}, "the contract with vendors uses the model, and neither HTTP nor GraphQL"},
	{"providers/providertest", []string{"graph/model", "providers", "internal/fakevendor"}, "one suite for all vendors; it is for tests"},
	{vendors, []string{"graph/model", "providers", vendorParts, "internal/jsonscan", "internal/readahead", "internal/upstream"}, "a vendor knows its API, and no other vendor"},
	{simulators, []string{"graph/model", "internal/fakevendor"}, "a simulator shares no code with the client that it tests"},
	{vendorParts, nil, "a part of one vendor's client; only the vendor whose folder it is in imports it"},

	{"internal/responsecache", []string{"internal/fair", "internal/singleflight"}, "a response is a value; the cache does not look into it"},
	{"internal/jsonscan", nil, "text in, values out"},
	{"internal/singleflight", []string{"internal/growstack"}, "generic: keys and values of any type"},
	{"internal/growstack", nil, "concerns the runtime alone"},
	{"internal/ratelimit", nil, "counts costs of callers, which are strings"},
	{"internal/fair", nil, "hands out places and shares of memory to callers, which are strings"},
	{"internal/apierror", []string{"graph/model", "providers", "internal/complexity", "internal/loaders"}, "maps the errors of every layer to codes"},
	{"internal/auth", []string{"graph/model", "providers", "internal/network", "internal/singleflight"}, "authentication happens before anything is read"},
	{"internal/config", []string{"graph/model", "providers"}, "reads a file without knowing the vendors' APIs"},
	{"internal/demo", []string{"internal/config", "internal/fakevendor", "internal/vendors"}, "runs every simulator of the list, and knows none by name"},
	{"internal/directory", []string{"graph/model", "providers", "internal/keyedhash", "internal/readahead"}, "knows providers by their contract only"},
	{"internal/readahead", []string{"providers"}, "reads pages of any type"},
	{"internal/directory/index", []string{"graph/model", "providers", "internal/directory", "internal/operation", "internal/pagecache", "internal/readahead"},
		"answers for a provider what its vendor cannot, by the directory's filters and orders"},
	{"internal/generate", []string{"internal/generate/patch", "internal/generate/reference"}, "a build tool"},
	{"internal/generate/patch", nil, "template texts in, template texts out"},
	{"internal/generate/reference", nil, "an SDL in, a page out"},
	{"internal/mcp", []string{"internal/persisted", "internal/strictjson"}, "tools are requests to the GraphQL endpoint, which is handed in"},
	{"internal/mutants", nil, "a build tool: it changes copies of sources"},
	{"internal/graphiql", []string{"internal/staticpage"}, "a page for the browser: it asks the server by the public API alone"},
	{"internal/access", []string{"internal/staticpage"}, "a page for the browser: it asks the server by the public API alone"},
	{"internal/accept", nil, "a header of HTTP, without what a response has"},
	{"internal/landing", []string{"internal/accept", "internal/staticpage"}, "pages for the browser: what is served is handed in"},
	{"internal/staticpage", nil, "files and a handler"},
	{"internal/buildinfo", nil, "what the linker and the go command recorded"},
	{"internal/complexity", nil, "checks a document against the schema alone, before execution"},
	{"internal/keyedhash", nil, "hashes of texts with a key; knows nothing of what they are"},
	{"internal/loaders", []string{"graph/model", "providers", "internal/directory", "internal/growstack", "internal/tracing"}, "batches what an operation reads from the directory"},
	{"internal/operation", []string{"graph/model", "providers", "internal/apierror", "internal/auth", "internal/directory", "internal/fair", "internal/loaders", "internal/pagecache", "internal/persisted", "internal/readahead"},
		"the one value in the context: caller, loaders, budget and trace of an operation"},
	{"internal/tracing", nil, "spans, for every package that reads"},
	{"internal/invalidation", []string{"providers", "internal/network"}, "texts in, requests to a router out"},
	{"internal/network", nil, "an error in, a word out"},
	{"internal/persisted", nil, "a file in, documents out; the caller validates them"},
	{"internal/pagecache", []string{"graph/model", "providers", "internal/fair", "internal/keyedhash", "internal/network", "internal/pagecache/envelope", "internal/singleflight"}, "caches pages without knowing vendors"},
	{"internal/pagecache/envelope", nil, "bytes in, sealed bytes out"},
	{"internal/redistest", nil, "a redis-server for tests"},
	{"internal/sdl", nil, "text in, text out"},
	{"internal/strictjson", nil, "text in, values out"},
	{"internal/fakevendor", nil, "what the simulators share"},
	{"internal/server", []string{"graph/model", "providers", "internal/access", "internal/auth", "internal/buildinfo", "internal/complexity", "internal/config", "internal/directory", "internal/directory/index", "internal/fair", "internal/graphiql", "internal/invalidation", "internal/landing", "internal/loaders", "internal/mcp", "internal/operation", "internal/pagecache", "internal/persisted", "internal/ratelimit", "internal/telemetry", "internal/transport", "internal/upstream", "internal/vendors"},
		"builds every part from the configuration; the executable schema is passed in, so that internal never imports resolvers"},
	{"internal/telemetry", []string{"graph/model", "providers", "internal/buildinfo", "internal/fair", "internal/invalidation", "internal/keyedhash", "internal/network", "internal/operation", "internal/pagecache", "internal/responsecache", "internal/tracing"}, "counts calls, kinds of errors and cache events, and describes indexes"},
	{"internal/transport", []string{"graph/model", "providers", "internal/accept", "internal/apierror", "internal/auth", "internal/complexity", "internal/directory", "internal/fair", "internal/loaders", "internal/operation", "internal/pagecache", "internal/persisted", "internal/ratelimit", "internal/responsecache", "internal/strictjson", "internal/tracing"},
		"GraphQL over HTTP: authentication, limits and the response cache before the executor; the bounds of ids and cursors are the model's"},
	{"internal/upstream", []string{"graph/model", "providers", "internal/fair", "internal/growstack", "internal/jsonscan", "internal/network", "internal/operation", "internal/pagecache", "internal/tracing"}, "the HTTP client for all vendors, knowing none; cached pages cost no call"},

	{"internal/vendors", []string{"graph/model", "providers", vendors, simulators, "internal/config", "internal/fakevendor", "internal/upstream"},
		"the one list of vendors, clients and simulators together: the program links both, since it has the command demo, and a vendor stays one row"},

	{"internal/reports", []string{"internal/reports/client", "internal/reports/diff", "internal/reports/export", "internal/reports/query", "internal/reports/review", "internal/reports/table"}, "commands that are clients of the public API; a server in this process is handed in"},
	{"internal/reports/client", nil, "a client knows what is sent over HTTP"},
	{"internal/reports/diff", []string{"internal/reports/export", "internal/reports/table"}, "compares files; it reads nothing from a server"},
	{"internal/reports/export", []string{"internal/reports/client", "internal/reports/table"}, "reads lists by the public API alone"},
	{"internal/reports/query", []string{"internal/reports/table"}, "reads responses to any document"},
	{"internal/reports/review", []string{"internal/reports/client", "internal/reports/export", "internal/reports/table"}, "reads by the public API alone"},
	{"internal/reports/table", nil, "rows of any kind"},

	{"internal/differential", nil, "computes answers from the vendors' data: it shares no code with what it checks"},
	{"internal/bench", []string{"resolvers", "providers", "internal/auth", "internal/config", "internal/demo", "internal/directory", "internal/pagecache", "internal/server", "internal/telemetry", "internal/transport", "internal/upstream", "internal/vendors", baseline},
		"serves what it measures, wired as the program wires it"},
	{baseline, []string{baseline + "/generated", baseline + "/model"}, "the baseline shares no code with accountgraph"},
	{baseline + "/generated", []string{baseline + "/model"}, "its executor binds to its model"},
	{baseline + "/model", nil, "its model"},
	{baseline + "/generate", nil, "a build tool"},
	{"e2e/process/loadgen", nil, "a separate process, so that the server is measured without it"},

	{".", []string{"resolvers", "internal/buildinfo", "internal/config", "internal/demo", "internal/reports", "internal/sdl", "internal/server", "internal/telemetry", "internal/vendors"},
		"the command line passes the executable schema to the server"},
}

// dependency is a module of others and the packages that may import it.
type dependency struct {
	path   string
	from   []string
	reason string
}

// everyTest in dependency.from allows the tests of every package.
const everyTest = "*_test.go"

var dependencies = []dependency{
	{"github.com/alecthomas/kong", []string{"."}, "the command line"},
	{"github.com/99designs/gqlgen", []string{"graph/generated", "resolvers", "internal/apierror", "internal/operation", "internal/server", "internal/transport", "internal/generate", baseline, baseline + "/generate", baseline + "/generated"}, "GraphQL's executor"},
	{"github.com/vektah/gqlparser/v2", []string{"graph/generated", "resolvers", "internal/sdl", "internal/apierror", "internal/mcp", "internal/operation", "internal/transport", "internal/generate", "internal/generate/reference", "internal/complexity", everyTest, baseline, baseline + "/generated"}, "GraphQL's documents"},
	{"github.com/graph-gophers/dataloader/v7", []string{"internal/loaders", baseline}, "batches"},
	{"github.com/maypok86/otter/v2", []string{"internal/responsecache", "internal/pagecache", "internal/transport"}, "the in-memory caches"},
	{"github.com/klauspost/compress", []string{"internal/pagecache/envelope", "internal/transport", everyTest}, "compresses pages before they are sealed, and responses"},
	{"github.com/redis/go-redis/v9", []string{"internal/pagecache"}, "Redis"},
	{"github.com/go-jose/go-jose/v4", []string{"internal/auth", everyTest}, "callers' tokens and the keys that sign them"},
	{"github.com/rs/cors", []string{"internal/server"}, "CORS"},
	{"go.opentelemetry.io/otel", []string{"internal/loaders", "internal/telemetry", "internal/tracing", "internal/transport", "internal/upstream", everyTest}, "spans"},
	{"go.opentelemetry.io/proto/otlp", []string{everyTest}, "what a collector receives"},
	{"google.golang.org/grpc", []string{"internal/telemetry", everyTest}, "the status of an export over gRPC"},
	{"google.golang.org/protobuf", []string{everyTest}, "what a collector receives"},
	{"github.com/prometheus/client_golang", []string{"internal/telemetry"}, "metrics"},
	{"go.yaml.in/yaml/v3", []string{"internal/config"}, "nodes with their lines"},
	{"golang.org/x/text", []string{"internal/directory", "internal/differential", "internal/bench", everyTest}, "case folding and normal forms of Unicode"},
	{"golang.org/x/tools/txtar", []string{everyTest}, "stories: several files in one"},
	{"github.com/modelcontextprotocol/go-sdk", []string{"internal/mcp", everyTest}, "the Model Context Protocol"},
	{"github.com/google/jsonschema-go", []string{everyTest}, "checks the results of tools against their schemas"},
	{"github.com/google/go-cmp", []string{everyTest}, "readable differences"},
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
