package process_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// secretToken is a token that URLs, headers and JSON encode differently.
const secretToken = `s3cr3t-canary+/?&=%41"{}~`

// vendorFaults are failures in which the response repeats what the request held.
var vendorFaults = map[string]struct {
	handler http.HandlerFunc
	code    string
}{
	"absent": {nil, "UPSTREAM_UNAVAILABLE"},
	"broken": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"code": %[1]q, "error": %[1]q, "error_code": %[1]q, "status": %[1]q, "title": %[1]q, "traceId": %[1]q}`, receivedToken(r))
	}, "UPSTREAM_UNAVAILABLE"},
	"refusing": {func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, receivedToken(r))
	}, "UPSTREAM_FORBIDDEN"},
	"redirecting": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere?"+r.URL.RawQuery+url.QueryEscape(receivedToken(r)), http.StatusFound)
	}, "UPSTREAM_BAD_RESPONSE"},
	"chatting": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, receivedToken(r))
	}, "UPSTREAM_BAD_RESPONSE"},
	"nocontent":    {raw("HTTP/1.1 204 No Content\r\nContent-Length: 1000\r\n\r\n%s"), "UPSTREAM_BAD_RESPONSE"},
	"unmodified":   {raw("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n%s"), "UPSTREAM_BAD_RESPONSE"},
	"interim":      {raw(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: %[1]s\r\n\r\n", 3000)), "UPSTREAM_BAD_RESPONSE"},
	"bigheader":    {raw("HTTP/1.1 200 OK\r\nX-Token: %s" + strings.Repeat(" ", 70<<10) + "\r\n\r\n"), "UPSTREAM_BAD_RESPONSE"},
	"utf16":        {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-16\r\nContent-Length: 2\r\n\r\n[]%s"), "UPSTREAM_BAD_RESPONSE"},
	"mail":         {raw("220 %s\r\n"), "UPSTREAM_BAD_RESPONSE"},
	"trailing":     {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n42%s"), "UPSTREAM_BAD_RESPONSE"},
	"unauthorized": {failing(401, ""), "UPSTREAM_UNAUTHENTICATED"},
	"malformed":    {failing(400, ""), "UPSTREAM_BAD_RESPONSE"},
	"missing":      {failing(404, ""), "UPSTREAM_BAD_RESPONSE"},
	"removed":      {failing(410, ""), "UPSTREAM_BAD_RESPONSE"},
	"limiting":     {failing(429, ""), "UPSTREAM_RATE_LIMITED"},
	"limitinglong": {failing(429, "3600"), "UPSTREAM_RATE_LIMITED"},
	"overloaded":   {failing(503, ""), "UPSTREAM_UNAVAILABLE"},
	"gateway":      {failing(502, "7200"), "UPSTREAM_UNAVAILABLE"},
	"late":         {failing(504, ""), "UPSTREAM_TIMEOUT"},
	"created":      {failing(201, ""), "UPSTREAM_BAD_RESPONSE"},
	"limitingdate": {failing(429, "Fri, 31 Dec 2100 23:59:59 GMT"), "UPSTREAM_RATE_LIMITED"},
	"limitingneg":  {failing(429, "-1"), "UPSTREAM_RATE_LIMITED"},
	"limitinghuge": {failing(503, strings.Repeat("9", 30)), "UPSTREAM_UNAVAILABLE"},
	"accepted":     {failing(202, ""), "UPSTREAM_BAD_RESPONSE"},
	"partial":      {raw("HTTP/1.1 206 Partial Content\r\nContent-Type: application/json\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\n[]%s"), "UPSTREAM_BAD_RESPONSE"},
	"brotli":       {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n[]%s"), "UPSTREAM_BAD_RESPONSE"},
	"gzippedtwice": {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 2\r\n\r\n[]%s"), "UPSTREAM_BAD_RESPONSE"},
	"nogzip":       {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]%s"), "UPSTREAM_BAD_RESPONSE"},
	"chunkcut": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `["%s"`, url.QueryEscape(receivedToken(r)))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}, "UPSTREAM_BAD_RESPONSE"},
	"badchunk":  {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n%s\r\n"), "UPSTREAM_BAD_RESPONSE"},
	"half":      {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n[]%s"), "UPSTREAM_BAD_RESPONSE"},
	"mark":      {sending("\xef\xbb\xbf[\"%s\"]"), "UPSTREAM_BAD_RESPONSE"},
	"null":      {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull%s"), "UPSTREAM_BAD_RESPONSE"},
	"hanging":   {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "UPSTREAM_TIMEOUT"},
	"hangingup": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "UPSTREAM_UNAVAILABLE"},
	"truncated": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "9000")
		sending(`{"%s"`)(w, r)
	}, "UPSTREAM_BAD_RESPONSE"},
	"empty":       {raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"), "UPSTREAM_BAD_RESPONSE"},
	"text":        {sending(`"%s"`), "UPSTREAM_BAD_RESPONSE"},
	"otherobject": {sending(`{"code": 7, "message": "%s", "details": []}`), "UPSTREAM_BAD_RESPONSE"},
	"latin1":      {sending("{\"%s\": \"\xe4\"}"), "UPSTREAM_BAD_RESPONSE"},
	"deep":        {sending(strings.Repeat("[", 100_000) + "%s"), "UPSTREAM_BAD_RESPONSE"},
	"large":       {sending(`"%s` + strings.Repeat("a", 2<<20) + `"`), "UPSTREAM_BAD_RESPONSE"},
	"garbled": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"%[1]s": "%[1]s`, url.QueryEscape(receivedToken(r)))
	}, "UPSTREAM_BAD_RESPONSE"},
}

// raw responds with bytes that no HTTP server sends; %s in them is the received token.
func raw(response string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		token := strings.NewReplacer("\r", "", "\n", "").Replace(receivedToken(r))
		fmt.Fprintf(c, response, token)
		_, _ = c.Read(make([]byte, 1)) // until the client disconnects
	}
}

// failing responds with a status, and with the received token in its body.
func failing(status int, retryAfter string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error": %q}`, receivedToken(r))
	}
}

// sending responds with a body of JSON; %s in it is the received token.
func sending(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, body, url.QueryEscape(receivedToken(r)))
	}
}

// receivedToken returns the credential of a request.
func receivedToken(r *http.Request) string {
	_, password, _ := r.BasicAuth()
	return r.URL.Query().Get("api_token") + password + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// A credential is sent to its vendor only: it is in no response, metric, log or output,
// whatever the vendor sends back. Each fault has its code, at the field that needs the vendor;
// the other fields have their data.
func TestSecrets_NoTokenLeaves(t *testing.T) {
	t.Parallel()
	// One request a provider and credential is sent at the same time.
	text := listenAnywhere + "limits: {queuedOperations: 1000, queueWait: 10s}\n" + startVendors(t).Config()
	want := map[string]string{}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect to another host was followed: %s", r.URL)
	}))
	t.Cleanup(elsewhere.Close)
	faults := maps.Clone(vendorFaults)
	redirect := faults["redirecting"]
	redirect.handler = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}
	faults["redirectinghost"] = redirect
	for how, m := range faults {
		base := unreachable
		if m.handler != nil {
			server := httptest.NewServer(m.handler)
			t.Cleanup(server.Close)
			base = server.URL
		}
		for _, vendor := range []string{"softwareone", "activityinfo", "activeplatform", "blendvision"} {
			for credential, keys := range map[string]string{"": "token: '${TOKEN}'", "-delegated": "credentials: caller, credentialHeader: X-" + vendor + "-" + how} {
				name := vendor + "-" + how + credential
				want[name] = m.code
				text += fmt.Sprintf("  - {name: %s, vendor: %s, baseURL: '%s', maxBody: 1MiB, %s", name, vendor, base, keys)
				if how == "hanging" {
					text += ", timeout: 1s"
				}
				if vendor == "blendvision" {
					text += ", organizations: [b]"
				}
				text += "}\n"
			}
		}
	}
	env, config := []string{"TOKEN=" + secretToken}, writeFile(t, "a.yaml", text)
	p := startServer(t, env, "--config", config)
	var mu sync.Mutex
	var seen strings.Builder
	var all sync.WaitGroup
	t.Logf("%d faults, %d providers with a fault", len(faults), len(want))
	for name, code := range want {
		all.Go(func() {
			a := p.query(fmt.Sprintf(`{ failing: users(first: 1, filter: {providers: [%q]}) { nodes { id } } other: users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } }`, name),
				"accountgraph-trace: 1", "X-"+strings.TrimSuffix(name, "-delegated")+": "+secretToken)
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code || a.Errors[0].Extensions["provider"] != name ||
				!slices.Equal(a.Errors[0].Path, []any{"failing"}) || a.value("failing") != nil || a.value("other.nodes.0.id") == nil {
				t.Errorf("%s: not %s\n%s", name, code, a.text)
			}
			mu.Lock()
			defer mu.Unlock()
			seen.WriteString(a.text)
		})
	}
	all.Wait()
	p.waitStderr("a vendor sent bytes that belong to no response")
	_, _, metrics := p.get("/metrics")
	seen.WriteString(metrics + p.query(`{ providers { name baseURL status } }`).text)
	check := start(t, env, "check", "--config", config)
	if code := check.exit(); code != 1 {
		t.Errorf("check: exit %d", code)
	}
	for _, o := range []*output{&p.stdout, &p.stderr, &check.stdout, &check.stderr} {
		seen.WriteString(o.String())
	}
	for _, form := range encodings() {
		if at := strings.Index(seen.String(), form); at >= 0 {
			t.Errorf("%q in …%s…", form, seen.String()[max(0, at-200):at+len(form)])
		}
	}
}

// encodings returns texts that reveal the token. Its first letters are the same in a URL
// and in JSON; in base64 they depend on the position.
func encodings() []string {
	forms := []string{"s3cr3t"}
	for before := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + secretToken))
		forms = append(forms, encoded[4:16])
	}
	return forms
}
