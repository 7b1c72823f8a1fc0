package softwareone_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone"
)

// platform answers requests without a network and remembers them.
type platform struct {
	// answer is the JSON for a path and a query; a text that begins with three
	// digits is a status and its body.
	answer func(path, query string) string

	mu   sync.Mutex
	asks []string
}

func (p *platform) RoundTrip(r *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/public/v1/accounts")
	p.mu.Lock()
	p.asks = append(p.asks, path+"?"+r.URL.RawQuery)
	p.mu.Unlock()
	body, status := p.answer(path, r.URL.RawQuery), http.StatusOK
	if n := 0; len(body) > 3 && body[0] != '{' {
		if _, err := fmt.Sscanf(body[:3], "%d", &n); err == nil {
			status, body = n, body[3:]
		}
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// asked are the requests so far.
func (p *platform) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asks...)
}

func connectTo(t testing.TB, p *platform, path string) *softwareone.Provider {
	t.Helper()
	provider, err := softwareone.New(upstream.Config{
		Provider:      &model.Provider{Name: "s1", Vendor: model.SoftwareOne, BaseURL: "https://api.example/public"},
		MaxConcurrent: 8, Transport: p,
	}, providers.NewSecret(token), softwareone.Options{AccountUsersPath: path})
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

// connect is a provider whose platform always gives the same answer.
func connect(t testing.TB, body string) (providers.Collections, *platform) {
	t.Helper()
	p := &platform{answer: func(string, string) string { return body }}
	return connectTo(t, p, "").Collections(), p
}

// rowsOf is a list as the platform sends it.
func rowsOf(rows ...string) string {
	return fmt.Sprintf(`{"$meta":{"pagination":{"offset":0,"limit":100,"total":%d},"omitted":[]},"data":[%s]}`,
		len(rows), strings.Join(rows, ","))
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func of(parentType string, ids ...string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: parentType, IDs: ids}}
}

// first is the only row of a page.
func first[T any](t testing.TB, page *providers.Page[T], err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 {
		t.Fatalf("%d rows, want one", len(page.Items))
	}
	return page.Items[0]
}

func TestPathOfAccountUsers(t *testing.T) {
	for path, usable := range map[string]bool{
		"":                               true,
		"/v1/accounts/{accountId}/users": true,
		newPath:                          true,
		"/v1/accounts/users":             false,
		"/v1/{accountId}/{accountId}":    false,
		"/v1/a{accountId}/users":         false,
		"/v1/../{accountId}/users":       false,
		"/v1//{accountId}/users":         false,
		"/v1/{accountId}/users?a=b":      false,
		"/v1/{accountId}/users#a":        false,
		"/v1/{accountId}/{userId}":       false,
		"/v1/%2e%2e/{accountId}":         false,
		"v1/{accountId}/users":           false,
	} {
		_, err := softwareone.New(upstream.Config{
			Provider: &model.Provider{Name: "s1", BaseURL: "https://api.example/public"}, MaxConcurrent: 1,
		}, providers.NewSecret(token), softwareone.Options{AccountUsersPath: path})
		if (err == nil) != usable {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestVendorCode(t *testing.T) {
	for body, want := range map[string]string{
		`400{"title":"Bad Request","errors":[{"id":"MPTACC03-0001","message":"No."}]}`:                                                              "MPTACC03-0001",
		`400{"type":"https://docs.example/errors/commerce#MPTCOM03-0078","title":"Conflict"}`:                                                       "MPTCOM03-0078",
		`400{"type":"https://docs.example/errors/commerce#MPTCOM03-0078","errors":[{"message":"No."}]}`:                                             "MPTCOM03-0078",
		`400{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"Bad Request","errors":{"mistake":["Unknown expression group."]}}`: "",
		`400{"title":"Anna Smith","errors":{"email":["Anna Smith"]}}`:                                                                               "",
		`400{"title":"Bad Request","errors":[{"message":"Anna Smith","properties":["a"]}]}`:                                                         "",
		`400{"title":"Bad Request","errors":[]}`:                                                                                                    "",
		`400{"title":7,"errors":"none","error":"Rate limit exceeded"}`:                                                                              "",
		`400{"error":{"code":1},"message":"Anna Smith"}`:                                                                                            "",
		`400{"type":"x#Anna Smith"}`:           "",
		`400[]`:                                "",
		`400"` + strings.Repeat("a", 80) + `"`: "",
		`400<html>`:                            "",
	} {
		c, _ := connect(t, body)
		_, err := c.Users.Page(t.Context(), providers.Query{}, "")
		var e *providers.Error
		if !errors.As(err, &e) || e.VendorCode != want || e.HTTPStatus != 400 || e.Provider == nil {
			t.Errorf("%s: %+v, want the code %q", body, e, want)
		}
	}
}

func TestWhatIsNotOffered(t *testing.T) {
	c, p := connect(t, rowsOf())
	if c.Organizations != nil || c.Roles != nil {
		t.Error("organizations and roles are offered")
	}
	for name, err := range map[string]error{
		"all memberships":      pageError(t, c.Memberships, providers.Query{}, ""),
		"of two accounts":      pageError(t, c.Memberships, of(model.TypeAccount, "ACC-1", "ACC-2"), ""),
		"of a group":           pageError(t, c.Memberships, of(model.TypeGroup, "UGR-1"), ""),
		"users of an account":  pageError(t, c.Users, of(model.TypeAccount, "ACC-1"), ""),
		"groups of a user":     pageError(t, c.Groups, of(model.TypeUser, "USR-1"), ""),
		"database":             pageError(t, c.Memberships, withDatabase(of(model.TypeAccount, "ACC-1")), ""),
		"database of users":    pageError(t, c.Users, withDatabase(providers.Query{}), ""),
		"account in no path":   pageError(t, c.Memberships, of(model.TypeAccount, ".."), ""),
		"token: word":          pageError(t, c.Users, providers.Query{}, "next"),
		"token: negative":      pageError(t, c.Users, providers.Query{}, "-1"),
		"token: zero in front": pageError(t, c.Users, providers.Query{}, "0100"),
		"token: part":          pageError(t, c.Users, providers.Query{}, "1.0"),
		"token: first part":    pageError(t, c.Users, providers.Query{}, "0.100"),
		"token: too far":       pageError(t, c.Users, providers.Query{}, "2147483648"),
		"token: of users":      pageError(t, c.Memberships, of(model.TypeUser, "USR-1"), "100"),
		"token: of an account": pageError(t, c.Memberships, of(model.TypeAccount, "ACC-1"), "1.0"),
	} {
		var e *providers.Error
		if !errors.As(err, &e) || e.Kind != providers.InvalidArgument || e.Provider == nil {
			t.Errorf("%s: %v, want bad input", name, err)
		}
	}
	if asks := p.asked(); len(asks) != 0 {
		t.Errorf("the platform was asked: %q", asks)
	}
}

func withDatabase(q providers.Query) providers.Query {
	q.Filter.Database = "d"
	return q
}

func pageError[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query, token string) error {
	t.Helper()
	_, err := c.Page(t.Context(), q, token)
	return err
}

func TestNeverAsksForTokens(t *testing.T) {
	c, p := connect(t, rowsOf())
	for _, err := range []error{
		pageError(t, c.Users, providers.Query{}, ""), pageError(t, c.Accounts, providers.Query{}, ""),
		pageError(t, c.Groups, providers.Query{}, ""), pageError(t, c.Buyers, providers.Query{}, ""),
		pageError(t, c.Sellers, providers.Query{}, ""), pageError(t, c.Modules, providers.Query{}, ""),
		pageError(t, c.Memberships, of(model.TypeAccount, "api-tokens"), ""),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	for _, ask := range p.asked() {
		if strings.HasPrefix(ask, "/api-tokens?") {
			t.Errorf("asked for %s", ask)
		}
	}
}
