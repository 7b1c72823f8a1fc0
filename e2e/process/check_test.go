package process_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
)

const (
	softwareOne = "    vendor: softwareone\n"
	// nowhere is a path that no vendor has.
	nowhere = "/nowhere"
)

// unreachable is a URL on which no server listens.
const unreachable = "http://127.0.0.1:1"

func TestCheck_Providers(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	good := v.Config()
	for _, test := range []struct {
		name, config string
		code         int
		// results are the results by provider that are not "ok"; "" stands for all.
		results map[string]string
		stderr  string
	}{
		{"all available", good, 0, nil, ""},
		{"a wrong token", strings.Replace(good, demo.Token, "s3cr3t", 1), 1,
			map[string]string{v.All[0].Name: "authentication failed (HTTP 401)"}, "accountgraph: 1 provider failed\n"},
		{"not listening", strings.Replace(good, v.Vendor("activeplatform").BaseURL, unreachable, 1), 1,
			map[string]string{"activeplatform": "unavailable: connection refused"}, "accountgraph: 1 provider failed\n"},
		{"a path that does not exist", strings.Replace(good, v.Vendor("activeplatform").BaseURL, v.Vendor("activeplatform").BaseURL+nowhere, 1), 1,
			map[string]string{"activeplatform": "not found (HTTP 404); is baseURL right?"}, "accountgraph: 1 provider failed\n"},
		{"a wrong path of account users", strings.Replace(good, softwareOne, softwareOne+"    accountUsersPath: /v1/wrong/{accountId}/users\n", 1), 1,
			map[string]string{"softwareone": `accountUsersPath "/v1/wrong/{accountId}/users": not found (HTTP 404)`}, "accountgraph: 1 provider failed\n"},
		{"a path of SoftwareOne that does not exist", strings.Replace(good, v.Vendor("softwareone").BaseURL, v.Vendor("softwareone").BaseURL+nowhere, 1), 1,
			map[string]string{"softwareone": "not found (HTTP 404); is baseURL right?"}, "accountgraph: 1 provider failed\n"},
		{"an unknown tenant", strings.Replace(good, "organizations: [", "organizations: [ORG-unknown, ", 1), 1,
			map[string]string{"blendvision": `organizations "ORG-unknown": not found (HTTP 404)`}, "accountgraph: 1 provider failed\n"},
		{"only wrong tokens", strings.ReplaceAll(good, demo.Token, "s3cr3t"), 1,
			map[string]string{"": "authentication failed (HTTP 401)"}, fmt.Sprintf("accountgraph: %d providers failed\n", len(v.All))},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, nil, "check", "--config", writeFile(t, "a.yaml", test.config))
			if code := p.exit(); code != test.code {
				t.Errorf("exit %d", code)
			}
			want := []string{"PROVIDER|VENDOR|BASE URL|TIME|RESULT"}
			for _, vendor := range v.All {
				result := "ok"
				for _, name := range []string{"", vendor.Name} {
					if other, ok := test.results[name]; ok {
						result = other
					}
				}
				url := vendor.BaseURL
				switch {
				case strings.Contains(test.config, url+nowhere):
					url += nowhere
				case !strings.Contains(test.config, url):
					url = unreachable
				}
				want = append(want, strings.Join([]string{vendor.Name, strings.ToUpper(vendor.Name), url, "TIME", result}, "|"))
			}
			table := regexp.MustCompile(`  +`).ReplaceAllString(strings.TrimSpace(p.stdout.String()), "|")
			table = regexp.MustCompile(`\|[0-9.]+m?s\|`).ReplaceAllString(table, "|TIME|")
			if diff := cmp.Diff(want, strings.Split(table, "\n")); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.stderr, p.stderr.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// With --json, check prints one document, also for a configuration that cannot be used.
func TestCheck_JSON(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	good, one := v.Config(), v.Vendor("activeplatform").BaseURL
	for name, test := range map[string]struct {
		config string
		code   int
		// want are parts of the document without white space.
		want []string
	}{
		"all available":  {good, 0, []string{`{"ok":true,"configuration":[],"providers":[{"name":"softwareone","vendor":"SOFTWAREONE","baseURL":"` + v.Vendor("softwareone").BaseURL + `","result":"ok"`, `"jwks":null,"redis":null}`}},
		"unknown host":   {strings.Replace(good, one, "https://nowhere.invalid", 1), 1, []string{`"ok":false`, `"result":"failed"`, `"code":"unavailable","message":"unavailable:unknownhost"`}},
		"untrusted":      {strings.Replace(good, one, untrusted.URL, 1), 1, []string{`"code":"unavailable","message":"unavailable:thecertificateisnottrusted"`}},
		"a wrong token":  {strings.Replace(good, demo.Token, "s3cr3t", 1), 1, []string{`"code":"unauthenticated","httpStatus":401,"message":"authenticationfailed(HTTP401)"`}},
		"unknown tenant": {strings.Replace(good, "organizations: [", "organizations: [ORG-unknown, ", 1), 1, []string{`{"key":"organizations","value":"ORG-unknown","result":"failed","code":"not_found","httpStatus":404,`}},
		"a wrong path":   {strings.Replace(good, one, one+nowhere, 1), 1, []string{`"code":"not_found","httpStatus":404,"message":"notfound(HTTP404);isbaseURLright?"`}},
		"account users": {strings.Replace(good, softwareOne, softwareOne+"    accountUsersPath: /v1/wrong/{accountId}/users\n", 1), 1,
			[]string{`"code":"not_found","httpStatus":404,"message":"accountUsersPath\"/v1/wrong/{accountId}/users\":notfound(HTTP404)"`}},
		"Redis":     {"cache: {redis: 'redis://:s3cr3t@127.0.0.1:1'}\n" + good, 1, []string{`"redis":{"target":"127.0.0.1:1","result":"failed","message":"connectionrefused"}`}},
		"not valid": {"cache: {fresh: soon}\n" + good, 2, []string{`{"ok":false,"configuration":[{"line":1,"key":"cache.fresh","message":"mustbeadurationsuchas60s"}],"providers":[],`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, nil, "check", "--json", "--config", writeFile(t, "a.yaml", test.config))
			if code := p.exit(); code != test.code {
				t.Errorf("exit %d", code)
			}
			text := strings.Join(strings.Fields(p.stdout.String()), "")
			if !json.Valid([]byte(text)) || strings.Contains(text, "s3cr3t") {
				t.Errorf("no document, or one with a credential: %s", text)
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s is not in %s", want, text)
				}
			}
		})
	}
}
