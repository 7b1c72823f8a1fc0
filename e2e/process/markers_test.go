package process_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// The secrets of TestMarkers_StayInResponses, besides those of other tests.
const (
	redisPassword = "m4rk3r-redis-password-0123"
	cacheKey      = "bTRyazNyLWNhY2hlLWtleS0wMTIzNDU2Nzg5YWJjZDA=" // of 32 bytes
)

// operationName is a part of a document, which the log, metrics and spans have.
const operationName = "m4rk3r_operation_10"

// sent are texts that clients send: none of them is for logs, metrics, errors or Redis.
var sent = map[string]string{
	"a header":                 "m4rk3r-header-01",
	"a cookie":                 "m4rk3r-cookie-02",
	"a referrer":               "m4rk3r-referrer-03",
	"a user agent":             "m4rk3r-agent-04",
	"an address of a proxy":    "203.0.113.77",
	"a variable":               "m4rk3r-variable-05@person.example",
	"a variable in a URL":      "m4rk3r-urlvar-06@person.example",
	"an id in a URL":           "m4rk3r-urlid-07",
	"a text in a document":     "m4rk3r-literal-08@person.example",
	"a filter":                 "m4rk3r-filter-09",
	"an unknown argument":      "m4rk3r-argument-12",
	"a malformed body":         "m4rk3r-body-13",
	"a malformed variable":     "m4rk3r-malformed-14",
	"a token that is invalid":  "m4rk3r-token-15",
	"a secret that is invalid": "m4rk3r-secret-16-0123456789abcdef",
	"a path of the server":     "m4rk3r-path-17",
	"an extension":             "m4rk3r-extension-18",
	"a body of a vendor":       "m4rk3r-vendor-19@person.example",
	"a header of a vendor":     "m4rk3r-location-20",
}

// personalQuery reads personal data of every kind.
const personalQuery = `{
	users(first: 60) { nodes { id firstName lastName login email contactEmail phone { prefix number } } }
	accounts(first: 20) { nodes { address { addressLine1 addressLine2 postCode } } }
	buyers(first: 20) { nodes { taxId address { addressLine1 postCode } contact { email name phone { number } } } }
}`

// Secrets, personal data, and what clients and vendors send are in no log, metric, error, file
// or value in Redis, and in no output of a command. Personal data is in the responses to those
// who may read it.
func TestMarkers_StayInResponses(t *testing.T) {
	t.Parallel()
	redis := redistest.Run(t, "--requirepass", redisPassword, "--rdbcompression", "no")
	monitor := monitorRedis(t, redis)
	i, v, c := newIssuer(t), startVendors(t), startCollector(t)
	config := "cache: {redis: '${REDIS}', key: '${CACHE_KEY}'}\nproviders:\n"
	for _, vendor := range v.All {
		base, _ := startProxy(t, vendor)
		config += providerConfig(vendor, base, "caller_then_server")
	}
	config = strings.ReplaceAll(config, serversToken, "'${TOKEN}'")
	file := writeFile(t, "a.yaml", i.serverConfig(", introspection: false")+config)
	env := append([]string{
		"REDIS=redis://:" + redisPassword + "@127.0.0.1:" + redis.Port, "CACHE_KEY=" + cacheKey, "TOKEN=" + serversToken,
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url, "OTEL_TRACES_SAMPLER=always_on",
	}, gatewayEnv...)
	p := startServer(t, env, "serve", "--config", file)
	token := i.token(t, "personal:read cache:write")

	var responses, failures strings.Builder
	personal := map[string]string{}
	for _, header := range []string{"X-None: 1", credentialHeader("softwareone", "caller_then_server") + ": " + callersToken} {
		status, a, err := post(client(), p.address, encodeQuery(t, personalQuery, nil), token, header)
		if err != nil || status != http.StatusOK || len(a.Errors) > 0 {
			t.Fatalf("%d, %v: %.500s", status, err, a.text)
		}
		responses.WriteString(a.text)
		collect(personal, "", a.Data)
	}
	sendMarkers(t, p, v.Vendor("softwareone").Control, token, &failures)

	// All markers, and the outputs without any.
	markers := map[string]string{
		"the password of Redis": redisPassword, "the key of the cache": cacheKey, "the cache's key": "m4rk3r-cache-key", "the gateway's secret": gatewaySecret,
		"the server's token": serversToken, "a caller's token": callersToken, "a refused token": othersToken,
		"a JWT": strings.TrimPrefix(token, "Authorization: Bearer "), "the subject of a JWT": "s3cr3t-subject",
	}
	for name, text := range personal {
		markers[name] = text
	}
	for name, text := range sent {
		markers[name] = text
	}
	if len(markers) < 50 {
		t.Errorf("%d markers, want at least 50", len(markers))
	}
	check := start(t, env, "check", "--config", file)
	check.exit()
	wrong := start(t, append(env, "CACHE_KEY=m4rk3r-cache-key", "REDIS=redis://:"+redisPassword+"@::"), "check", "--config", file)
	if code := wrong.exit(); code != 2 {
		t.Errorf("with a wrong key and URL, check exits with %d", code)
	}
	_, _, metrics := p.get("/metrics")
	if status, _, err := post(client(), p.address, `{"query": "query LastOne { __typename }"}`, token); err != nil || status != http.StatusOK {
		t.Fatalf("%d, %v", status, err)
	}
	c.wait(t, "LastOne")
	_, spans := c.received()
	if !strings.Contains(spans, operationName) {
		t.Error("no span has the name of an operation")
	}
	_, _, ready := p.get("/readyz")
	outputs := map[string]string{
		"an error": failures.String(), "metrics": metrics, "spans": spans, "readiness": ready, "Redis": readRedis(t, redis), "commands of Redis": monitor(),
		"the output of check": check.stdout.String() + check.stderr.String() + wrong.stdout.String() + wrong.stderr.String(),
		"files":               readFiles(t, p.command.Dir),
	}
	p.signal(syscall.SIGQUIT)
	p.exit()
	outputs["the log with a dump of goroutines"] = p.stdout.String() + p.stderr.String()
	if !strings.Contains(outputs["the log with a dump of goroutines"], "goroutine ") {
		t.Error("no dump of goroutines")
	}
	p.stderr.reset() // The dump is no output that others may hold.
	for where, text := range outputs {
		for name, marker := range markers {
			if at := indexOf(text, marker); at >= 0 {
				t.Errorf("%s (%q) in %s: …%.200q…", name, marker, where, text[max(0, at-80):])
			}
		}
	}
	for name, text := range markers {
		_, isPersonal := personal[name]
		if strings.Contains(responses.String(), jsonText(text)) != isPersonal {
			t.Errorf("%s (%q) is in a response: %v", name, text, !isPersonal)
		}
	}
	if !strings.Contains(outputs["commands of Redis"], "accountgraph:") || !strings.Contains(outputs["Redis"], "accountgraph:") {
		t.Error("Redis was not used")
	}
	t.Logf("%d markers in %d outputs", len(markers), len(outputs))
}

// sendMarkers sends each text of sent in a request, and has a vendor fail with some.
func sendMarkers(t *testing.T, p *process, vendor *fakevendor.Control, token string, failures *strings.Builder) {
	t.Helper()
	headers := []string{
		token, "X-Other: " + sent["a header"], "Cookie: session=" + sent["a cookie"], "User-Agent: " + sent["a user agent"],
		"X-Forwarded-For: " + sent["an address of a proxy"], "Accept: application/json",
	}
	try := func(body string, headers ...string) {
		_, a, err := post(client(), p.address, body, headers...)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		for _, e := range a.Errors {
			fmt.Fprintln(failures, e.Message, e.Extensions)
		}
	}
	query := func(query string, variables map[string]any) { try(encodeQuery(t, query, variables), headers...) }
	query(`query `+operationName+`($e: String!) { person(email: $e) { name } }`, map[string]any{"e": sent["a variable"]})
	query(`{ person(email: "`+sent["a text in a document"]+`") { name } }`, nil)
	query(`{ users(first: 3, filter: {name: "`+sent["a filter"]+`"}) { nodes { id } } }`, nil)
	query(`{ users(first: 3, filter: {nothing: "`+sent["an unknown argument"]+`"}) { nodes { id } } }`, nil)
	query(`query($n: Int!) { users(first: $n) { nodes { id } } }`, map[string]any{"n": sent["a malformed variable"]})
	try(`{"query": "{ __typename }", "`+sent["a malformed body"]+`}`, headers...)
	try(`{"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "`+sent["an extension"]+`"}}}`, headers...)
	try(encodeQuery(t, `{ __typename }`, nil), "Authorization: Bearer "+sent["a token that is invalid"])
	try(encodeQuery(t, `{ __typename }`, nil), "Router-Authorization: "+sent["a secret that is invalid"])
	try(encodeQuery(t, `{ __typename }`, nil), token, "Referer: https://"+sent["a referrer"]+".example/", "Origin: https://"+sent["a referrer"]+".example")
	try(encodeQuery(t, `{ users(first: 1, filter: {providers: ["activeplatform-caller-then-server"]}) { nodes { id } } }`, nil), token, credentialHeader("activeplatform", "caller_then_server")+": "+othersToken)

	values := url.Values{
		"query":     {`query($e: String!, $id: ID!) { person(email: $e) { name } user(id: $id) { name } }`},
		"variables": {fmt.Sprintf(`{"e": %q, "id": "softwareone-caller-then-server:User:%s"}`, sent["a variable in a URL"], sent["an id in a URL"])},
	}
	for _, path := range []string{"/graphql?" + values.Encode(), "/" + sent["a path of the server"]} {
		r, err := http.NewRequest(http.MethodGet, "http://"+p.address+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		name, value, _ := strings.Cut(token, ": ")
		r.Header.Set(name, value)
		r.Header.Set("Content-Type", "application/json")
		res, err := client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}

	body := sent["a body of a vendor"]
	for _, fault := range []fakevendor.Fault{
		{Status: 500, Body: body}, {Status: 400, Body: `{"code": "` + body + `", "error": "` + body + `"}`}, {Status: 403, Body: body},
		{Status: 200, Body: `{"` + body + `": [`}, {Status: 200, ContentType: "text/html", Body: body},
		{Status: 429, RetryAfter: body}, {Location: "https://" + sent["a header of a vendor"] + ".example/"},
	} {
		fault.Path, fault.Times = "/", 1
		vendor.Add(fault)
		query(`{ users(first: 7, filter: {providers: ["softwareone-caller-then-server"], name: "`+fmt.Sprint(fault.Status, fault.ContentType)+`"}) { nodes { id } } }`, nil)
	}
}

func encodeQuery(t *testing.T, query string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// collect adds the personal texts of a response, but short ones, which are no personal data
// on their own.
func collect(texts map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if key != "id" {
				collect(texts, path+"."+key, inner)
			}
		}
	case []any:
		for i, inner := range v {
			collect(texts, fmt.Sprint(path, ".", i), inner)
		}
	case string:
		if len(v) >= 8 {
			texts[path] = v
		}
	}
}

func jsonText(text string) string {
	encoded, _ := json.Marshal(text) // a string can be encoded
	return strings.Trim(string(encoded), `"`)
}

// dialRedis connects to a Redis with a password, and sends a command.
func dialRedis(t *testing.T, redis *redistest.Server, command string) *bufio.Reader {
	t.Helper()
	connection, err := net.Dial("tcp", "127.0.0.1:"+redis.Port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	r := bufio.NewReader(connection)
	for _, line := range []string{"AUTH " + redisPassword, command} {
		if _, err := io.WriteString(connection, line+"\r\n"); err != nil {
			t.Fatal(err)
		}
		if reply, err := r.ReadString('\n'); err != nil || reply != "+OK\r\n" {
			t.Fatalf("%s: %q, %v", command, reply, err)
		}
	}
	return r
}

// monitorRedis collects the commands that a Redis receives, until the returned function is
// called.
func monitorRedis(t *testing.T, redis *redistest.Server) (commands func() string) {
	t.Helper()
	r, all := dialRedis(t, redis, "MONITOR"), make(chan string, 1)
	go func() {
		var b strings.Builder
		for {
			line, err := r.ReadString('\n')
			b.WriteString(line)
			if err != nil || strings.Contains(line, `"SELECT"`) {
				all <- b.String()
				return
			}
		}
	}()
	return func() string {
		dialRedis(t, redis, "SELECT 0")
		return <-all
	}
}

// readRedis returns all keys and values of a Redis, as it saves them.
func readRedis(t *testing.T, redis *redistest.Server) string {
	t.Helper()
	dialRedis(t, redis, "SAVE")
	content, err := os.ReadFile(filepath.Join(redis.Folder, "dump.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// readFiles returns the names and contents of the files in a folder.
func readFiles(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintln(&all, path, string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// indexOf returns where a marker is in a text. The digits of a telephone number also are in
// longer numbers, such as times in metrics: these do not count.
func indexOf(text, marker string) int {
	number := strings.Trim(marker, "0123456789") == ""
	isDigit := func(at int) bool { return at >= 0 && at < len(text) && text[at] >= '0' && text[at] <= '9' }
	for from := 0; ; {
		at := strings.Index(text[from:], marker)
		if at < 0 {
			return -1
		}
		at += from
		if !number || !isDigit(at-1) && !isDigit(at+len(marker)) {
			return at
		}
		from = at + 1
	}
}
