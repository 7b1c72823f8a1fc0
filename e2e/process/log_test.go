package process_test

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// The log has one line for each provider whose credential its vendor refuses, however many
// requests fail for it.
func TestLog_RefusedCredentials(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	config := listenAnywhere + strings.ReplaceAll(v.Config(), demo.Token, "s3cr3t")
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", config))
	for range 3 {
		if status, a, err := post(client(), p.address, `{"query": "{ users { totalCount } }"}`); err != nil || status != http.StatusOK || len(a.Errors) == 0 {
			t.Fatalf("%d %v %s", status, err, a.text)
		}
	}
	for _, vendor := range v.All {
		line := fmt.Sprintf(`"msg":"the vendor refuses the credential of a provider","provider":"%s","reason":"unauthenticated","httpStatus":401}`, vendor.Name)
		if n := strings.Count(p.stderr.String(), line); n != 1 {
			t.Errorf("%d lines for %s:\n%s", n, vendor.Name, &p.stderr)
		}
	}
	if strings.Contains(p.stderr.String(), "s3cr3t") {
		t.Error("a token is logged")
	}
}

// The log has one line for an index that cannot be built, and one when it is built again.
func TestLog_IndexFails(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	row := "    vendor: blendvision\n"
	config := strings.Replace(v.Config(), row, row+"    index: {minRows: 0}\n", 1)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+config))
	const query = `{ users(first: 1, filter: {providers: ["blendvision"], name: "a"}) { complete totalCount } }`
	for _, vendor := range v.All {
		vendor.Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusForbidden})
	}
	for range 2 {
		if a := p.query(query); len(a.Errors) == 0 {
			t.Errorf("no error: %s", a.text)
		}
	}
	for _, vendor := range v.All {
		vendor.Control.Reset()
	}
	if a := p.query(query); len(a.Errors) > 0 {
		t.Error(a.text)
	}
	p.query(query)
	for _, line := range []string{
		`"level":"WARN","msg":"the index of a provider could not be built","provider":"blendvision","reason":"forbidden","httpStatus":403`,
		`"level":"INFO","msg":"the index of a provider is built again","provider":"blendvision"}`,
	} {
		p.waitStderr(line)
		if n := strings.Count(p.stderr.String(), line); n != 1 {
			t.Errorf("%d lines %s:\n%s", n, line, &p.stderr)
		}
	}
}

// A Sentinel that does not know the master: the log says so at the start, and check fails.
func TestLog_UnknownMaster(t *testing.T) {
	t.Parallel()
	sentinel := redistest.RunSentinel(t)
	config := writeFile(t, "a.yaml", fmt.Sprintf("%scache: {redis: 'redis://127.0.0.1:%s?master=nomaster'}\n%s", listenAnywhere, sentinel.Port, startVendors(t).Config()))
	p := startServer(t, nil, "--config", config)
	p.waitStderr(`"msg":"redis unavailable, using memory cache only","component":"pagecache","reason":"no Sentinel knows this master"`)
	if _, _, metrics := p.get("/metrics"); !strings.Contains(metrics, `accountgraph_cache_events_total{event="redis_down"} 1`) {
		t.Error("redis_down is not counted")
	}
	check := start(t, nil, "check", "--config", config)
	if code := check.exit(); code != 1 || !strings.HasSuffix(check.stdout.String(), "\nRedis 127.0.0.1:"+sentinel.Port+", master \"nomaster\": no Sentinel knows this master\n") || check.stderr.String() != "accountgraph: the cache cannot use Redis\n" {
		t.Errorf("exit %d: %s%s", code, &check.stdout, &check.stderr)
	}
}

// Each request has a line with its operation and the hashes of its caller and document; a part
// of them if so configured. SIGUSR1 switches the level.
func TestLog_Requests(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	config := i.serverConfig("") + "telemetry: {log: {requests: 1, level: warn}}\n" + startVendors(t).Config()
	p := startServer(t, gatewayEnv, "serve", "--config", writeFile(t, "a.yaml", config))
	send := func(id string) {
		t.Helper()
		body := `{"query": "query Names($id: ID!) { user(id: $id) { name } }", "variables": {"id": "softwareone:User:USR-1120-1514"}}`
		if status, a, err := post(client(), p.address, body, i.token(t, ""), "X-Request-Id: "+id, "Apollographql-Client-Name: console"); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v %s", status, err, a.text)
		}
	}
	send("first")
	p.signal(syscall.SIGUSR1)
	p.waitStderr(`"log level switched","to":"DEBUG"`)
	send("second")
	p.waitStderr(`"msg":"request","requestId":"second","status":200,"type":"query","operation":"Names","hash":"[0-9a-f]{64}","caller":"[0-9a-f]{32}","client":"console","from":"(remembered|executed)"`)
	p.signal(syscall.SIGUSR1)
	p.waitStderr(`"log level switched","to":"WARN"`)
	send("third")
	for _, id := range []string{"first", "third"} {
		if strings.Contains(p.stderr.String(), `"requestId":"`+id+`"`) {
			t.Errorf("a line below the level:\n%s", &p.stderr)
		}
	}
	if count, _ := p.metric(`accountgraph_client_requests_total{client="console",outcome="ok"}`); count != 3 {
		t.Errorf("%v requests of the client are counted", count)
	}
}
