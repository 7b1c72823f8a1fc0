package blendvision_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

// transport is a vendor without a network.
type transport func(r *http.Request) (status int, body string)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := f(r)
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}, nil
}

// connect returns a provider whose vendor is f.
func connect(t testing.TB, f transport, organizations ...string) *blendvision.Provider {
	t.Helper()
	p, err := blendvision.New(config("http://127.0.0.1:1", f), providers.NewSecret(token),
		blendvision.Options{Organizations: organizations})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// respondWith returns a vendor that responds with body to every request, except for the
// pages after the first one, which are empty.
func respondWith(body string) transport {
	return func(r *http.Request) (int, string) {
		if page := r.URL.Query().Get("current_page"); page != "" && page != "1" {
			return http.StatusOK, `{"accounts":[],"organizations":[],"roles":[]}`
		}
		return http.StatusOK, body
	}
}

func config(baseURL string, f http.RoundTripper) upstream.Config {
	return upstream.Config{
		Provider:      &model.Provider{Name: "bv", Vendor: model.BlendVision, BaseURL: baseURL},
		Timeout:       10 * time.Second,
		MaxConcurrent: 8,
		Transport:     f,
	}
}

// connectFake returns a provider of a fake, the fake's control, and the ids of the
// configured organizations.
func connectFake(t *testing.T) (*blendvision.Provider, *fakevendor.Control, []string) {
	t.Helper()
	fake := blendvisionfake.New(token)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	p, err := blendvision.New(config(server.URL, nil), providers.NewSecret(token),
		blendvision.Options{Organizations: fake.Organizations()})
	if err != nil {
		t.Fatal(err)
	}
	return p, &fake.Control, fake.Organizations()
}

func of(typ string, ids ...string) providers.Query {
	return providers.Query{Parent: providers.Parent{Type: typ, IDs: ids}}
}

// readList reads all pages of a list.
func readList[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query) []T {
	t.Helper()
	var items []T
	for token := ""; ; {
		page, err := c.Page(t.Context(), q, token)
		if err != nil {
			t.Fatalf("Page(%q) = %v", token, err)
		}
		items = append(items, page.Items...)
		if len(page.Errors) > 0 {
			t.Fatalf("Page(%q): %v", token, page.Errors)
		}
		if page.Next == "" {
			return items
		}
		token = page.Next
	}
}

func TestOrganizations_OmitSecrets(t *testing.T) {
	p, _, organizations := connectFake(t)
	c := p.Collections()
	records := fmt.Sprintf("%v", c.Organizations.Get(t.Context(), organizations))
	for _, o := range readList(t, c.Organizations, of(model.TypeOrganization, organizations[1])) {
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		records += string(b)
	}
	for _, secret := range []string{"keep-me-secret", "secret.example"} {
		if strings.Contains(records, secret) {
			t.Errorf("records contain %q", secret)
		}
	}
}

func TestCollections_InvalidArgument(t *testing.T) {
	p := connect(t, func(r *http.Request) (int, string) {
		t.Errorf("unexpected call of %s", r.URL)
		return http.StatusOK, "{}"
	}, "one")
	c := p.Collections()
	database := providers.Filter{Database: "cka1b2c3"}
	for name, call := range map[string]func() error{
		"users of a group":      func() error { _, err := c.Users.Page(t.Context(), of(model.TypeGroup, "1"), ""); return err },
		"users in a database":   func() error { _, err := c.Users.Page(t.Context(), providers.Query{Filter: database}, ""); return err },
		"memberships by page 0": func() error { _, err := c.Memberships.Page(t.Context(), providers.Query{}, "one/0"); return err },
		"members of an account": func() error { _, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "1"), ""); return err },
		"members of two organizations": func() error {
			_, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, "one", "two"), "")
			return err
		},
		"members of no organization":    func() error { _, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization), ""); return err },
		"organizations of a user":       func() error { _, err := c.Organizations.Page(t.Context(), of(model.TypeUser, "1"), ""); return err },
		"token of another organization": func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "two/1"); return err },
		"token of page 0":               func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one/0"); return err },
		"token without page":            func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one"); return err },
		"token with a number alone":     func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one/2"); return err },
	} {
		if kind := providers.KindOf(call()); kind != providers.InvalidArgument {
			t.Errorf("%s: %v, want InvalidArgument", name, kind)
		}
	}
	for _, id := range []string{"one,two", "one/two", "one two", "one\r\nx: y"} {
		_, list := c.Memberships.Page(t.Context(), of(model.TypeOrganization, id), "")
		_, roles := c.Roles(t.Context(), id)
		if providers.KindOf(list) != providers.InvalidID || providers.KindOf(roles) != providers.InvalidID {
			t.Errorf("organization %q: %v, %v; want InvalidID", id, list, roles)
		}
	}
}

func TestNew_Organizations(t *testing.T) {
	for _, id := range []string{"", "a b", "a,b", "a/b", "a\nb", "ä", strings.Repeat("x", 129)} {
		_, err := blendvision.New(config("http://127.0.0.1:1", nil), providers.NewSecret(token),
			blendvision.Options{Organizations: []string{"fine", id}})
		if providers.KindOf(err) != providers.InvalidID {
			t.Errorf("New with organization %.10q = %v, want InvalidID", id, err)
		}
	}

	p := connect(t, respondWith(`{"accounts":[],"pagination":{}}`), "two", "one", "two")
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "one/1")
	if err != nil || page.Next != "" {
		t.Errorf("page after the last organization: %+v, %v", page, err)
	}

	none := connect(t, respondWith("{}"))
	c := none.Collections()
	_, users := c.Users.Page(t.Context(), providers.Query{}, "")
	_, memberships := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	_, organizations := c.Organizations.Page(t.Context(), providers.Query{}, "")
	for name, err := range map[string]error{
		"Check": none.Check(t.Context()), "users": users, "memberships": memberships, "organizations": organizations,
		"a user": c.Users.Get(t.Context(), []string{"1"}).Failed["1"],
	} {
		if providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("%s without organizations: %v, want InvalidArgument", name, err)
		}
	}
}
