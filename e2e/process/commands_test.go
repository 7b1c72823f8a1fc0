package process_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

const seeHelp = "See `accountgraph --help`.\n"

func TestCommands_Invalid(t *testing.T) {
	t.Parallel()
	broken := writeFile(t, "broken.yaml", `server:
  listen: 0.0.0.0:8080
  port: 8080
providers:
  - name: One
    vendor: softwareone
    baseURL: https://api.example.com
    token: ${NOT_SET}
    timeout: 12
`)
	provider := "providers: [{name: one, vendor: activeplatform, baseURL: 'https://one.example', token: '${TOKEN}'}]\n"
	public := writeFile(t, "public.yaml", "server: {listen: ':8080'}\n"+provider)
	private := writeFile(t, "private.yaml", provider)
	keyless := writeFile(t, "keyless.yaml", "server: {auth: {jwt: {issuer: i, audience: a, jwksFile: /nowhere/keys.json}}}\n"+provider)
	const away = "an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read\n"
	const noFile = "there is no configuration accountgraph.yaml; --config names another, and `accountgraph demo` needs none\n"
	broad := "the configuration cannot be used:\n" +
		broken + ":2: server.listen: " + away +
		broken + ":3: server.port: unknown key; known keys: listen, admin, adminOpen, tls, auth, graphiql, access, introspection, compression, cors\n" +
		broken + ":5: providers[0].name: must be 1 to 40 lower-case letters, digits and dashes\n" +
		broken + ":8: providers[0].token: the environment variable NOT_SET is not set\n" +
		broken + ":9: providers[0].timeout: must be a duration such as 10s\n"
	for _, test := range []struct{ name, args, want string }{
		{"nothing", "", noFile},
		{"serve without a file", "serve", noFile},
		{"check without a file", "check", noFile},
		{"a file that is not there", "serve --config /nowhere/a.yaml", "there is no configuration /nowhere/a.yaml; --config names another, and `accountgraph demo` needs none\n"},
		{"a folder", "serve --config /", "the configuration cannot be read: read /: is a directory\n"},
		{"several problems", "serve --config " + broken, broad},
		{"several problems, checked", "check --config " + broken, broad},
		{"a public address", "serve --config " + public, "the configuration cannot be used:\n" + public + ":1: server.listen: " + away},
		{"a public address by flag", "serve --listen :8080 --config " + private, "--listen: " + away},
		{"a public demo", "demo --listen 0.0.0.0:8080", "--listen: " + away},
		{"keys that are not there", "serve --config " + keyless, "server.auth.jwt.jwksFile: the file cannot be opened\n"},
		{"an address without a port", "demo --listen localhost", "--listen: must be a host and a port such as 127.0.0.1:8080\n"},
		{"an unknown command", "serf", "unexpected argument serf\n" + seeHelp},
		{"an unknown flag", "--lissten :8080", "unknown flag --lissten, did you mean \"--listen\"?\n" + seeHelp},
		{"a flag of another command", "schema --listen :8080", "unknown flag --listen\n" + seeHelp},
		{"an argument too many", "version 2", "unexpected argument 2\n" + seeHelp},
		{"a flag without a value", "serve --config", "--config: needs a value\n" + seeHelp},
		{"a flag with an empty value", "serve --config=", "--config: needs a value\n" + seeHelp},
		{"a flag before a flag", "serve --config --listen", "--config: needs a value\n" + seeHelp},
		{"a version that is too old", "schema --federation 2.2", "--federation: must be a version from 2.3 to 2.12\n" + seeHelp},
		{"a version that is too new", "schema --federation 2.13", "--federation: must be a version from 2.3 to 2.12\n" + seeHelp},
		{"a version that is none", "schema --federation 2", "--federation: must be a version from 2.3 to 2.12\n" + seeHelp},
		{"a port that is none", "vendors --port http", "--port: must be a number from 0 to " + strconv.Itoa(demo.LastFirstPort()) + "\n" + seeHelp},
		{"a port too high", "vendors --port " + strconv.Itoa(demo.LastFirstPort()+1), "--port: must be a number from 0 to " + strconv.Itoa(demo.LastFirstPort()) + "\n" + seeHelp},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, []string{"TOKEN=s3cr3t"}, strings.Fields(test.args)...)
			if code := p.exit(); code != 2 || p.stdout.String() != "" {
				t.Errorf("exit %d, and on stdout %q", code, &p.stdout)
			}
			if diff := cmp.Diff("accountgraph: "+test.want, p.stderr.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCommands_Help(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--help": "serve demo vendors schema check version", "-h": "serve demo vendors schema check version",
		"serve --help": "--config=FILE accountgraph.yaml --listen=HOST:PORT", "demo --help": "--listen=\"127.0.0.1:8080\"",
		"vendors --help": "--port=8081", "check --help": "--config=FILE", "schema --help": "SDL --federation=VERSION --client", "version -h": "version",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			p := start(t, nil, strings.Fields(args)...)
			if code := p.exit(); code != 0 || p.stderr.String() != "" {
				t.Errorf("exit %d: %s", code, &p.stderr)
			}
			for word := range strings.FieldsSeq(want) {
				if !strings.Contains(p.stdout.String(), word) {
					t.Errorf("does not mention %s:\n%s", word, &p.stdout)
				}
			}
		})
	}
}

// The schema for clients is valid SDL without federation.
func TestCommands_SchemaForClients(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "schema", "--client")
	if code := p.exit(); code != 0 || p.stderr.String() != "" {
		t.Fatalf("exit %d: %s", code, &p.stderr)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: p.stdout.String()})
	if err != nil {
		t.Fatal(err)
	}
	if schema.Query.Fields.ForName("users") == nil || schema.Types["_Any"] != nil || schema.Directives["key"] != nil || schema.Directives["cost"] != nil {
		t.Errorf("not the schema for clients:\n%s", &p.stdout)
	}
}

func TestCommands_Version(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"version", "--version"} {
		p := start(t, nil, command)
		if code := p.exit(); code != 0 || !regexp.MustCompile(`^accountgraph \S+ \((commit \S+, \S+, )?go1\.\S+ \w+/\w+\)\n$`).MatchString(p.stdout.String()) || p.stderr.String() != "" {
			t.Errorf("%s: exit %d: %s%s", command, code, &p.stdout, &p.stderr)
		}
	}
}

// What `make build` stamps is printed and exported.
func TestBuild_Stamp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "accountgraph")
	const info = "github.com/accountgraph/accountgraph/internal/buildinfo"
	flags := fmt.Sprintf("-w -X %[1]s.version=1.2.3 -X %[1]s.commit=abcdef -X %[1]s.date=2026-01-02T03:04:05Z", info)
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags="+flags, "-o", path, root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := startCommand(t, nil, exec.Command(path, "version"))
	if code := p.exit(); code != 0 || !strings.HasPrefix(p.stdout.String(), "accountgraph 1.2.3 (commit abcdef, 2026-01-02T03:04:05Z, go1.") {
		t.Errorf("exit %d: %s%s", code, &p.stdout, &p.stderr)
	}
	p = startCommand(t, nil, exec.Command(path, "demo", "--listen", "127.0.0.1:0"))
	p.address = p.waitStdout(`http://(127\.0\.0\.1:\d+)`)[1]
	if _, _, metrics := p.get("/metrics"); !strings.Contains(metrics, `accountgraph_build_info{commit="abcdef",version="1.2.3"} 1`) {
		t.Error("the metrics have no accountgraph_build_info")
	}
}

// The command vendors listens on consecutive ports. A second one on these ports fails.
func TestVendors_Ports(t *testing.T) {
	t.Parallel()
	first := consecutivePorts(t, len(vendors.All()))
	p := start(t, nil, "vendors", "--port", strconv.Itoa(first))
	p.waitStdout(endOfConfiguration)
	for i, v := range vendors.All() {
		want := "baseURL: http://127.0.0.1:" + strconv.Itoa(first+i) + v.Simulate(demo.Token).BasePath + "\n"
		if !strings.Contains(p.stdout.String(), want) {
			t.Errorf("no %s in\n%s", want, &p.stdout)
		}
	}
	address := "127.0.0.1:" + strconv.Itoa(first)
	config := writeFile(t, "a.yaml", "server: {listen: '"+address+"'}\n"+p.stdout.String())
	for args, want := range map[string]string{
		"serve --config " + config:                "cannot listen on " + address,
		"demo --listen " + address:                "cannot listen on " + address,
		"vendors --port " + strconv.Itoa(first):   "the simulated softwareone cannot listen on " + address,
		"vendors --port " + strconv.Itoa(first-1): "the simulated activityinfo cannot listen on " + address,
	} {
		p := start(t, nil, strings.Fields(args)...)
		if code := p.exit(); code != 1 || p.stdout.String() != "" {
			t.Errorf("%s: exit %d, and on stdout %q", args, code, &p.stdout)
		}
		if diff := cmp.Diff("accountgraph: "+want+": bind: address already in use\n", p.stderr.String()); diff != "" {
			t.Errorf("%s: %s", args, diff)
		}
	}
}

// The simulated vendors have as many users as the flag says.
func TestVendors_Users(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "vendors", "--port", "0", "--users", "100000", "--latency", "1ms")
	p.waitStdout(endOfConfiguration)
	base := regexp.MustCompile(`baseURL: (\S+/public)\n`).FindStringSubmatch(p.stdout.String())[1]
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/v1/accounts/users?limit=1&offset=99999", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+demo.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(body), `"total":100000`) || !strings.Contains(string(body), `"email"`) {
		t.Errorf("%s, %v", body, err)
	}
	for _, users := range []string{"299", "0", "many"} {
		p := start(t, nil, "vendors", "--users", users)
		if code := p.exit(); code != 2 || !strings.Contains(p.stderr.String(), "must be a number from 300 to 10000000") {
			t.Errorf("--users %s: exit %d: %s", users, code, &p.stderr)
		}
	}
}

// endOfConfiguration matches the last line that the command vendors prints.
const endOfConfiguration = `# Ctrl-C stops them\.\n`

// consecutivePorts returns the first of n consecutive free ports, with a free port
// before it, outside the ephemeral range of common systems.
func consecutivePorts(t *testing.T, n int) int {
	t.Helper()
search:
	for range 100 {
		first := 20_000 + rand.N(10_000)
		for i := range n + 1 {
			listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(first-1+i))
			if err != nil {
				continue search
			}
			_ = listener.Close()
		}
		return first
	}
	t.Fatalf("no %d consecutive free ports", n)
	return 0
}
