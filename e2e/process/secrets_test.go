package process_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// canary is a token that looks different in a URL, in a header and in JSON.
const canary = `s3cr3t-canary+/?&=%41"{}~`

// misbehaving are ways to fail in which a vendor, or whoever answers in its
// place, sends back all that it was sent.
var misbehaving = map[string]struct {
	answer http.HandlerFunc
	code   string
}{
	"absent": {nil, "UPSTREAM_UNAVAILABLE"},
	"broken": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"code": %[1]q, "error": %[1]q, "error_code": %[1]q, "status": %[1]q, "title": %[1]q, "traceId": %[1]q}`, echo(r))
	}, "UPSTREAM_UNAVAILABLE"},
	"refusing": {func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, echo(r))
	}, "UPSTREAM_FORBIDDEN"},
	"redirecting": {func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere?"+r.URL.RawQuery+url.QueryEscape(echo(r)), http.StatusFound)
	}, "UPSTREAM_BAD_RESPONSE"},
	"chatting": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, echo(r))
	}, "UPSTREAM_BAD_RESPONSE"},
	"garbled": {func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"%[1]s": "%[1]s`, url.QueryEscape(echo(r)))
	}, "UPSTREAM_BAD_RESPONSE"},
}

// echo is what a request holds of a credential.
func echo(r *http.Request) string {
	_, password, _ := r.BasicAuth()
	return r.URL.Query().Get("api_token") + password + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// TestNoTokenAnywhere holds that a credential leaves the program towards its
// vendor only, whatever the vendor does with it.
func TestNoTokenAnywhere(t *testing.T) {
	t.Parallel()
	text := anywhere + "providers:\n"
	want := map[string]string{}
	for how, m := range misbehaving {
		base := nobody
		if m.answer != nil {
			server := httptest.NewServer(m.answer)
			t.Cleanup(server.Close)
			base = server.URL
		}
		for _, vendor := range []string{"softwareone", "activityinfo", "activeplatform", "blendvision"} {
			for credential, keys := range map[string]string{"": "token: '${TOKEN}'", "-lent": "credentials: caller, credentialHeader: X-" + vendor + "-" + how} {
				name := vendor + "-" + how + credential
				want[name] = m.code
				text += fmt.Sprintf("  - {name: %s, vendor: %s, baseURL: '%s', %s", name, vendor, base, keys)
				if vendor == "blendvision" {
					text += ", organizations: [b]"
				}
				text += "}\n"
			}
		}
	}
	env, config := []string{"TOKEN=" + canary}, write(t, "a.yaml", text)
	p := serving(t, env, "--config", config)
	var mu sync.Mutex
	var seen strings.Builder
	var all sync.WaitGroup
	for name, code := range want {
		all.Go(func() {
			a := p.ask(fmt.Sprintf(`{ users(first: 1, filter: {providers: [%q]}) { nodes { id } } }`, name), "accountgraph-trace: 1", "X-"+strings.TrimSuffix(name, "-lent")+": "+canary)
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code || a.Errors[0].Extensions["provider"] != name {
				t.Errorf("%s: not %s\n%s", name, code, a.text)
			}
			mu.Lock()
			defer mu.Unlock()
			seen.WriteString(a.text)
		})
	}
	all.Wait()
	_, _, metrics := p.get("/metrics")
	seen.WriteString(metrics + p.ask(`{ providers { name baseURL status } }`).text)
	check := launch(t, env, "check", "--config", config)
	if code := check.exit(); code != 1 {
		t.Errorf("check: exit %d", code)
	}
	for _, o := range []*output{&p.stdout, &p.stderr, &check.stdout, &check.stderr} {
		seen.WriteString(o.String())
	}
	for _, form := range forms() {
		if at := strings.Index(seen.String(), form); at >= 0 {
			t.Errorf("%q in …%s…", form, seen.String()[max(0, at-200):at+len(form)])
		}
	}
}

// forms are how the token could be written: its first letters stand as they are
// in a URL and in JSON, but not in base64, where it matters what stands before.
func forms() []string {
	forms := []string{"s3cr3t"}
	for before := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + canary))
		forms = append(forms, encoded[4:16])
	}
	return forms
}
