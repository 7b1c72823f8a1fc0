package providertest_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

var defect = flag.String("defect", "", "defect of the fake provider")

func TestRun_ConformingProvider(t *testing.T) {
	providertest.Run(t, providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			p, err := newFakeProvider(upstream.Config{
				Provider:      &model.Provider{Name: "fake", Vendor: "FAKE", BaseURL: baseURL},
				Timeout:       timeout,
				MaxConcurrent: 8,
				Rand:          func() float64 { return 0 },
			}, token, *defect)
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			vendor := &fakeVendor{}
			server := httptest.NewServer(vendor)
			t.Cleanup(server.Close)
			return server.URL, &vendor.control
		},
		Token:     token,
		Forbidden: []string{model.TypeGroup},
	})
}

// Each defect makes one subtest fail. It runs in a process of its own.
func TestRun_NonconformingProvider(t *testing.T) {
	if *defect != "" {
		t.Fatal("-defect is set")
	}
	for name, subtest := range map[string]string{
		"another connection":      "connection",
		"Check without a call":    "connection",
		"token in a field":        "connection",
		"wrong id":                "lists",
		"wrong total":             "lists",
		"same next page":          "lists",
		"no freshness":            "lists",
		"drops matching rows":     "filters",
		"unsupported order":       "orders",
		"accepts any page token":  "tokens",
		"incomplete record":       "objects",
		"missing object":          "objects",
		"object differs from row": "objects",
		"error for unknown id":    "objects",
		"unescaped path":          "hostile_ids",
		"accepts null":            "faults/null",
		"ignores errors":          "faults/403",
		"token in an error":       "faults/403",
		"wrong kind":              "faults/429",
		"error without provider":  "faults/401",
		"ignores caller token":    "caller_credentials/invalid_token",
		"calls without a token":   "caller_credentials/no_call_without_a_token",
		"ignores Forbidden":       "forbidden",
		"no timeout":              "timeouts/timeout",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			only := "-test.run=^TestRun_ConformingProvider$/^" + strings.ReplaceAll(subtest, "/", "$/^") + "$"
			if exec.CommandContext(t.Context(), os.Args[0], only, "-defect="+name).Run() == nil {
				t.Errorf("%s does not fail", subtest)
			}
		})
	}
}
