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

// stubPlatform is a transport with canned responses that records requests.
type stubPlatform struct {
	// respond returns the JSON for a path and a query; text that begins with three
	// digits is a status and its body.
	respond func(path, query string) string

	mu       sync.Mutex
	received []string
}

func (p *stubPlatform) RoundTrip(r *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/public/v1/accounts")
	p.mu.Lock()
	p.received = append(p.received, path+"?"+r.URL.RawQuery)
	p.mu.Unlock()
	body, status := p.respond(path, r.URL.RawQuery), http.StatusOK
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

// requests returns the path and query of each request so far.
func (p *stubPlatform) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.received...)
}

func connectTo(t testing.TB, p *stubPlatform, path string) *softwareone.Provider {
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

// connect connects to a platform that always sends the same response.
func connect(t testing.TB, body string) (providers.Collections, *stubPlatform) {
	t.Helper()
	p := &stubPlatform{respond: func(string, string) string { return body }}
	return connectTo(t, p, "").Collections(), p
}

// rowsOf returns a list as the platform sends it.
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

func listOf(parentType string, ids ...string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: parentType, IDs: ids}}
}

// onlyRow returns the only row of a page.
func onlyRow[T any](t testing.TB, page *providers.Page[T], err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 {
		t.Fatalf("%d rows, want one", len(page.Items))
	}
	return page.Items[0]
}

func TestNew_ChecksAccountUsersPath(t *testing.T) {
	for path, valid := range map[string]bool{
		"":                               true,
		"/v1/accounts/{accountId}/users": true,
		membersPath2026:                  true,
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
		if (err == nil) != valid {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestVendorCode_IsAnErrorID(t *testing.T) {
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

func TestCollections_RejectUnsupportedLists(t *testing.T) {
	c, p := connect(t, rowsOf())
	if c.Organizations != nil || c.Roles != nil {
		t.Error("the vendor has organizations or roles")
	}
	for name, err := range map[string]error{
		"all memberships":      pageError(t, c.Memberships, providers.Query{}, ""),
		"of two accounts":      pageError(t, c.Memberships, listOf(model.TypeAccount, "ACC-1", "ACC-2"), ""),
		"of a group":           pageError(t, c.Memberships, listOf(model.TypeGroup, "UGR-1"), ""),
		"users of an account":  pageError(t, c.Users, listOf(model.TypeAccount, "ACC-1"), ""),
		"groups of a user":     pageError(t, c.Groups, listOf(model.TypeUser, "USR-1"), ""),
		"database":             pageError(t, c.Memberships, withDatabase(listOf(model.TypeAccount, "ACC-1")), ""),
		"database of users":    pageError(t, c.Users, withDatabase(providers.Query{}), ""),
		"token: text":          pageError(t, c.Users, providers.Query{}, "next"),
		"token: negative":      pageError(t, c.Users, providers.Query{}, "-1"),
		"token: zero in front": pageError(t, c.Users, providers.Query{}, "0100"),
		"token: part":          pageError(t, c.Users, providers.Query{}, "1.0"),
		"token: first part":    pageError(t, c.Users, providers.Query{}, "0.100"),
		"token: too far":       pageError(t, c.Users, providers.Query{}, "2147483648"),
		"token: of users":      pageError(t, c.Memberships, listOf(model.TypeUser, "USR-1"), "100"),
		"token: of an account": pageError(t, c.Memberships, listOf(model.TypeAccount, "ACC-1"), "1.0"),
	} {
		var e *providers.Error
		if !errors.As(err, &e) || e.Kind != providers.InvalidArgument || e.Provider == nil {
			t.Errorf("%s: %v, want InvalidArgument", name, err)
		}
	}
	if requests := p.requests(); len(requests) != 0 {
		t.Errorf("requests %q", requests)
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

func TestProvider_NeverRequestsTokens(t *testing.T) {
	c, p := connect(t, rowsOf())
	for _, err := range []error{
		pageError(t, c.Users, providers.Query{}, ""), pageError(t, c.Accounts, providers.Query{}, ""),
		pageError(t, c.Groups, providers.Query{}, ""), pageError(t, c.Buyers, providers.Query{}, ""),
		pageError(t, c.Sellers, providers.Query{}, ""), pageError(t, c.Modules, providers.Query{}, ""),
		pageError(t, c.Memberships, listOf(model.TypeAccount, "api-tokens"), ""),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	for _, request := range p.requests() {
		if strings.HasPrefix(request, "/api-tokens?") {
			t.Errorf("requested %s", request)
		}
	}
}
