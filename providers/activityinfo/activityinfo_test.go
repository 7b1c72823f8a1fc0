package activityinfo_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo"
)

const token = "token-of-the-activityinfo-tests"

func TestNew_InvalidBillingAccount(t *testing.T) {
	for _, account := range []string{"", "0", "-1", "01", "1.0", "1e9", " 1", "SUB000", "9223372036854775808", "1/../2"} {
		_, err := activityinfo.New(upstream.Config{
			Provider: &model.Provider{Name: "ai", Vendor: model.ActivityInfo, BaseURL: "https://activityinfo.example"},
			Timeout:  time.Second, MaxConcurrent: 1,
		}, providers.NewSecret(token), activityinfo.Options{BillingAccounts: []string{"190780004", account}})
		if err == nil {
			t.Errorf("New accepts the billing account %q", account)
		}
	}
}

func TestNew_BasicAuthentication(t *testing.T) {
	p, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		if !ok || user == "" || password != token {
			t.Errorf("Authorization is %q", r.Header.Get("Authorization"))
		}
		responses{"/resources/databases": "[]"}.ServeHTTP(w, r)
	}))
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestProvider_Check(t *testing.T) {
	for name, c := range map[string]struct {
		billing []string
		want    string
	}{
		"configured": {[]string{"17", "4"}, "/resources/billingAccounts/17"},
		"discovered": {nil, "/resources/databases"},
	} {
		t.Run(name, func(t *testing.T) {
			p, v := connect(t, responses{"/resources/databases": "[]", "/resources/billingAccounts/17": `{"id":17}`}, c.billing...)
			if err := p.Check(t.Context()); err != nil {
				t.Error(err)
			}
			if len(v.calls) != 1 || v.calls[0] != c.want {
				t.Errorf("Check calls %q, want %q", v.calls, c.want)
			}
			p, _ = connect(t, responses{c.want: http.StatusUnauthorized}, c.billing...)
			if err := p.Check(t.Context()); providers.KindOf(err) != providers.Unauthenticated {
				t.Errorf("Check = %v, want Unauthenticated", err)
			}
		})
	}
}

// recorder is a transport that records the URIs of requests and serves them without
// a network.
type recorder struct {
	http.Handler
	mu    sync.Mutex
	calls []string
}

// RoundTrip implements http.RoundTripper.
func (v *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	v.calls = append(v.calls, r.URL.RequestURI())
	v.mu.Unlock()
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	return w.Result(), nil
}

// connect returns a provider named ai whose vendor is vendor.
func connect(t testing.TB, vendor http.Handler, billing ...string) (*activityinfo.Provider, *recorder) {
	t.Helper()
	v := &recorder{Handler: vendor}
	return open(t, upstream.Config{Transport: v}, billing...), v
}

// open returns a provider named ai.
func open(t testing.TB, c upstream.Config, billing ...string) *activityinfo.Provider {
	t.Helper()
	c.Provider = &model.Provider{Name: "ai", Vendor: model.ActivityInfo, BaseURL: "https://activityinfo.example"}
	c.Timeout, c.MaxConcurrent = 10*time.Second, 8
	p, err := activityinfo.New(c, providers.NewSecret(token), activityinfo.Options{BillingAccounts: billing})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// responses are the responses by path: a string is a body, an int is a status.
type responses map[string]any

// ServeHTTP responds with 404 to other paths.
func (f responses) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch response := f[r.URL.Path].(type) {
	case string:
		_, _ = w.Write([]byte(response))
	case int:
		w.WriteHeader(response)
		_, _ = w.Write([]byte(`{"code":"SOME_CODE"}`))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":"NOT_FOUND"}`))
	}
}

func readTestdata(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func ofAccount(id string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: model.TypeAccount, IDs: []string{id}}}
}

func ofUsers(ids ...string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: model.TypeUser, IDs: ids}}
}

// vendorIDs returns the vendor ids of records.
func vendorIDs[T model.Node](nodes []T) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.GlobalID().VendorID()
	}
	return ids
}
