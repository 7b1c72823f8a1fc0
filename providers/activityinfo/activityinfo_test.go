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
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

const token = "token-of-the-activityinfo-tests"

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			p, err := activityinfo.New(upstream.Config{
				Provider:      &model.Provider{Name: "activityinfo", Vendor: model.ActivityInfo, BaseURL: baseURL},
				Timeout:       timeout,
				MaxConcurrent: 8,
				Rand:          func() float64 { return 0 },
			}, providers.NewSecret(token), activityinfo.Options{BillingAccounts: []string{activityinfofake.LargeAccount}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			fake := activityinfofake.New(token)
			server := httptest.NewServer(fake)
			t.Cleanup(server.Close)
			return server.URL, &fake.Control
		},
		Token:     token,
		Accounts:  []string{activityinfofake.FirstAccount, activityinfofake.LargeAccount},
		Users:     []string{activityinfofake.UserID(100), activityinfofake.UserID(150)},
		Databases: true,
	})
}

// vendor answers in place of the network, and writes down what it was asked.
type vendor struct {
	http.Handler
	mu    sync.Mutex
	asked []string
}

// RoundTrip answers a request.
func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	v.asked = append(v.asked, r.URL.RequestURI())
	v.mu.Unlock()
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	return w.Result(), nil
}

// connect builds a provider named ai over a vendor that answers like this.
func connect(t testing.TB, answers http.Handler, billing ...string) (*activityinfo.Provider, *vendor) {
	t.Helper()
	v := &vendor{Handler: answers}
	p, err := activityinfo.New(upstream.Config{
		Provider: &model.Provider{Name: "ai", Vendor: model.ActivityInfo, BaseURL: "https://activityinfo.example"},
		Timeout:  10 * time.Second, MaxConcurrent: 8, Transport: v,
	}, providers.NewSecret(token), activityinfo.Options{BillingAccounts: billing})
	if err != nil {
		t.Fatal(err)
	}
	return p, v
}

// fixed answers by path: with a body, or with the status that stands there.
type fixed map[string]any

// ServeHTTP answers a request; what has no answer is not found.
func (f fixed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch answer := f[r.URL.Path].(type) {
	case string:
		_, _ = w.Write([]byte(answer))
	case int:
		w.WriteHeader(answer)
		_, _ = w.Write([]byte(`{"code":"SOME_WORD"}`))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":"NOT_FOUND"}`))
	}
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNew(t *testing.T) {
	for _, account := range []string{"", "0", "-1", "01", "1.0", "1e9", " 1", "SUB000", "9223372036854775808", "1/../2"} {
		_, err := activityinfo.New(upstream.Config{
			Provider: &model.Provider{Name: "ai", Vendor: model.ActivityInfo, BaseURL: "https://activityinfo.example"},
			Timeout:  time.Second, MaxConcurrent: 1,
		}, providers.NewSecret(token), activityinfo.Options{BillingAccounts: []string{"190780004", account}})
		if err == nil {
			t.Errorf("New takes %q for a billing account", account)
		}
	}
}

func TestCredential(t *testing.T) {
	p, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		if !ok || user == "" || password != token {
			t.Errorf("Authorization is %q", r.Header.Get("Authorization"))
		}
		fixed{"/resources/databases": "[]"}.ServeHTTP(w, r)
	}))
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		billing []string
		want    string
	}{
		"configured": {[]string{"17", "4"}, "/resources/billingAccounts/17"},
		"discovered": {nil, "/resources/databases"},
	} {
		t.Run(name, func(t *testing.T) {
			p, v := connect(t, fixed{"/resources/databases": "[]", "/resources/billingAccounts/17": `{"id":17}`}, c.billing...)
			if err := p.Check(t.Context()); err != nil {
				t.Error(err)
			}
			if len(v.asked) != 1 || v.asked[0] != c.want {
				t.Errorf("Check asked %q, want %q", v.asked, c.want)
			}
			p, _ = connect(t, fixed{c.want: http.StatusUnauthorized}, c.billing...)
			if err := p.Check(t.Context()); providers.KindOf(err) != providers.Unauthenticated {
				t.Errorf("Check = %v, want Unauthenticated", err)
			}
		})
	}
}
