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

var mutant = flag.String("mutant", "", "the promise that the toy client breaks")

// A client that keeps all promises passes.
func TestToy(t *testing.T) {
	providertest.Run(t, providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			p, err := newToy(upstream.Config{
				Provider:      &model.Provider{Name: "toy", Vendor: "TOY", BaseURL: baseURL},
				Timeout:       timeout,
				MaxConcurrent: 8,
				Rand:          func() float64 { return 0 },
			}, token, *mutant)
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			vendor := &toyVendor{}
			server := httptest.NewServer(vendor)
			t.Cleanup(server.Close)
			return server.URL, &vendor.control
		},
		Token:     token,
		Forbidden: []string{model.TypeGroup},
	})
}

// A client that breaks a promise fails, in the case that is about it. Each
// mutant runs in a process of its own, where its failure harms nobody.
func TestMutants(t *testing.T) {
	if *mutant != "" {
		t.Fatal("a mutant among mutants")
	}
	for name, dies := range map[string]string{
		"names itself anew":           "info",
		"checks nothing":              "info",
		"keeps the token":             "info",
		"mixes up ids":                "lists",
		"tells a wrong total":         "lists",
		"stands still":                "lists",
		"hides its age":               "lists",
		"drops what matches":          "filters",
		"claims an order":             "orders",
		"takes any token":             "tokens",
		"gives half a record":         "objects",
		"loses an object":             "objects",
		"changes what it listed":      "objects",
		"fails for what is not there": "objects",
		"joins paths by hand":         "hostile_ids",
		"takes null for a list":       "faults/null",
		"swallows failures":           "faults/403",
		"tells the token":             "faults/403",
		"confuses kinds":              "faults/429",
		"forgets who failed":          "faults/401",
		"lends its own token":         "lent_tokens/a_bad_token",
		"asks without a token":        "lent_tokens/nobody_is_asked_without_a_token",
		"hides a refusal":             "forbidden",
		"waits for ever":              "waiting/beyond_the_timeout",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			only := "-test.run=^TestToy$/^" + strings.ReplaceAll(dies, "/", "$/^") + "$"
			if exec.CommandContext(t.Context(), os.Args[0], only, "-mutant="+name).Run() == nil {
				t.Errorf("%s passes", dies)
			}
		})
	}
}
