package softwareone_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestNestedMember(t *testing.T) {
	c, p := connect(t, rowsOf(`{"id":"AUSR-1-1","user":{"id":"USR-1","name":"Anna","email":"a@b.example","status":"Active"},
		"account":{"id":"ACC-1","name":"Acme"},"invitation":{"status":"Invited","url":"https://portal.example/1"},
		"audit":{"joined":{"at":"2026-01-02T03:04:05Z"},"access":{"at":"2026-01-03T03:04:05Z"}}}`))
	page, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "ACC-1"), "")
	m := first(t, page, err)
	if m.VendorID != "ACC-1/USR-1" || m.Role != model.RoleMember || m.Status != model.UserInvited || m.JoinedAt.Day() != 2 ||
		m.LastAccessAt.Day() != 3 || m.Account.VendorID != "ACC-1" || *m.Account.Name != "Acme" || !m.Complete() || page.Total == nil {
		t.Errorf("%+v", m)
	}
	// What was asked for is known, be it null; the rest of the user is not.
	want := []string{
		"name", "icon", "phone", "email", "status", "vendorStatus", "firstName", "middleName", "lastName", "lastLoginAt",
		"settings", "customAttributes",
	}
	if got := holding(m.User, userFields()...); !slices.Equal(got, want) {
		t.Errorf("the user holds %q, want %q", got, want)
	}
	selects := "select=audit,user.email,user.status,user.firstName,user.lastName,user.lastLoginAt,user.settings"
	if got, want := p.asked()[0], "/ACC-1/users?"+selects+"&order=id&limit=100&offset=0"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	if get(t, c.Memberships, "ACC-1/USR-1").Status != model.UserInvited {
		t.Error("another status after Get")
	}
	if got, want := unescaped(t, p.asked()[1]), `/ACC-1/users?in(user.id,("USR-1"))&`+selects+"&limit=100&offset=0"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

// Where select was not heeded, what is missing is not known.
func TestNestedMemberNotExpanded(t *testing.T) {
	c, _ := connect(t, rowsOf(`{"id":"AUSR-1-1","user":{"id":"USR-1","name":"Anna"}}`))
	page, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "ACC-1"), "")
	m := first(t, page, err)
	if m.User.HasField("email") || m.User.HasField("status") || !m.User.HasField("name") {
		t.Error("a short reference counts as expanded")
	}
	if m.Status != model.UserOther || m.Account.VendorID != "ACC-1" || m.Account.HasField("name") {
		t.Errorf("status %s, account %+v", m.Status, m.Account)
	}
}

func TestFlatMember(t *testing.T) {
	row := testdata(t, "member_flat.json")
	p := &platform{answer: func(string, string) string { return rowsOf(row) }}
	c := connectTo(t, p, newPath).Collections()
	page, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "ACC-1000-0001"), "")
	m := first(t, page, err)
	if m.VendorID != "ACC-1000-0001/USR-1000-0001" || m.Status != model.UserInvitationExpired || *m.Invitation.Status != model.InvitationExpired ||
		m.JoinedAt == nil || m.LastAccessAt == nil || len(m.Groups)+len(m.Buyers)+len(m.Modules) != 3 {
		t.Errorf("%+v", m)
	}
	// The row's status and audit are those of the place in the account.
	want := []string{"name", "icon", "phone", "email", "firstName", "middleName", "lastName", "settings", "customAttributes"}
	if got := holding(m.User, userFields()...); !slices.Equal(got, want) {
		t.Errorf("the user holds %q, want %q", got, want)
	}
	if got, want := p.asked()[0], "/accounts/ACC-1000-0001/users?select=audit&order=id&limit=100&offset=0"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	get(t, c.Memberships, "ACC-1000-0001/USR-1000-0001")
	if got := unescaped(t, p.asked()[1]); !strings.HasPrefix(got, `/accounts/ACC-1000-0001/users?in(id,("USR-1000-0001"))&`) {
		t.Errorf("asked %s", got)
	}
}

func TestStandingOfMembers(t *testing.T) {
	for row, want := range map[string]model.UserStatus{
		`{"id":"USR-1","status":"Active"}`:                                                            model.UserActive,
		`{"id":"USR-1","status":"Active","invitation":{"status":"Invited"}}`:                          model.UserInvited,
		`{"id":"USR-1","status":"Deleted","invitation":{"url":"https://portal.example"}}`:             model.UserDeleted,
		`{"id":"AUSR-1","user":{"id":"USR-1","status":"Blocked"}}`:                                    model.UserBlocked,
		`{"id":"AUSR-1","status":"Active","user":{"id":"USR-1","status":"Blocked"}}`:                  model.UserActive,
		`{"id":"AUSR-1","user":{"id":"USR-1","status":"Blocked"},"invitation":{"status":"Whatever"}}`: model.UserOther,
	} {
		c, _ := connect(t, rowsOf(row))
		page, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "ACC-1"), "")
		if m := first(t, page, err); m.Status != want {
			t.Errorf("%s: %s", row, m.Status)
		}
	}
}

func TestStrangeMembers(t *testing.T) {
	c, _ := connect(t, rowsOf(`{"id":"AUSR-1","user":"[Circular Reference]"}`, `{"id":"AUSR-2","user":{"id":"USR-2"},"account":{"id":"ACC-9","name":"Globex"}}`))
	page, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, "ACC-1"), "")
	m := first(t, page, err)
	if m.VendorID != "ACC-1/USR-2" || m.Account.VendorID != "ACC-1" || m.Account.Name != nil {
		t.Errorf("a row of another account: %+v", m.Account)
	}
	found := c.Memberships.Get(t.Context(), []string{"ACC-1/USR-2", "ACC-1/USR-3", "ACC-1", "/USR-2", "ACC-1/", "ACC-1/\"'", "\"'/USR-2"})
	if len(found.Objects) != 1 || len(found.Failed) != 0 {
		t.Errorf("%v, failed %v", found.Objects, found.Failed)
	}
}

func TestGetOfMembers(t *testing.T) {
	p := &platform{answer: func(path, _ string) string {
		switch path {
		case "/ACC-1/users":
			return rowsOf(`{"id":"AUSR-1","user":{"id":"USR-1"}}`, `{"id":"AUSR-2","user":{"id":"USR-2"}}`)
		case "/ACC-2/users":
			return rowsOf(`{"id":"AUSR-3","user":{"id":"USR-1"}}`)
		case "/ACC-3/users":
			return `404{"title":"Not Found","status":404}`
		}
		return `403{"title":"Forbidden","status":403}`
	}}
	c := connectTo(t, p, "").Collections()
	found := c.Memberships.Get(t.Context(), []string{"ACC-1/USR-1", "ACC-1/USR-2", "ACC-2/USR-1", "ACC-3/USR-1", "ACC-4/USR-1"})
	if len(found.Objects) != 3 || len(found.Failed) != 1 || providers.KindOf(found.Failed["ACC-4/USR-1"]) != providers.Forbidden {
		t.Errorf("%v, failed %v", found.Objects, found.Failed)
	}
	if n := len(p.asked()); n != 4 {
		t.Errorf("%d calls, want one an account", n)
	}
}

func TestMembersThatCannotBe(t *testing.T) {
	c, p := connect(t, rowsOf())
	for _, f := range []providers.Filter{
		{Licenses: []model.License{model.LicenseFull}}, {Roles: []model.MembershipRole{model.RoleOwner, model.RoleAdmin}},
	} {
		page, err := c.Memberships.Page(t.Context(), providers.Query{Parent: of(model.TypeAccount, "ACC-1").Parent, Filter: f}, "")
		if err != nil || len(page.Items) != 0 || *page.Total != 0 {
			t.Errorf("%+v: %v, %v", f, page, err)
		}
	}
	if n := len(p.asked()); n != 0 {
		t.Errorf("%d calls", n)
	}
	q := of(model.TypeAccount, "ACC-1")
	q.Filter.Roles = []model.MembershipRole{model.RoleMember}
	if page, err := c.Memberships.Page(t.Context(), q, ""); err != nil || page.Total == nil {
		t.Errorf("plain members: %v, %v", page, err)
	}
	q.Filter.Status = []string{"ACTIVE"}
	if page, err := c.Memberships.Page(t.Context(), q, ""); err != nil || page.Total != nil {
		t.Errorf("a status is not pushed down: %v, %v", page, err)
	}
}

// Operations accounts are told the accounts of users with the users.
func TestMembershipsOfUsers(t *testing.T) {
	c, p := connect(t, rowsOf(
		`{"id":"USR-1","name":"Anna","accounts":[{"id":"ACC-1","name":"Acme","type":"Client"},{"id":"ACC-2"}]}`,
		`{"id":"USR-2","accounts":[]}`))
	page, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "USR-1", "USR-2", "USR-1", "A\"'"), "")
	if err != nil || len(page.Items) != 2 || page.Next != "" || *page.Total != 2 || page.Freshness.FetchedAt.IsZero() {
		t.Fatalf("%+v, %v", page, err)
	}
	m := page.Items[0]
	if m.VendorID != "ACC-1/USR-1" || *m.User.Name != "Anna" || *m.Account.Type != "Client" || !m.User.HasField("email") || m.Account.HasField("address") {
		t.Errorf("%+v", m)
	}
	fields := []string{
		"user", "tenant", "account", "organization", "role", "vendorRole", "vendorRoleId", "license",
		"status", "joinedAt", "lastAccessAt", "invitation", "groups", "buyers", "modules", "audit",
	}
	if got := holding(m, fields...); !slices.Equal(got, fields[:8]) {
		t.Errorf("holds %q", got)
	}
	want := `/users?in(id,("USR-1","USR-2"))&select=accounts.id,accounts.name,accounts.icon,accounts.type,accounts.status,audit&order=id&limit=100&offset=0`
	if asks := p.asked(); len(asks) != 1 || unescaped(t, asks[0]) != want {
		t.Errorf("asked %q, want %s", asks, want)
	}
}

// Everybody else has to ask user by user.
func TestMembershipsOfUsersOneByOne(t *testing.T) {
	for name, users := range map[string]string{
		"left out": rowsOf(`{"id":"USR-1","name":"Anna"}`, `{"id":"USR-2"}`, `{"id":"USR-9"}`),
		"circular": rowsOf(`{"id":"USR-1","accounts":"[Circular Reference]"}`, `{"id":"USR-2","accounts":["[Circular Reference]"]}`),
		"refused":  `400{"title":"Bad Request"}`,
		"hidden":   `403{"title":"Forbidden"}`,
	} {
		p := &platform{answer: func(path, query string) string {
			switch {
			case path == "/users":
				return users
			case path == "/users/USR-2/accounts":
				return `404{"title":"Not Found"}`
			case strings.HasSuffix(query, "offset=0"):
				return `{"$meta":{"pagination":{"offset":0,"limit":2,"total":3}},"data":[{"id":"ACC-1","name":"Acme"},{"id":"ACC-2"}]}`
			}
			return `{"$meta":{"pagination":{"offset":2,"limit":2,"total":3}},"data":[{"id":"ACC-3"}]}`
		}}
		page, err := connectTo(t, p, "").Collections().Memberships.Page(t.Context(), of(model.TypeUser, "USR-1", "USR-2"), "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var ids []string
		for _, m := range page.Items {
			ids = append(ids, m.VendorID)
		}
		if want := []string{"ACC-1/USR-1", "ACC-2/USR-1", "ACC-3/USR-1"}; !slices.Equal(ids, want) || page.Freshness.FetchedAt.IsZero() {
			t.Errorf("%s: %q", name, ids)
		}
		if asks := p.asked(); len(asks) != 4 {
			t.Errorf("%s: asked %q", name, asks)
		}
	}
}

func TestMembershipsOfUsersThatFail(t *testing.T) {
	endless := &platform{answer: func(path, query string) string {
		if path == "/users" {
			return rowsOf(`{"id":"USR-1"}`)
		}
		_, offset, _ := strings.Cut(query, "offset=")
		return fmt.Sprintf(`{"$meta":{"pagination":{"offset":%s,"limit":1}},"data":[{"id":"ACC-%s"}]}`, offset, offset)
	}}
	_, err := connectTo(t, endless, "").Collections().Memberships.Page(t.Context(), of(model.TypeUser, "USR-1"), "")
	if providers.KindOf(err) != providers.Incomplete {
		t.Errorf("an endless list: %v", err)
	}
	forbidden := &platform{answer: func(path, _ string) string {
		if path == "/users" {
			return rowsOf(`{"id":"USR-1"}`)
		}
		return `403{"title":"Forbidden"}`
	}}
	_, err = connectTo(t, forbidden, "").Collections().Memberships.Page(t.Context(), of(model.TypeUser, "USR-1"), "")
	if providers.KindOf(err) != providers.Forbidden {
		t.Errorf("accounts that are refused: %v", err)
	}
}
