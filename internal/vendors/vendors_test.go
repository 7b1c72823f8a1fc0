package vendors_test

import (
	"errors"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

func TestAll_MatchesSchema(t *testing.T) {
	schema, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	enum := regexp.MustCompile(`(?s)\nenum Vendor \{(.*?)\n\}`).FindSubmatch(schema)
	if enum == nil {
		t.Fatal("schema.graphqls has no enum Vendor")
	}
	var want, got []string
	for _, value := range regexp.MustCompile(`(?m)^  ([A-Z0-9_]+)`).FindAllSubmatch(enum[1], -1) {
		want = append(want, string(value[1]))
	}
	for _, v := range vendors.All() {
		got = append(got, string(v.Name))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("enum Vendor of schema.graphqls (-) and the list in internal/vendors (+) differ:\n%s", diff)
	}
}

// Each vendor is opened over its simulator, with the options that the simulator needs.
func TestOpen_EveryVendor(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Word(), func(t *testing.T) {
			simulator := v.Simulate("the-token")
			server := httptest.NewServer(simulator.Handler)
			t.Cleanup(server.Close)
			var calls []operation.Call
			shared := upstream.Config{Observe: func(c operation.Call) { calls = append(calls, c) }}
			c := parse(t, v, server.URL+simulator.BasePath, "token: the-token", simulator.Options)
			p, err := vendors.Open(c, shared)
			if err != nil {
				t.Fatal(err)
			}
			want := &model.Provider{Name: "one", Vendor: v.Name, BaseURL: server.URL + simulator.BasePath}
			if diff := cmp.Diff(want, p.Connection()); diff != "" {
				t.Error(diff)
			}
			if len(simulator.Control.TakeCalls()) != 0 {
				t.Error("Open called the vendor")
			}
			if err := p.Check(t.Context()); err != nil {
				t.Errorf("Check: %v", err)
			}
			if len(simulator.Control.TakeCalls()) == 0 || len(calls) == 0 {
				t.Error("Check called no vendor, or was not observed")
			}
		})
	}
}

func TestOpen_WithoutToken(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Word(), func(t *testing.T) {
			simulator := v.Simulate("the-token")
			server := httptest.NewServer(simulator.Handler)
			t.Cleanup(server.Close)
			c := parse(t, v, server.URL+simulator.BasePath, "credentials: caller\n    credentialHeader: X-One", simulator.Options)
			p, err := vendors.Open(c, upstream.Config{})
			if err != nil {
				t.Fatal(err)
			}
			var failed *providers.Error
			if err := p.Check(t.Context()); !errors.As(err, &failed) || failed.Kind != providers.Unauthenticated {
				t.Errorf("Check: %v", err)
			}
			if err := p.WithCredential(c.Token).Check(t.Context()); err == nil {
				t.Error("an empty token passed Check")
			}
			if calls := simulator.Control.TakeCalls(); len(calls) != 0 {
				t.Errorf("the vendor was called without a token: %v", calls)
			}
			if err := p.WithCredential(providers.NewSecret("the-token")).Check(t.Context()); err != nil {
				t.Errorf("Check with the caller's token: %v", err)
			}
		})
	}
}

func TestOpen_UnknownVendor(t *testing.T) {
	p, err := vendors.Open(config.Provider{Name: "one", Vendor: "ACME", BaseURL: "https://acme.example"}, upstream.Config{})
	if p != nil || err == nil || err.Error() != "unknown vendor: ACME" {
		t.Errorf("%v, %v", p, err)
	}
}

// A key belongs to one vendor, so that a message about it can name that vendor.
func TestConfig_KeysAreUnique(t *testing.T) {
	owner := map[string]model.Vendor{}
	for _, v := range vendors.Config() {
		for _, key := range v.Keys {
			if other, taken := owner[key.Name]; taken {
				t.Errorf("%s: %s is a key of %s", v.Name, key.Name, other)
			}
			owner[key.Name] = v.Name
			if key.Doc == "" {
				t.Errorf("%s: %s has no description", v.Name, key.Name)
			}
			if key.Default != "" && key.Check != nil && key.Check(key.Default) != "" {
				t.Errorf("%s: the default of %s: %s", v.Name, key.Name, key.Check(key.Default))
			}
		}
	}
}

func TestConfig_AccountUsersPath(t *testing.T) {
	check := keyCheck(t, "accountUsersPath")
	for path, want := range map[string]bool{
		"/v1/accounts/{accountId}/users": true, "/v1/accounts/accounts/{accountId}/users": true, "/{accountId}": true,
		"": false, "/v1/users": false, "v1/{accountId}": false, "/{accountId}/{accountId}": false, "/{id}/{accountId}": false,
		"/{accountId}?a": false, "/{accountId}#a": false, "/{accountId}/../a": false, "//a/{accountId}": false, "/{accountId}/a b": false,
		"/x{accountId}": false, "/{accountId}/": false, "/{accountId}/%2e": false, `/{accountId}\a`: false, "/{accountId}/\x7f": false, "/{accountId}/é": false,
	} {
		if got := check(path) == ""; got != want {
			t.Errorf("%q is accepted: %v, want %v", path, got, want)
		}
	}
}

func TestConfig_FirstPage(t *testing.T) {
	check := keyCheck(t, "firstPage")
	for text, want := range map[string]bool{"0": true, "1": true, "2": false, "-1": false, "01": false, "one": false} {
		if got := check(text) == ""; got != want {
			t.Errorf("%q is accepted: %v, want %v", text, got, want)
		}
	}
}

// keyCheck returns the check of a vendor's key.
func keyCheck(t *testing.T, name string) func(string) string {
	t.Helper()
	for _, v := range vendors.Config() {
		for _, key := range v.Keys {
			if key.Name == name {
				return key.Check
			}
		}
	}
	t.Fatalf("no key %s", name)
	return nil
}

// parse returns the provider "one" as a configuration file describes it.
func parse(t *testing.T, v vendors.Vendor, baseURL, credential string, o config.Options) config.Provider {
	t.Helper()
	text := "providers:\n  - name: one\n    vendor: " + v.Word() + "\n    baseURL: " + baseURL + "\n    " + credential + "\n"
	for _, key := range v.Keys {
		switch values := o[key.Name]; {
		case values == nil:
		case key.List:
			text += "    " + key.Name + ": [" + strings.Join(values, ", ") + "]\n"
		default:
			text += "    " + key.Name + ": " + values[0] + "\n"
		}
	}
	c, err := config.Parse("test", []byte(text), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	return c.Providers[0]
}
