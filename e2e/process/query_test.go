package process_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// usersDocument selects the first users of a provider.
const usersDocument = `query Users($first: Int) { users(first: $first, filter: {providers: ["softwareone"]}) { complete nodes { id name status } } }`

func TestQuery(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	config := writeFile(t, "a.yaml", listenAnywhere+v.Config())
	server := startServer(t, nil, "serve", "--config", config)
	document := writeFile(t, "users.graphql", usersDocument)
	variables := writeFile(t, "variables.json", `{"first": 3}`)
	invalid := writeFile(t, "invalid.graphql", `{ users { nodes { nme } } }`)
	two := writeFile(t, "two.graphql", `query A { __typename } query B { providers { name } }`)
	down := startVendors(t)
	down.Vendor("blendvision").Control.Add(fakevendor.Fault{Status: 403})
	partial := writeFile(t, "partial.yaml", down.Config())
	every := writeFile(t, "every.graphql", `{ blendvision: users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } softwareone: users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } } }`)
	gone := writeFile(t, "gone.graphql", `{ users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } }`)
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stdout string // a part of it
		stderr string
	}{
		{"json", []string{document, "--config", config, "--variables", `{"first":2}`}, 0, `"status": "`, ""},
		{"from a server", []string{document, "--server", "http://" + server.address, "--variables", "@" + variables}, 0, `"complete": true`, ""},
		{"a table", []string{document, "--config", config, "--format", "table"}, 0, "id                              name", ""},
		{"ndjson", []string{document, "--config", config, "--format", "ndjson"}, 0, `{"id":"softwareone:User:`, ""},
		{"a trace", []string{document, "--config", config, "--trace"}, 0, `"nodes"`, "VENDOR  200"},
		{"a dry run", []string{document, "--config", config, "--dry-run", "--format", "table"}, 0, `"atMost": 50`, ""},
		{"one operation of several", []string{two, "--config", config, "--operation", "B", "--format", "ndjson"}, 0, `{"name":"softwareone"}` + "\n", ""},
		{"no operation named", []string{two, "--config", config}, 1, "", "operationName must name one"},
		{"an invalid document", []string{invalid, "--config", config}, 1, "", "GRAPHQL_VALIDATION_FAILED"},
		{"invalid variables", []string{document, "--config", config, "--variables", `{"first":"x"}`}, 2, "", "BAD_USER_INPUT"},
		{"no variables", []string{document, "--config", config, "--variables", `[1]`}, 2, "", "--variables"},
		{"no list", []string{two, "--config", config, "--operation", "A", "--format", "table"}, 2, "", "no list of objects"},
		{"no file", []string{"no.graphql", "--config", config}, 2, "", "no.graphql cannot be read"},
		{"partial", []string{every, "--config", partial, "--retry-for", "0s"}, 3, `"softwareone": {`, "(UPSTREAM_FORBIDDEN)"},
		{"partial, allowed", []string{every, "--config", partial, "--allow-partial"}, 0, `"softwareone": {`, "(UPSTREAM_FORBIDDEN)"},
		{"nothing", []string{gone, "--config", partial, "--allow-partial"}, 1, `"users": null`, "nothing could be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := start(t, nil, append([]string{"query"}, c.args...)...)
			code := p.exit()
			if code != c.code || !strings.Contains(p.stdout.String(), c.stdout) || !strings.Contains(p.stderr.String(), c.stderr) {
				t.Errorf("exit %d\n%.500s\n%s", code, &p.stdout, &p.stderr)
			}
			if c.stdout == "" && p.stdout.String() != "" {
				t.Errorf("%s", &p.stdout)
			}
		})
	}
}

func TestQuery_StandardInput(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, "query", "-", "--format", "ndjson", "--config", writeFile(t, "a.yaml", startVendors(t).Config()))
	command.Stdin = strings.NewReader(`{ providers { name } }`)
	p := startCommand(t, nil, command)
	if code := p.exit(); code != 0 || strings.Count(p.stdout.String(), "\n") != 4 {
		t.Errorf("exit %d\n%s%s", code, &p.stdout, &p.stderr)
	}
}

func TestQuery_File(t *testing.T) {
	t.Parallel()
	config, path := writeFile(t, "a.yaml", startVendors(t).Config()), filepath.Join(t.TempDir(), "out.json")
	p := start(t, nil, "query", writeFile(t, "q.graphql", usersDocument), "--config", config, "--out", path)
	if code := p.exit(); code != 0 || p.stdout.String() != "" {
		t.Errorf("exit %d\n%s%s", code, &p.stdout, &p.stderr)
	}
	text, err := os.ReadFile(path)
	if err != nil || !json.Valid(text) {
		t.Errorf("%v\n%s", err, text)
	}
}
