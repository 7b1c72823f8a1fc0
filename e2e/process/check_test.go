package process_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
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
		results      []string
		stderr       string
	}{
		{"all available", good, 0, []string{"ok", "ok", "ok", "ok"}, ""},
		{"a wrong token", strings.Replace(good, demo.Token, "s3cr3t", 1), 1,
			[]string{"authentication failed (HTTP 401)", "ok", "ok", "ok"}, "accountgraph: 1 provider failed\n"},
		{"not listening", strings.Replace(good, v.Vendor("activeplatform").BaseURL, unreachable, 1), 1,
			[]string{"ok", "ok", "unavailable", "ok"}, "accountgraph: 1 provider failed\n"},
		{"four wrong tokens", strings.ReplaceAll(good, demo.Token, "s3cr3t"), 1,
			strings.Split(strings.Repeat("|authentication failed (HTTP 401)", 4)[1:], "|"), "accountgraph: 4 providers failed\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, nil, "check", "--config", writeFile(t, "a.yaml", test.config))
			if code := p.exit(); code != test.code {
				t.Errorf("exit %d", code)
			}
			want := []string{"PROVIDER|VENDOR|BASE URL|TIME|RESULT"}
			for i, vendor := range v.All {
				url := vendor.BaseURL
				if !strings.Contains(test.config, url) {
					url = unreachable
				}
				want = append(want, strings.Join([]string{vendor.Name, strings.ToUpper(vendor.Name), url, "TIME", test.results[i]}, "|"))
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
