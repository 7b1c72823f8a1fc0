package blendvision_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
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

// transport answers without a network.
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

// answering is a connection to a vendor that answers in this way.
func answering(t testing.TB, f transport, organizations ...string) *blendvision.Provider {
	t.Helper()
	p, err := blendvision.New(config("http://127.0.0.1:1", f), providers.NewSecret(token),
		blendvision.Options{Organizations: organizations})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// always is a vendor that gives one answer to everything.
func always(body string) transport {
	return func(*http.Request) (int, string) { return http.StatusOK, body }
}

func config(baseURL string, f http.RoundTripper) upstream.Config {
	return upstream.Config{
		Provider:      &model.Provider{Name: "bv", Vendor: model.BlendVision, BaseURL: baseURL},
		Timeout:       10 * time.Second,
		MaxConcurrent: 8,
		Transport:     f,
	}
}

// simulation is a connection to the simulator.
func simulation(t *testing.T) (*blendvision.Provider, *fakevendor.Control, []string) {
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

// everything reads a list to its end.
func everything[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query) []T {
	t.Helper()
	var items []T
	for token := ""; ; {
		page, err := c.Page(t.Context(), q, token)
		if err != nil {
			t.Fatalf("Page(%q) = %v", token, err)
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			return items
		}
		token = page.Next
	}
}

func TestEveryCallNamesOneOrganizationAndSaysItsPageSize(t *testing.T) {
	p, control, organizations := simulation(t)
	c := p.Collections()
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	everything(t, c.Users, providers.Query{})
	c.Users.Get(t.Context(), []string{blendvisionfake.AccountID(279)})
	everything(t, c.Memberships, of(model.TypeUser, blendvisionfake.AccountID(240)))
	everything(t, c.Memberships, of(model.TypeOrganization, organizations[0]))
	c.Memberships.Get(t.Context(), []string{organizations[1] + "/" + blendvisionfake.AccountID(240)})
	everything(t, c.Organizations, providers.Query{})
	everything(t, c.Organizations, of(model.TypeOrganization, organizations[1]))
	c.Organizations.Get(t.Context(), organizations)
	if _, err := c.Roles(t.Context(), organizations[1]); err != nil {
		t.Fatal(err)
	}
	for _, call := range control.Calls() {
		if ids := call.Header.Values("x-bv-org-id"); len(ids) != 1 || !slices.Contains(organizations, ids[0]) {
			t.Errorf("%s?%s acts for %q", call.Path, call.Query, ids)
		}
		if call.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("%s is called without the token", call.Path)
		}
		if call.Path != "/bv/org/v1/organizations" && !strings.Contains(call.Query, "items_per_page=100") {
			t.Errorf("%s?%s leaves the page at the vendor's default of one row", call.Path, call.Query)
		}
	}
}

func TestCallsThatAQuestionCosts(t *testing.T) {
	// The first organization has two pages of members, the others one each.
	for name, c := range map[string]struct {
		ask  func(c providers.Collections, organizations []string)
		want int
	}{
		"all users": {func(c providers.Collections, _ []string) {
			everything(t, c.Users, providers.Query{})
		}, 4},
		"users on first pages": {func(c providers.Collections, _ []string) {
			c.Users.Get(t.Context(), []string{blendvisionfake.AccountID(110), blendvisionfake.AccountID(299)})
		}, 3},
		"a user on no first page": {func(c providers.Collections, _ []string) {
			c.Users.Get(t.Context(), []string{blendvisionfake.AccountID(270) + "?"})
		}, 4},
		"no user": {func(c providers.Collections, _ []string) {
			c.Users.Get(t.Context(), nil)
		}, 0},
		"memberships of two users": {func(c providers.Collections, _ []string) {
			everything(t, c.Memberships, of(model.TypeUser, blendvisionfake.AccountID(110), blendvisionfake.AccountID(240)))
		}, 4},
		"two memberships on a first page": {func(c providers.Collections, o []string) {
			c.Memberships.Get(t.Context(), []string{
				o[0] + "/" + blendvisionfake.AccountID(110), o[0] + "/" + blendvisionfake.AccountID(111),
			})
		}, 1},
		"memberships of two organizations": {func(c providers.Collections, o []string) {
			c.Memberships.Get(t.Context(), []string{
				o[0] + "/" + blendvisionfake.AccountID(110), o[1] + "/" + blendvisionfake.AccountID(111),
			})
		}, 2},
		"members of exactly one page": {func(c providers.Collections, o []string) {
			everything(t, c.Memberships, of(model.TypeOrganization, o[1]))
		}, 1},
		"organizations": {func(c providers.Collections, _ []string) {
			everything(t, c.Organizations, providers.Query{})
		}, 3},
		"roles on two pages": {func(c providers.Collections, o []string) {
			_, _ = c.Roles(t.Context(), o[1])
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			p, control, organizations := simulation(t)
			c.ask(p.Collections(), organizations)
			if n := len(control.Calls()); n != c.want {
				t.Errorf("%d calls, want %d", n, c.want)
			}
		})
	}
}

func TestSecretsOfOrganizationsStayAtTheVendor(t *testing.T) {
	p, _, organizations := simulation(t)
	c := p.Collections()
	read := fmt.Sprintf("%v", c.Organizations.Get(t.Context(), organizations))
	for _, o := range everything(t, c.Organizations, of(model.TypeOrganization, organizations[1])) {
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		read += string(b)
	}
	for _, secret := range []string{"keep-me-secret", "secret.example"} {
		if strings.Contains(read, secret) {
			t.Errorf("what was read holds %q", secret)
		}
	}
}

func TestRefusedQuestions(t *testing.T) {
	p := answering(t, func(r *http.Request) (int, string) {
		t.Errorf("%s was called", r.URL)
		return http.StatusOK, "{}"
	}, "one")
	c := p.Collections()
	database := providers.Filter{Database: "cka1b2c3"}
	for name, ask := range map[string]func() error{
		"users of a group":      func() error { _, err := c.Users.Page(t.Context(), of(model.TypeGroup, "1"), ""); return err },
		"users in a database":   func() error { _, err := c.Users.Page(t.Context(), providers.Query{Filter: database}, ""); return err },
		"all memberships":       func() error { _, err := c.Memberships.Page(t.Context(), providers.Query{}, ""); return err },
		"members of an account": func() error { _, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "1"), ""); return err },
		"members of two at once": func() error {
			_, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, "one", "two"), "")
			return err
		},
		"members of none": func() error { _, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization), ""); return err },
		"a header of two": func() error {
			_, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, "one,two"), "")
			return err
		},
		"a header of two lines":    func() error { _, err := c.Roles(t.Context(), "one\r\nx: y"); return err },
		"organizations of a user":  func() error { _, err := c.Organizations.Page(t.Context(), of(model.TypeUser, "1"), ""); return err },
		"a foreign organization":   func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "two/1"); return err },
		"an organization's page 0": func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one/0"); return err },
		"an organization alone":    func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one"); return err },
		"a page written oddly":     func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one/+2"); return err },
		"a page beyond 32 bits":    func() error { _, err := c.Users.Page(t.Context(), providers.Query{}, "one/2147483648"); return err },
	} {
		if kind := providers.KindOf(ask()); kind != providers.InvalidArgument {
			t.Errorf("%s: %v, want BadInput", name, kind)
		}
	}
}

func TestConfiguredOrganizations(t *testing.T) {
	for _, id := range []string{"", "a b", "a,b", "a/b", "a\nb", "ä", strings.Repeat("x", 129)} {
		_, err := blendvision.New(config("http://127.0.0.1:1", nil), providers.NewSecret(token),
			blendvision.Options{Organizations: []string{"fine", id}})
		if providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("New with the organization %.10q = %v, want BadInput", id, err)
		}
	}

	p := answering(t, always(`{"accounts":[],"pagination":{}}`), "two", "one", "two")
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "one/1")
	if err != nil || page.Next != "" {
		t.Errorf("behind the last organization: %+v, %v", page, err)
	}

	none := answering(t, always("{}"))
	c := none.Collections()
	_, users := c.Users.Page(t.Context(), providers.Query{}, "")
	_, memberships := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	_, organizations := c.Organizations.Page(t.Context(), providers.Query{}, "")
	for name, err := range map[string]error{
		"Check": none.Check(t.Context()), "users": users, "memberships": memberships, "organizations": organizations,
		"a user": c.Users.Get(t.Context(), []string{"1"}).Failed["1"],
	} {
		if providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("%s without organizations: %v, want BadInput", name, err)
		}
	}
}
