package process_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// replace replaces the text of a file at once.
func replace(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// hangUp sends SIGHUP and waits for a line that matches the pattern for the nth time.
func (p *process) hangUp(n int, pattern string) {
	p.t.Helper()
	p.signal(syscall.SIGHUP)
	p.waitStderr("(?s)" + strings.Repeat(pattern+".*", n))
}

const (
	reloaded    = `"configuration reloaded"`
	notReloaded = `"configuration not reloaded, the one before stays in use","reason":"[^"]*%s`
)

// SIGHUP neither ends the server nor a request.
func TestReload_UnderLoad(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config()))
	stop := make(chan struct{})
	var requests sync.WaitGroup
	for range 4 {
		requests.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if status, a, err := post(client(), p.address, oneUser); err != nil || status != http.StatusOK || a.value("users.nodes.0.id") == nil {
					t.Errorf("request %d: %d %v %s", n, status, err, a.text)
					return
				}
			}
		})
	}
	for n := range 3 {
		p.hangUp(n+1, reloaded)
	}
	close(stop)
	requests.Wait()
}

// SIGHUP reads the keys, the gateway's secrets and the manifest again, all or nothing: if one
// of them cannot be used, the others stay as they are, too.
func TestReload_KeysSecretsAndDocuments(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	set := func() string {
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.Load().Public()}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const (
		first  = `{"first": "query First { users(first: 1) { nodes { id } } }"}`
		second = `{"second": "query Second { users(first: 1) { nodes { id } } }"}`
	)
	keys, manifest := writeFile(t, "keys.json", set()), writeFile(t, "documents.json", first)
	vendors := startVendors(t).Config()
	configure := func(secret, more string) string {
		return "server: {listen: 127.0.0.1:0, auth: {router: {secrets: ['${" + secret + "}']}, jwt: {issuer: 'https://login.example', audience: accountgraph, " +
			"jwksFile: '" + keys + "', algorithms: [ES256]}}}\ndocuments: {only: true, manifest: '" + manifest + "'}\n" + more + vendors
	}
	config := writeFile(t, "a.yaml", configure("OLD_SECRET", ""))
	p := startServer(t, gatewayEnv, "--config", config)

	ask := func(document, header string) int {
		t.Helper()
		status, _, err := post(client(), p.address, `{"documentId": "`+document+`"}`, header)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	old := i.token(t, "personal:read")
	i.rotate(t, "second")
	current := i.token(t, "personal:read")
	const oldSecret, newSecret = "Router-Authorization: old-" + gatewaySecret, "Router-Authorization: " + gatewaySecret
	before := func(when string) {
		t.Helper()
		if got := [...]int{ask("first", old), ask("second", old), ask("first", current), ask("first", oldSecret), ask("first", newSecret)}; got != [...]int{200, 400, 401, 200, 401} {
			t.Errorf("%s: %v", when, got)
		}
	}
	before("at first")

	for _, bad := range []struct{ name, keys, manifest, config, reason string }{
		{"a manifest that is not valid", set(), `{"second": "{ nothing }"}`, configure("ROUTER_SECRET", ""), `documents\.manifest`},
		{"keys that are not valid", "{}", second, configure("ROUTER_SECRET", ""), `server\.auth\.jwt\.jwksFile`},
		{"a configuration that is not valid", set(), second, configure("ROUTER_SECRET", "limits: {aliases: -1}\n"), `limits\.aliases`},
	} {
		replace(t, keys, bad.keys)
		replace(t, manifest, bad.manifest)
		replace(t, config, bad.config)
		p.hangUp(1, fmt.Sprintf(notReloaded, ".*"+bad.reason))
		before(bad.name)
	}

	replace(t, keys, set())
	replace(t, manifest, second)
	replace(t, config, configure("ROUTER_SECRET", "limits: {aliases: 3}\n"))
	p.hangUp(1, reloaded)
	p.waitStderr(`"changes need a restart","keys":\["limits"\]`)
	if got := [...]int{ask("second", current), ask("first", current), ask("second", old), ask("second", newSecret), ask("second", oldSecret)}; got != [...]int{200, 400, 401, 200, 401} {
		t.Errorf("after the reload: %v", got)
	}
	if strings.Contains(p.stderr.String(), gatewaySecret) {
		t.Error("the log has a secret")
	}
}

// Keys of an issuer that does not respond are not replaced.
func TestReload_IssuerIsDown(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	p := startServer(t, gatewayEnv, "--config", writeFile(t, "a.yaml", i.serverConfig("")+startVendors(t).Config()))
	token := i.token(t, "personal:read")
	p.query(`{ users(first: 1) { nodes { email } } }`, token)
	i.down.Store(true)
	p.hangUp(1, fmt.Sprintf(notReloaded, `server\.auth\.jwt\.jwks: HTTP status 503`))
	p.query(`{ users(first: 1) { nodes { email } } }`, token)
	i.down.Store(false)
	p.hangUp(1, reloaded)
	p.query(`{ users(first: 1) { nodes { email } } }`, token)
}

// Whether clients authenticate is decided at the start.
func TestReload_Authentication(t *testing.T) {
	t.Parallel()
	vendors := startVendors(t).Config()
	config := writeFile(t, "a.yaml", listenAnywhere+vendors)
	p := startServer(t, gatewayEnv, "--config", config)
	replace(t, config, "server: {listen: 127.0.0.1:0, auth: open}\n"+vendors)
	p.hangUp(1, reloaded)
	p.waitStderr(`"changes need a restart","keys":\["server"\]`)
	r, err := http.NewRequest(http.MethodGet, "http://"+p.address+"/graphql?query={__typename}", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "attacker.example"
	r.Header.Set("Accept", "application/json")
	res, err := client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("HTTP %d for another Host", res.StatusCode)
	}
}

// The demo has no configuration.
func TestReload_Demo(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "demo", "--listen", "127.0.0.1:0")
	p.hangUp(1, fmt.Sprintf(notReloaded, "the demo has no configuration file"))
	p.query(`{ users(first: 1) { nodes { id } } }`)
}
