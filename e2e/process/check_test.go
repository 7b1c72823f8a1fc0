package process_test

import (
	"fmt"
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
		// results are the results by provider that are not "ok"; "" stands for all.
		results map[string]string
		stderr  string
	}{
		{"all available", good, 0, nil, ""},
		{"a wrong token", strings.Replace(good, demo.Token, "s3cr3t", 1), 1,
			map[string]string{v.All[0].Name: "authentication failed (HTTP 401)"}, "accountgraph: 1 provider failed\n"},
		{"not listening", strings.Replace(good, v.Vendor("activeplatform").BaseURL, unreachable, 1), 1,
			map[string]string{"activeplatform": "unavailable"}, "accountgraph: 1 provider failed\n"},
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
				if !strings.Contains(test.config, url) {
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
