package softwareone_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// emptyPaths returns the paths of all zero, nil or empty fields of a record,
// except for its provider, field set and times.
func emptyPaths(v reflect.Value, path string) []string {
	switch v.Interface().(type) {
	case *model.Provider, *model.FieldSet, time.Time:
		return nil
	}
	switch {
	case v.Kind() == reflect.Slice && v.Len() == 0, v.IsZero():
		return []string{strings.TrimPrefix(path, ".")}
	case v.Kind() == reflect.Pointer:
		return emptyPaths(v.Elem(), path)
	case v.Kind() == reflect.Slice:
		return emptyPaths(v.Index(0), path)
	case v.Kind() != reflect.Struct:
		return nil
	}
	var all []string
	for i := range v.NumField() {
		all = append(all, emptyPaths(v.Field(i), path+"."+v.Type().Field(i).Name)...)
	}
	return all
}

// The vendor's own example fills every field of the graph but these.
func TestDecoder_FillsFieldsFromVendorExample(t *testing.T) {
	c, _ := connect(t, testdata(t, "account_users.json"))
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "text"), "")
	m := onlyRow(t, page, err)
	expected := map[string]string{
		"Organization": "does not exist at this vendor", "VendorRole": "does not exist at this vendor", "VendorRoleID": "does not exist at this vendor", "License": "does not exist at this vendor",
		"User.ContactEmail": "does not exist at this vendor", "User.AccountType": "does not exist at this vendor", "User.VendorAccountType": "does not exist at this vendor",
		"User.MiddleName": "does not exist at this vendor", "User.CustomAttributes": "does not exist at this vendor",
		"Account.Plan":        "does not exist at this vendor",
		".By.User":            `the example's actors have the id "text", which is not a user id`,
		".Audit.Activated":    "buyers only, and a circular reference in the example",
		".Audit.Unassigned":   "buyers only, and a circular reference in the example",
		".Audit.Disabled":     "not in the example",
		".Audit.Access":       "members only",
		".Audit.Joined":       "members only",
		"Account.Audit":       "circular references",
		"Groups.Audit":        "circular references",
		"Via.Audit":           "circular references",
		"Buyers.Audit":        "circular references",
		"Modules.Audit":       "circular references",
		".Audit.Created":      "a circular reference in embedded objects",
		".Audit.Updated":      "a circular reference in embedded objects",
		"Account.CreatedAt":   "a circular reference",
		"Account.UpdatedAt":   "a circular reference",
		"Groups.Modules":      "a circular reference",
		"Groups.Users":        "a circular reference",
		"Groups.Buyers":       "a circular reference",
		"Via.Modules":         "a circular reference",
		"Via.Users":           "a circular reference",
		"Via.Buyers":          "a circular reference",
		"Buyers.Sellers":      "a circular reference",
		"Buyers.Contact.User": "a circular reference",
		"InvitedAt":           "not in the example",
		"Access.By":           "the vendor names no actor",
		"Joined.By":           "the vendor names no actor",
	}
	for _, path := range emptyPaths(reflect.ValueOf(m), "") {
		if !slices.ContainsFunc(keys(expected), func(end string) bool { return strings.HasSuffix("."+path, end) }) {
			t.Errorf("%s is empty", path)
		}
	}
	at := time.Date(2025, 2, 23, 5, 23, 33, 731e6, time.UTC)
	if !m.JoinedAt.Equal(at) || !m.LastAccessAt.Equal(at) || !m.User.CreatedAt.Equal(at) || !m.User.LastLoginAt.Equal(at) {
		t.Error("a time differs from the example")
	}
	for field, held := range map[string]bool{"user": true, "groups": true, "audit": true, "joinedAt": true, "status": true} {
		if m.HasField(field) != held {
			t.Errorf("HasField(%s) is %v", field, !held)
		}
	}
	if g := m.Groups[0]; g.HasField("modules") || g.HasField("users") || g.HasField("buyers") || g.HasField("audit") || !g.HasField("account") {
		t.Error("a circular reference counts as loaded")
	}
}

func keys(m map[string]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// The files of testdata fill every property of the vendor's OpenAPI document.
func TestDecoder_FillsEveryField(t *testing.T) {
	const shortReference, others = "a short reference", "an event of other types"
	for file, c := range map[string]struct {
		read  func(providers.Collections) model.Node
		empty map[string]string
	}{
		"user.json": {
			func(c providers.Collections) model.Node { return get(t, c.Users, "USR-1000-0001") },
			map[string]string{
				"ContactEmail": "does not exist at this vendor", "AccountType": "does not exist at this vendor", "VendorAccountType": "does not exist at this vendor",
				"MiddleName": "does not exist at this vendor", "CustomAttributes": "does not exist at this vendor",
				".Updated.By.User": "an API token", "CurrentAccount.": shortReference,
				"Audit.Activated": others, "Audit.Unassigned": others, "Audit.Disabled": others,
				"Audit.Access": others, "Audit.Joined": others,
			},
		},
		"account.json": {func(c providers.Collections) model.Node { return get(t, c.Accounts, "ACC-1000-0001") }, map[string]string{
			"Plan":            "does not exist at this vendor",
			"Audit.Activated": others, "Audit.Unassigned": others, "Audit.Disabled": others, "Audit.Access": others, "Audit.Joined": others,
		}},
		"group.json": {
			func(c providers.Collections) model.Node { return get(t, c.Groups, "UGR-1000-0001") },
			map[string]string{
				"Account.": shortReference, "Modules.": shortReference, "Users.": shortReference, "Buyers.": shortReference,
				"Audit.Activated": others, "Audit.Unassigned": others, "Audit.Disabled": others, "Audit.Access": others, "Audit.Joined": others,
			},
		},
		"buyer.json": {
			func(c providers.Collections) model.Node { return get(t, c.Buyers, "BUY-1000-0001") },
			map[string]string{
				"Account.": shortReference, "Sellers.": shortReference, "Contact.User.": shortReference,
				"Audit.Access": others, "Audit.Joined": others,
			},
		},
		"seller.json": {func(c providers.Collections) model.Node { return get(t, c.Sellers, "SEL-1000-0001") }, nil},
		"module.json": {func(c providers.Collections) model.Node { return get(t, c.Modules, "MOD-1756") }, map[string]string{
			"Audit.Activated": others, "Audit.Unassigned": others, "Audit.Disabled": others, "Audit.Access": others, "Audit.Joined": others,
		}},
		"member_flat.json": {
			func(c providers.Collections) model.Node { return get(t, c.Memberships, "ACC-1000-0001/USR-1000-0001") },
			map[string]string{
				"Organization": "does not exist at this vendor", "VendorRole": "does not exist at this vendor", "VendorRoleID": "does not exist at this vendor", "License": "does not exist at this vendor",
				"User.": shortReference, "Account.": shortReference, "Groups.": shortReference, "Via.": shortReference, "Buyers.": shortReference, "Modules.": shortReference,
				"Access.By": "the vendor names no actor", "Joined.By": "the vendor names no actor",
				"Audit.Activated": others, "Audit.Unassigned": others, "Audit.Disabled": others,
			},
		},
	} {
		collections, _ := connect(t, rowsOf(testdata(t, file)))
		record := c.read(collections)
		if full, ok := record.(interface{ Complete() bool }); !ok || !full.Complete() {
			t.Errorf("%s: not a complete record", file)
		}
		for _, path := range emptyPaths(reflect.ValueOf(record), "") {
			// An actor is a short reference.
			known := strings.Contains(path, "By.User.")
			for part := range c.empty {
				known = known || strings.HasPrefix(path, part) || strings.HasSuffix(path, part)
			}
			if !known {
				t.Errorf("%s: %s is empty", file, path)
			}
		}
	}
}

func get[T model.Node](t *testing.T, c providers.Collection[T], id string) T {
	t.Helper()
	found := c.Get(t.Context(), []string{id})
	if err := found.Failed[id]; err != nil {
		t.Fatal(err)
	}
	object, ok := found.Objects[id]
	if !ok {
		t.Fatalf("%s was not found", id)
	}
	return object
}

func TestDecoder_ReadsValues(t *testing.T) {
	c, _ := connect(t, rowsOf(testdata(t, "user.json")))
	u := get(t, c.Users, "USR-1000-0001")
	if got, want := fmt.Sprintf("%s %s %s %s", u.ID, u.Status, *u.VendorStatus, u.LastLoginAt.Format(time.RFC3339Nano)),
		"s1:User:USR-1000-0001 BLOCKED Blocked 2026-02-23T05:23:33.731Z"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	by := u.Audit.Created.By
	if by.User == nil || by.User.VendorID != "USR-1000-0002" || *by.User.Name != "Anna Smith" || by.User.HasField("email") {
		t.Errorf("the creator is %+v", by.User)
	}
	if by := u.Audit.Updated.By; by.User != nil || *by.VendorID != "TKN-1000-0003" {
		t.Errorf("an API token became the user %v", by.User)
	}
	c, _ = connect(t, rowsOf(testdata(t, "module.json")))
	if got := get(t, c.Modules, "MOD-1756"); !slices.Equal(got.Filters.GroupBuyers, []string{"selected", "all"}) ||
		!slices.Equal(got.Settings.Type, []string{"new", "legacy"}) {
		t.Errorf("filters %v, settings %v", got.Filters, got.Settings)
	}
}

func TestDecoder_ReadsAllFormsOfCurrencies(t *testing.T) {
	for json, want := range map[string][]string{
		`"currency":"GBP"`:           {"GBP"},
		`"currencies":"GBP"`:         {"GBP"},
		`"currencies":["GBP","EUR"]`: {"GBP", "EUR"},
		`"currencies":[{"value":"GBP","isDefault":true},{"value":"EUR"}]`: {"GBP", "EUR"},
		`"currencies":[{"isDefault":true}, "EUR"]`:                        {"EUR"},
		`"currencies":[]`:                     {},
		`"currencies":null`:                   {},
		`"name":"x"`:                          {},
		`"currencies":"[Circular Reference]"`: {},
	} {
		c, _ := connect(t, rowsOf(`{"id":"SEL-1",`+json+`}`))
		if diff := cmp.Diff(want, get(t, c.Sellers, "SEL-1").Currencies); diff != "" {
			t.Errorf("%s: %s", json, diff)
		}
	}
}

func TestDecoder_NormalizesStatuses(t *testing.T) {
	user := map[string]model.UserStatus{
		"New": model.UserInvited, "Invited": model.UserInvited, "InvitationExpired": model.UserInvitationExpired,
		"Active": model.UserActive, "Blocked": model.UserBlocked, "Disabled": model.UserInactive,
		"Deleted": model.UserDeleted, "Paused": model.UserOther, "": model.UserOther, "active": model.UserOther,
	}
	for status, want := range user {
		c, _ := connect(t, rowsOf(`{"id":"USR-1","status":"`+status+`"}`))
		if u := get(t, c.Users, "USR-1"); u.Status != want || (u.VendorStatus == nil) != (status == "") || status != "" && *u.VendorStatus != status {
			t.Errorf("user %q: %s", status, u.Status)
		}
	}
	for _, status := range []string{"Active", "Enabled", "Disabled", "Deleted", "Unassigned", "Conflict", "Mismatch", "New"} {
		c, _ := connect(t, rowsOf(`{"id":"BUY-1","status":"`+status+`"}`))
		want := model.BuyerStatus(strings.ToUpper(status))
		if status == "New" {
			want = model.BuyerOther
		}
		if b := get(t, c.Buyers, "BUY-1"); b.Status != want {
			t.Errorf("buyer %q: %s", status, b.Status)
		}
	}
	c, _ := connect(t, rowsOf(`{"id":"ACC-1"}`))
	if a := get(t, c.Accounts, "ACC-1"); a.Status != "" || a.HasField("status") || a.VendorStatus != nil {
		t.Errorf("an account without a status is %s, which is held: %t", a.Status, a.HasField("status"))
	}
}

func TestDecoder_ReadsTimes(t *testing.T) {
	for text, want := range map[string]string{
		`"2026-02-02T10:00:00+00:00"`:         "2026-02-02T10:00:00Z",
		`"2026-02-02T10:00:00.1234567+02:00"`: "2026-02-02T08:00:00.1234567Z",
		`"2026-02-02T10:00:00Z"`:              "2026-02-02T10:00:00Z",
		`"0001-01-01T00:00:00Z"`:              "",
		`"2026-02-02"`:                        "2026-02-02T00:00:00Z",
		`"yesterday"`:                         "invalid",
		`"2026-02-02T10:00:00"`:               "invalid",
		`1770026400`:                          "invalid",
		`{}`:                                  "invalid",
		`""`:                                  "",
		`null`:                                "",
	} {
		c, _ := connect(t, rowsOf(`{"id":"USR-1","lastLoginAt":`+text+`}`))
		u, got := get(t, c.Users, "USR-1"), ""
		if u.LastLoginAt != nil {
			got = u.LastLoginAt.Format(time.RFC3339Nano)
		}
		if u.IsInvalid("lastLoginAt") {
			got += "invalid"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, file := range []string{"account_users.json", "user.json", "account.json", "group.json", "buyer.json", "seller.json", "module.json", "member_flat.json"} {
		f.Add(testdata(f, file))
		f.Add(rowsOf(testdata(f, file)))
	}
	f.Add(`{"data":[{"id":"A","users":["[Circular Reference]"],"currencies":[ {"value":"X"}]}],"$meta":{"omitted":["audit"]}}`)
	f.Add(`{"data":[{"users":["[Circular Reference]"]}]}`) // the same for each offset, without an end
	f.Fuzz(func(t *testing.T, body string) {
		c, _ := connect(t, body)
		ctx := t.Context()
		checkPage(t, c.Users, providers.Query{})
		checkPage(t, c.Accounts, providers.Query{})
		checkPage(t, c.Groups, listOf(model.TypeAccount, "ACC-1"))
		checkPage(t, c.Buyers, listOf(model.TypeAccount, "ACC-1", "ACC-2"))
		checkPage(t, c.Sellers, providers.Query{})
		checkPage(t, c.Modules, providers.Query{})
		checkPage(t, c.Memberships, listOf(model.TypeAccount, "ACC-1"))
		checkPage(t, c.Memberships, listOf(model.TypeUser, "USR-1"))
		c.Memberships.Get(ctx, []string{"ACC-1/USR-1"})
	})
}

// checkPage reads a page and checks that its rows have an id and every field
// that is never null.
func checkPage[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query) {
	t.Helper()
	page, err := c.Page(t.Context(), q, "")
	if err != nil {
		if providers.KindOf(err) == 0 {
			t.Errorf("an error without a kind: %v", err)
		}
		return
	}
	for _, row := range page.Items {
		if row.GlobalID().VendorID() == "" {
			t.Error("a row without an id")
		}
		switch o := model.Node(row).(type) {
		case *model.Membership:
			if o.User == nil || o.Account == nil {
				t.Error("a membership without user or account")
			}
		case *model.Group:
			if o.Account == nil {
				t.Error("a group without its account")
			}
		case *model.Buyer:
			if o.Account == nil {
				t.Error("a buyer without its account")
			}
		}
	}
}
