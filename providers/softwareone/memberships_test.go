package softwareone_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestMemberships_ReadNestedRows(t *testing.T) {
	c, p := connect(t, rowsOf(`{"id":"AUSR-1-1","user":{"id":"USR-1","name":"Anna","email":"a@b.example","status":"Active"},
		"account":{"id":"ACC-1","name":"Acme"},"invitation":{"status":"Invited","url":"https://portal.example/1"},
		"audit":{"joined":{"at":"2026-01-02T03:04:05Z"},"access":{"at":"2026-01-03T03:04:05Z"}}}`))
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
	m := onlyRow(t, page, err)
	if m.VendorID != "ACC-1/USR-1" || m.Role != model.RoleMember || m.Status != model.UserInvited || m.JoinedAt.Day() != 2 ||
		m.LastAccessAt.Day() != 3 || m.Account.VendorID != "ACC-1" || *m.Account.Name != "Acme" || !m.Complete() || page.Total == nil {
		t.Errorf("%+v", m)
	}
	// Selected properties are known, null or not; others of the user are not.
	want := []string{
		"name", "icon", "phone", "email", "status", "vendorStatus", "firstName", "middleName", "lastName", "lastLoginAt",
		"settings", "customAttributes",
	}
	if got := heldFields(m.User, userFields()...); !slices.Equal(got, want) {
		t.Errorf("the user holds %q, want %q", got, want)
	}
	selects := "select=audit,user.email,user.status,user.firstName,user.lastName,user.lastLoginAt,user.settings"
	if got, want := p.requests()[0], "/ACC-1/users?"+selects+"&order=id&limit=100&offset=0"; got != want {
		t.Errorf("requested %s, want %s", got, want)
	}
	if get(t, c.Memberships, "ACC-1/USR-1").Status != model.UserInvited {
		t.Error("Get returns another status")
	}
	if got, want := unescaped(t, p.requests()[1]), `/ACC-1/users?in(user.id,("USR-1"))&`+selects+"&limit=100&offset=0"; got != want {
		t.Errorf("requested %s, want %s", got, want)
	}
}

// Without the selected properties in the response, absent ones are unknown.
func TestMemberships_ReadNestedRowsWithShortUsers(t *testing.T) {
	c, _ := connect(t, rowsOf(`{"id":"AUSR-1-1","user":{"id":"USR-1","name":"Anna"}}`))
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
	m := onlyRow(t, page, err)
	if m.User.HasField("email") || m.User.HasField("status") || !m.User.HasField("name") {
		t.Error("a short reference has the selected fields")
	}
	if m.Status != "" || !m.Hides("status") || m.Account.VendorID != "ACC-1" || m.Account.HasField("name") {
		t.Errorf("status %s, account %+v", m.Status, m.Account)
	}
}

func TestMemberships_ReadFlatRows(t *testing.T) {
	row := testdata(t, "member_flat.json")
	p := &stubPlatform{respond: func(string, string) string { return rowsOf(row) }}
	c := connectTo(t, p, membersPath2026).Collections()
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1000-0001"), "")
	m := onlyRow(t, page, err)
	if m.VendorID != "ACC-1000-0001/USR-1000-0001" || m.Status != model.UserInvitationExpired || *m.Invitation.Status != model.InvitationExpired ||
		m.JoinedAt == nil || m.LastAccessAt == nil || len(m.Groups)+len(m.Buyers)+len(m.Modules) != 3 {
		t.Errorf("%+v", m)
	}
	// Status and audit of the row describe the membership.
	want := []string{"name", "icon", "phone", "email", "firstName", "middleName", "lastName", "settings", "customAttributes"}
	if got := heldFields(m.User, userFields()...); !slices.Equal(got, want) {
		t.Errorf("the user holds %q, want %q", got, want)
	}
	if got, want := p.requests()[0], "/accounts/ACC-1000-0001/users?select=audit&order=id&limit=100&offset=0"; got != want {
		t.Errorf("requested %s, want %s", got, want)
	}
	get(t, c.Memberships, "ACC-1000-0001/USR-1000-0001")
	if got := unescaped(t, p.requests()[1]); !strings.HasPrefix(got, `/accounts/ACC-1000-0001/users?in(id,("USR-1000-0001"))&`) {
		t.Errorf("requested %s", got)
	}
}

func TestMemberships_StatusPrecedence(t *testing.T) {
	for row, want := range map[string]model.UserStatus{
		`{"id":"USR-1","status":"Active"}`:                                                            model.UserActive,
		`{"id":"USR-1","status":"Active","invitation":{"status":"Invited"}}`:                          model.UserInvited,
		`{"id":"USR-1","status":"Deleted","invitation":{"url":"https://portal.example"}}`:             model.UserDeleted,
		`{"id":"AUSR-1","user":{"id":"USR-1","status":"Blocked"}}`:                                    model.UserBlocked,
		`{"id":"AUSR-1","status":"Active","user":{"id":"USR-1","status":"Blocked"}}`:                  model.UserActive,
		`{"id":"AUSR-1","user":{"id":"USR-1","status":"Blocked"},"invitation":{"status":"Whatever"}}`: model.UserOther,
	} {
		c, _ := connect(t, rowsOf(row))
		page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
		if m := onlyRow(t, page, err); m.Status != want {
			t.Errorf("%s: %s", row, m.Status)
		}
	}
}

func TestMemberships_SkipUnknownUsers(t *testing.T) {
	c, _ := connect(t, rowsOf(`{"id":"AUSR-1","user":"[Circular Reference]"}`, `{"id":"AUSR-2","user":{"id":"USR-2"},"account":{"id":"ACC-9","name":"Globex"}}`,
		`{"id":"AUSR-3","user":null}`, `{"id":"AUSR-4"}`, `{"id":"X-5","user":{}}`, `{}`))
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
	m := onlyRow(t, page, err)
	if len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.BadResponse || page.Total == nil || *page.Total != 6 {
		t.Errorf("errors %v, total %v", page.Errors, page.Total)
	}
	if m.VendorID != "ACC-1/USR-2" || m.Account.VendorID != "ACC-1" || m.Account.Name != nil {
		t.Errorf("a row that names another account: %+v", m.Account)
	}
	found := c.Memberships.Get(t.Context(), []string{"ACC-1/USR-2", "ACC-1/USR-3", "ACC-1", "/USR-2", "ACC-1/", "ACC-1/\"'"})
	// The row without a user may be that of USR-3, or of the id that no query can contain.
	if len(found.Objects) != 1 || len(found.Failed) != 2 || found.Failed["ACC-1/\"'"] == nil || providers.KindOf(found.Failed["ACC-1/USR-3"]) != providers.Incomplete {
		t.Errorf("%v, failed %v", found.Objects, found.Failed)
	}
}

func TestMemberships_GetCallsOncePerAccount(t *testing.T) {
	p := &stubPlatform{respond: func(path, query string) string {
		switch path {
		case "/ACC-1/users":
			return rowsOf(`{"id":"AUSR-1","user":{"id":"USR-1"}}`, `{"id":"AUSR-2","user":{"id":"USR-2"}}`)
		case "/ACC-2/users":
			return rowsOf(`{"id":"AUSR-3","user":{"id":"USR-1"}}`)
		case "/ACC-3/users", "/ACC-5/users":
			return `404{"title":"Not Found","status":404}`
		case "/accounts":
			if strings.Contains(query, "ACC-5") {
				return rowsOf(`{"id":"ACC-5"}`)
			}
			return rowsOf()
		}
		return `403{"title":"Forbidden","status":403}`
	}}
	c := connectTo(t, p, "").Collections()
	found := c.Memberships.Get(t.Context(), []string{"ACC-1/USR-1", "ACC-1/USR-2", "ACC-2/USR-1", "ACC-3/USR-1", "ACC-4/USR-1"})
	if len(found.Objects) != 3 || len(found.Failed) != 1 || providers.KindOf(found.Failed["ACC-4/USR-1"]) != providers.Forbidden {
		t.Errorf("%v, failed %v", found.Objects, found.Failed)
	}
	if n := len(p.requests()); n != 5 {
		t.Errorf("%d calls, want one per account, and one for the account without users", n)
	}
	// The list of an account that exists is missing.
	found = c.Memberships.Get(t.Context(), []string{"ACC-5/USR-1"})
	if len(found.Objects) != 0 || providers.KindOf(found.Failed["ACC-5/USR-1"]) != providers.NotFound {
		t.Errorf("%v, failed %v", found.Objects, found.Failed)
	}
}

func TestMemberships_ImpossibleFiltersMakeNoCall(t *testing.T) {
	c, p := connect(t, rowsOf())
	for _, f := range []providers.Filter{
		{Licenses: []model.License{model.LicenseFull}}, {Roles: []model.MembershipRole{model.RoleOwner, model.RoleAdmin}},
	} {
		page, err := c.Memberships.Page(t.Context(), providers.Query{Parent: listOf(model.TypeAccount, "ACC-1").Parent, Filter: f}, "")
		if err != nil || len(page.Items) != 0 || *page.Total != 0 {
			t.Errorf("%+v: %v, %v", f, page, err)
		}
	}
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d calls", n)
	}
	q := listOf(model.TypeAccount, "ACC-1")
	q.Filter.Roles = []model.MembershipRole{model.RoleMember}
	if page, err := c.Memberships.Page(t.Context(), q, ""); err != nil || page.Total == nil {
		t.Errorf("role MEMBER: %v, %v", page, err)
	}
	q.Filter.Status = []string{"ACTIVE"}
	if page, err := c.Memberships.Page(t.Context(), q, ""); err != nil || page.Total != nil {
		t.Errorf("a filter that is not pushed down: %v, %v", page, err)
	}
}

// Responses to operations accounts contain the accounts of users.
func TestMemberships_OfUsersInOneCall(t *testing.T) {
	c, p := connect(t, rowsOf(
		`{"id":"USR-1","name":"Anna","email":"a@b.example","accounts":[{"id":"ACC-1","name":"Acme","type":"Client"},{"id":"ACC-2"}]}`,
		`{"id":"USR-2","accounts":[]}`))
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1", "USR-2", "USR-1"), "")
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
	if got := heldFields(m, fields...); !slices.Equal(got, fields[:8]) {
		t.Errorf("holds %q", got)
	}
	want := `/users?in(id,("USR-1","USR-2"))&select=accounts.id,accounts.name,accounts.icon,accounts.type,accounts.status,audit&order=id&limit=100&offset=0`
	if requests := p.requests(); len(requests) != 1 || unescaped(t, requests[0]) != want {
		t.Errorf("requests %q, want %s", requests, want)
	}
}

// Without included accounts, it takes one call per user.
func TestMemberships_OfUsersOneByOne(t *testing.T) {
	for name, users := range map[string]string{
		"absent":    rowsOf(`{"id":"USR-1","name":"Anna"}`, `{"id":"USR-2"}`, `{"id":"USR-9"}`),
		"left out":  rowsOf(`{"id":"USR-2"}`),
		"circular":  rowsOf(`{"id":"USR-1","accounts":"[Circular Reference]"}`, `{"id":"USR-2","accounts":["[Circular Reference]"]}`),
		"rejected":  `400{"title":"Bad Request"}`,
		"forbidden": `403{"title":"Forbidden"}`,
	} {
		p := &stubPlatform{respond: func(path, query string) string {
			switch {
			case path == "/users":
				return users
			case path == "/users/USR-2/accounts":
				return rowsOf()
			case strings.HasSuffix(query, "offset=0"):
				return `{"$meta":{"pagination":{"offset":0,"limit":2,"total":3}},"data":[{"id":"ACC-1","name":"Acme"},{"id":"ACC-2"}]}`
			}
			return `{"$meta":{"pagination":{"offset":2,"limit":2,"total":3}},"data":[{"id":"ACC-3"}]}`
		}}
		page, err := connectTo(t, p, "").Collections().Memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1", "USR-2"), "")
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
		if requests := p.requests(); len(requests) != 4 {
			t.Errorf("%s: requests %q", name, requests)
		}
	}
}

// No query can contain an id with both kinds of quotes, but a path can.
func TestMemberships_OfUserWithQuotes(t *testing.T) {
	const user = `a"b'c`
	p := &stubPlatform{respond: func(string, string) string { return rowsOf(`{"id":"ACC-1"}`) }}
	memberships := connectTo(t, p, "").Collections().Memberships
	page, err := memberships.Page(t.Context(), listOf(model.TypeUser, user), "")
	if err != nil || len(page.Items) != 1 || page.Items[0].VendorID != "ACC-1/"+user {
		t.Fatalf("%+v, %v", page, err)
	}
	if requests := p.requests(); len(requests) != 1 || !strings.HasPrefix(requests[0], "/users/a%22b%27c/accounts") {
		t.Errorf("requests %q", requests)
	}
	_, err = memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1", user), "")
	if providers.KindOf(err) != providers.InvalidArgument {
		t.Errorf("together with another user: %v", err)
	}
}

// A list of accounts that the platform does not have is never an empty one.
func TestMemberships_OfUsersMissingList(t *testing.T) {
	p := &stubPlatform{respond: func(path, _ string) string {
		if path == "/users" {
			return rowsOf(`{"id":"USR-1","name":"Anna"}`)
		}
		return `404{"title":"Not Found"}`
	}}
	page, err := connectTo(t, p, "").Collections().Memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1"), "")
	if providers.KindOf(err) != providers.NotFound || page != nil {
		t.Errorf("%v, %v", page, err)
	}
}

func TestMemberships_OfUsersFail(t *testing.T) {
	endless := &stubPlatform{respond: func(path, query string) string {
		if path == "/users" {
			return rowsOf(`{"id":"USR-1"}`)
		}
		_, offset, _ := strings.Cut(query, "offset=")
		return fmt.Sprintf(`{"$meta":{"pagination":{"offset":%s,"limit":1}},"data":[{"id":"ACC-%s"}]}`, offset, offset)
	}}
	_, err := connectTo(t, endless, "").Collections().Memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1"), "")
	if providers.KindOf(err) != providers.Incomplete {
		t.Errorf("an endless list: %v", err)
	}
	forbidden := &stubPlatform{respond: func(path, _ string) string {
		if path == "/users" {
			return rowsOf(`{"id":"USR-1"}`)
		}
		return `403{"title":"Forbidden"}`
	}}
	_, err = connectTo(t, forbidden, "").Collections().Memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1"), "")
	if providers.KindOf(err) != providers.Forbidden {
		t.Errorf("forbidden accounts: %v", err)
	}
}

// A platform that does not filter by the user inside of a row is not asked to again.
func TestMemberships_GetScansWithoutUserFilter(t *testing.T) {
	p := &stubPlatform{respond: func(path, query string) string {
		switch {
		case strings.Contains(query, "user.id"):
			return `400{"title":"Bad Request","errors":{"user.id":["Unknown expression group."]}}`
		case path == "/ACC-9/users":
			return `400{"title":"Bad Request"}`
		case strings.HasSuffix(query, "offset=0"):
			return `{"$meta":{"pagination":{"offset":0,"limit":100,"total":3}},"data":[{"id":"AUSR-1","user":{"id":"USR-1"}},{"id":"AUSR-2","user":{"id":"USR-2"}}]}`
		}
		return `{"$meta":{"pagination":{"offset":2,"limit":100,"total":3}},"data":[{"id":"AUSR-3","user":{"id":"USR-3"}}]}`
	}}
	connection := connectTo(t, p, "")
	failing := connection.Collections().Memberships.Get(t.Context(), []string{"ACC-9/USR-1"})
	if err := failing.Failed["ACC-9/USR-1"]; providers.KindOf(err) != providers.BadResponse {
		t.Errorf("an account that fails otherwise: %v", err)
	}
	for _, id := range []string{"ACC-1/USR-1", "ACC-2/USR-3"} {
		found := connection.Collections().Memberships.Get(t.Context(), []string{id, "ACC-1/USR-4"})
		if found.Objects[id] == nil || len(found.Objects) != 1 || len(found.Failed) != 0 {
			t.Errorf("%s: %v, failed %v", id, found.Objects, found.Failed)
		}
	}
	other := connection.WithCredential(providers.NewSecret("idt:TKN-9999:another")).Collections().Memberships
	if found := other.Get(t.Context(), []string{"ACC-1/USR-2"}); len(found.Objects) != 1 {
		t.Errorf("another credential: %v", found.Failed)
	}
	filtered := 0
	for _, request := range p.requests() {
		if strings.Contains(request, "user.id") {
			filtered++
		}
	}
	if filtered != 2 {
		t.Errorf("%d requests with the filter, want one per account until the list was read", filtered)
	}
}

// A filter by the user inside of a row that matches no row is not believed until it has
// matched one, and not used again once the list shows that it should have.
func TestMemberships_GetScansWhereUserFilterMatchesNothing(t *testing.T) {
	ignored := false
	p := &stubPlatform{respond: func(_, query string) string {
		if strings.Contains(query, "user.id") && (ignored || !strings.Contains(query, "USR-1")) {
			return rowsOf()
		}
		return rowsOf(`{"id":"AUSR-1","user":{"id":"USR-1","status":"Active"}}`, `{"id":"AUSR-2","user":{"id":"a\"b'c"}}`)
	}}
	filters := func() (n int) {
		for _, request := range p.requests() {
			if strings.Contains(request, "user.id") {
				n++
			}
		}
		return n
	}
	works := connectTo(t, p, "").Collections().Memberships
	if found := works.Get(t.Context(), []string{"ACC-1/USR-9"}); len(found.Objects)+len(found.Failed) > 0 || len(p.requests()) != 2 {
		t.Errorf("before a match: %+v, %q", found, p.requests())
	}
	found := works.Get(t.Context(), []string{"ACC-1/USR-1", `ACC-1/a"b'c`})
	if len(found.Objects) != 2 || found.Objects["ACC-1/USR-1"].Status != model.UserActive {
		t.Errorf("found %v", found)
	}
	before := len(p.requests())
	if found := works.Get(t.Context(), []string{"ACC-1/USR-8"}); len(found.Objects)+len(found.Failed) > 0 || len(p.requests()) != before+1 {
		t.Errorf("after a match: %+v, %q", found, p.requests()[before:])
	}

	ignored = true
	broken := connectTo(t, p, "").Collections().Memberships
	before = filters()
	for range 2 {
		if found := broken.Get(t.Context(), []string{"ACC-2/USR-1"}); len(found.Objects) != 1 {
			t.Errorf("found %v", found)
		}
	}
	if n := filters() - before; n != 1 {
		t.Errorf("%d requests with a filter that matches nothing", n)
	}
}
