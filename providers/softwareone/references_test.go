package softwareone_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// sizeRecorder is a transport to a simulator that records response sizes.
type sizeRecorder struct {
	fake *softwareonefake.Fake
	mu   sync.Mutex
	// max is the size of the largest response so far.
	max int
}

func (s *sizeRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.fake.ServeHTTP(w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.max = max(s.max, w.Body.Len())
	return w.Result(), nil
}

func connectFake(t *testing.T, path string) (providers.Collections, *sizeRecorder) {
	t.Helper()
	p, s := connectFakeAt(t, path, nil)
	return p.Collections(), s
}

func connectFakeAt(t *testing.T, path string, now func() time.Time) (*softwareone.Provider, *sizeRecorder) {
	t.Helper()
	s := &sizeRecorder{fake: softwareonefake.New(token)}
	p, err := softwareone.New(upstream.Config{
		Provider:  &model.Provider{Name: "s1", Vendor: model.SoftwareOne, BaseURL: "https://api.example/public"},
		Transport: s, Now: now,
	}, providers.NewSecret(token), softwareone.Options{AccountUsersPath: path})
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

// Pages stay small: references are short, since select does not name them.
func TestMemberships_PageHasShortReferences(t *testing.T) {
	// 100 members take 188 KB; with whole groups they would take 1.1 MB.
	const maxBytes = 250_000
	for name, path := range map[string]string{"nested": "", "flat": membersPath2026} {
		c, s := connectFake(t, path)
		page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, softwareonefake.FirstAccount), "")
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(page.Items, func(m *model.Membership) bool { return len(m.Groups) > 0 && len(m.Buyers) > 0 })
		if s.max > maxBytes || len(page.Items) != 100 || i < 0 {
			t.Fatalf("%s: %d members in %d bytes, the first with groups and buyers at index %d", name, len(page.Items), s.max, i)
		}
		m := page.Items[i]
		for _, c := range []struct {
			node model.Node
			held []string
			not  []string
		}{
			{m.User, []string{"name", "email", "firstName", "lastName", "settings"}, []string{"audit"}},
			{m.Account, []string{"name", "type", "status", "icon"}, []string{"website", "address", "audit"}},
			{m.Groups[0], []string{"name", "description", "isDefault"}, []string{"users", "buyers", "modules"}},
			{m.Buyers[0], []string{"name", "icon"}, []string{"taxId", "status", "contact"}},
			{m.Modules[0], []string{"name", "settings"}, []string{"accountTypes"}},
		} {
			if got := heldFields(c.node, c.held...); !slices.Equal(got, c.held) {
				t.Errorf("%s: %s holds %q, want %q", name, c.node.GlobalID(), got, c.held)
			}
			if got := heldFields(c.node, c.not...); len(got) != 0 {
				t.Errorf("%s: %s holds %q", name, c.node.GlobalID(), got)
			}
		}
		if path == "" && !(m.User.HasField("status") && m.User.HasField("lastLoginAt")) {
			t.Error("the user of a member lacks requested fields")
		}
	}
}

func TestCollection_GetHasShortReferences(t *testing.T) {
	c, s := connectFake(t, "")
	// 100 groups take 186 KB; with whole users they would take 600 KB.
	const maxBytes = 250_000
	ids := make([]string, 100)
	for n := range ids {
		ids[n] = softwareonefake.GroupID(n)
	}
	if found := c.Groups.Get(t.Context(), ids); len(found.Objects) != 100 || s.max > maxBytes {
		t.Errorf("%d groups in %d bytes", len(found.Objects), s.max)
	}
	group := get(t, c.Groups, softwareonefake.GroupID(1))
	if u := group.Users[0]; !u.HasField("name") || u.HasField("email") {
		t.Errorf("a user of a group is %+v", u)
	}
	user := get(t, c.Users, softwareonefake.EverywhereUser)
	if a := user.CurrentAccount; a == nil || !a.HasField("name") || a.HasField("address") {
		t.Errorf("the current account is %+v", a)
	}
	buyer := get(t, c.Buyers, softwareonefake.BuyerID(0))
	if a := buyer.Account; a == nil || !a.HasField("name") || a.HasField("website") {
		t.Errorf("the account of a buyer is %+v", a)
	}
	if s := buyer.Sellers; len(s) == 0 || !s[0].HasField("externalId") || s[0].HasField("address") {
		t.Errorf("the sellers of a buyer are %v", s)
	}
	contact := buyer.Contact
	if contact == nil || contact.Email == nil || contact.Phone == nil || contact.Type == nil || contact.User == nil {
		t.Fatalf("the contact of a buyer is %+v", contact)
	}
	if u := contact.User; u.Name == nil || !u.HasField("phone") || u.HasField("email") {
		t.Errorf("the user of a contact is %+v", u)
	}
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeUser, softwareonefake.EverywhereUser), "")
	if err != nil || len(page.Items) == 0 {
		t.Fatalf("%v, %v", page, err)
	}
	if a := page.Items[0].Account; a.Type == nil || a.VendorStatus == nil || a.HasField("website") {
		t.Errorf("an account of a user is %+v", a)
	}
}
