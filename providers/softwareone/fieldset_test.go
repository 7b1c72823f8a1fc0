package softwareone_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// heldFields returns those of the fields that a record holds.
func heldFields(n model.Node, fields ...string) (held []string) {
	for _, f := range fields {
		if n.HasField(f) {
			held = append(held, f)
		}
	}
	return held
}

func userFields() []string {
	return []string{
		"name", "icon", "phone", "email", "status", "vendorStatus", "firstName", "middleName", "lastName", "lastLoginAt",
		"settings", "customAttributes", "currentAccount", "audit", "createdAt", "updatedAt",
	}
}

// An absent property is null, or not loaded when it is omitted or unclear.
func TestFieldSet_DistinguishesAbsentProperties(t *testing.T) {
	without := func(fields ...string) []string {
		return slices.DeleteFunc(userFields(), func(f string) bool { return slices.Contains(fields, f) })
	}
	for name, c := range map[string]struct {
		omitted, row string
		want         []string
	}{
		"null":                               {`[]`, `{"id":"USR-1","email":"a@b.example","status":"Active"}`, userFields()},
		"no $meta.omitted":                   {`null`, `{"id":"USR-1","email":"a@b.example","status":"Active"}`, userFields()},
		"omitted by the list":                {`["settings","phone"]`, `{"id":"USR-1","email":"a@b.example","status":"Active"}`, without("settings", "phone")},
		"hidden: omitted, but selected":      {`["audit"]`, `{"id":"USR-1","email":"a@b.example","status":"Active"}`, userFields()},
		"omitted by the row":                 {`[]`, `{"id":"USR-1","email":"a@b.example","$meta":{"omitted":["status"]}}`, without("status", "vendorStatus")},
		"omitted by both":                    {`["email"]`, `{"id":"USR-1","status":"Active","$meta":{"omitted":["lastLoginAt"]}}`, without("email", "lastLoginAt")},
		"omitted, but present":               {`["email"]`, `{"id":"USR-1","email":"a@b.example","status":"Active","$meta":{"omitted":["email"]}}`, userFields()},
		"never null, but absent":             {`[]`, `{"id":"USR-1","status":"Active"}`, without("email")},
		"unknown names":                      {`["accounts","text",""]`, `{"id":"USR-1","email":"a@b.example","status":"Active"}`, userFields()},
		"path":                               {`["settings.cultureCode"]`, `{"id":"USR-1","email":"a@b.example","status":"Active"}`, without("settings")},
		"circular reference":                 {`[]`, `{"id":"USR-1","email":"a@b.example","status":"Active","currentAccount":"[Circular Reference]"}`, without("currentAccount")},
		"circular reference inside an audit": {`[]`, `{"id":"USR-1","email":"a@b.example","status":"Active","audit":{"created":"[Circular Reference]"}}`, without("audit", "createdAt", "updatedAt")},
	} {
		collections, _ := connect(t, `{"$meta":{"omitted":`+c.omitted+`,"pagination":{"offset":0,"limit":100,"total":1}},"data":[`+c.row+`]}`)
		page, err := collections.Users.Page(t.Context(), providers.Query{}, "")
		user := onlyRow(t, page, err)
		if got := heldFields(user, userFields()...); !slices.Equal(got, c.want) {
			t.Errorf("%s: holds %q, want %q", name, got, c.want)
		}
		// The vendor does not leave out of an object what its list shows.
		read := get(t, collections.Users, "USR-1")
		if !read.HasField("audit") || (len(c.want) == len(userFields())) != read.Complete() && c.omitted != "[]" {
			t.Errorf("%s: Get returns %q, complete: %v", name, heldFields(read, userFields()...), read.Complete())
		}
		complete := getFields(t, collections.Users, read, userFields()...)
		if got := heldFields(complete, userFields()...); !slices.Equal(got, userFields()) {
			t.Errorf("%s: holds %q after GetFields", name, got)
		}
	}
}

func TestFieldSet_OfShortReferences(t *testing.T) {
	c, _ := connect(t, rowsOf(`{"id":"BUY-1",
		"account":{"id":"ACC-1","name":"Acme","serviceLevel":"Elite","$meta":{"omitted":["icon"]}},
		"contact":{"user":{"id":"USR-1","email":"a@b.example"}},
		"sellers":[{"id":"SEL-1"},"[Circular Reference]",{}]}`))
	page, err := c.Buyers.Page(t.Context(), providers.Query{}, "")
	b := onlyRow(t, page, err)
	if got, want := heldFields(b.Account, "name", "icon", "type", "status", "vendorStatus", "serviceLevel", "address", "audit", "createdAt"),
		[]string{"name", "serviceLevel"}; !slices.Equal(got, want) {
		t.Errorf("the account holds %q, want %q", got, want)
	}
	if got, want := heldFields(b.Contact.User, userFields()...),
		[]string{"icon", "phone", "email", "middleName", "customAttributes"}; !slices.Equal(got, want) {
		t.Errorf("the user holds %q, want %q", got, want)
	}
	if b.Sellers != nil || b.HasField("sellers") {
		t.Errorf("sellers %v, held: %v", b.Sellers, b.HasField("sellers"))
	}
	c, _ = connect(t, rowsOf(`{"id":"UGR-1","name":"Users","isDefault":true,"audit":{},"users":[{"id":"USR-1"},{"id":"USR-2"}],"modules":[{"id":"MOD-1"}],"buyers":[{"id":"BUY-1"}]}`))
	groups, err := c.Groups.Page(t.Context(), providers.Query{}, "")
	g := onlyRow(t, groups, err)
	if g.Users[0].FieldSet != g.Users[1].FieldSet {
		t.Error("equal field sets are two values")
	}
	if got := heldFields(g.Modules[0], "name", "description", "paid", "filters", "settings", "accountTypes", "audit"); len(got) != 2 {
		t.Errorf("the module holds %q", got)
	}
	if got := heldFields(g.Buyers[0], "name", "icon", "status", "account", "errors"); len(got) != 1 {
		t.Errorf("the buyer holds %q", got)
	}
	if !g.Complete() {
		t.Error("a row without omitted properties is not complete")
	}
}

// A present property adds only its own fields to a short reference.
func TestFieldSet_AddsFieldsOfPresentProperties(t *testing.T) {
	for property, want := range map[string][]string{
		`"email":"a"`:                 {"email"},
		`"status":"Active"`:           {"status", "vendorStatus"},
		`"firstName":"a"`:             {"firstName"},
		`"lastName":"a"`:              {"lastName"},
		`"lastLoginAt":"a"`:           {"lastLoginAt"},
		`"settings":{}`:               {"settings"},
		`"currentAccount":{"id":"A"}`: {"currentAccount"},
		`"audit":{}`:                  {"audit", "createdAt", "updatedAt"},
	} {
		c, _ := connect(t, rowsOf(`{"id":"UGR-1","users":[{"id":"USR-1",`+property+`}]}`))
		page, err := c.Groups.Page(t.Context(), providers.Query{}, "")
		short := []string{"icon", "phone", "middleName", "customAttributes"}
		got := slices.DeleteFunc(heldFields(onlyRow(t, page, err).Users[0], userFields()...), func(f string) bool { return slices.Contains(short, f) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: holds %q", property, got)
		}
	}
}

// getFields reads one record again with a request that names the fields.
func getFields[T model.Node](t *testing.T, c providers.Collection[T], record T, fields ...string) T {
	t.Helper()
	id := record.GlobalID().VendorID()
	result := c.(providers.FieldReader[T]).GetFields(t.Context(), []T{record}, fields)
	if err := result.Failed[id]; err != nil {
		t.Fatal(err)
	}
	object, ok := result.Objects[id]
	if !ok {
		t.Fatalf("%s was not found", record.GlobalID())
	}
	return object
}

// What $meta.omitted names is requested by name, and nothing else is.
func TestCollection_GetFieldsNamesWhatIsMissing(t *testing.T) {
	const omitting = `{"$meta":{"omitted":["users","buyers"],"pagination":{"offset":0,"limit":100,"total":1}},"data":[{"id":"UGR-1","name":"A","$meta":{"omitted":["description"]}}]}`
	hidden := false
	p := &stubPlatform{respond: func(_, query string) string {
		if hidden || !strings.Contains(query, "select=users") && !strings.Contains(query, "select=description") {
			return omitting
		}
		return rowsOf(`{"id":"UGR-1","name":"Users","isDefault":true,"audit":{},"users":[{"id":"USR-1"},{"id":"USR-2"}],"description":"text"}`)
	}}
	groups := connectTo(t, p, "").Collections().Groups
	read := get(t, groups, "UGR-1")
	if got := heldFields(read, "users", "buyers", "description", "modules", "audit", "name"); !slices.Equal(got, []string{"modules", "audit", "name"}) || read.Users != nil {
		t.Errorf("Get returns %q", got)
	}
	for _, c := range []struct {
		fields  []string
		selects string
	}{
		{[]string{"users", "name"}, "users"},
		{[]string{"buyers", "users", "audit", "logo"}, "users,buyers,audit"},
		{[]string{"description"}, "description"},
	} {
		before := len(p.requests())
		object := getFields(t, groups, read, c.fields...)
		if got, want := unescaped(t, p.requests()[before]), `/user-groups?in(id,("UGR-1"))&select=`+c.selects+`&limit=100&offset=0`; got != want {
			t.Errorf("requested %s, want %s", got, want)
		}
		for _, f := range c.fields {
			if !object.HasField(f) {
				t.Errorf("%q: %s is missing", c.fields, f)
			}
		}
		if slices.Contains(c.fields, "users") && len(object.Users) != 2 || slices.Contains(c.fields, "buyers") && object.Buyers == nil {
			t.Errorf("%q: users %v, buyers %v", c.fields, object.Users, object.Buyers)
		}
	}
	hidden = true
	groups = connectTo(t, p, "").Collections().Groups
	object := getFields(t, groups, read, "users", "description")
	if !object.HasField("users") || !object.HasField("description") || object.Users != nil || object.Description != nil || object.HasField("buyers") {
		t.Errorf("hidden fields: %+v", object)
	}
}

// A member's omitted properties are read by the list of the account.
func TestMemberships_GetFieldsNamesWhatIsMissing(t *testing.T) {
	for path, want := range map[string]string{
		"":              `/ACC-1/users?in(user.id,("USR-1"))&select=groups,user.email,user.status,user.firstName,user.lastName,user.lastLoginAt,user.settings&limit=100&offset=0`,
		membersPath2026: `/accounts/ACC-1/users?in(id,("USR-1"))&select=groups&limit=100&offset=0`,
	} {
		p := &stubPlatform{respond: func(_, query string) string {
			if strings.Contains(query, "select=groups") {
				return rowsOf(`{"id":"USR-1","groups":[{"id":"UGR-1"}]}`)
			}
			return `{"$meta":{"omitted":["groups","buyers"]},"data":[{"id":"USR-1"}]}`
		}}
		c := connectTo(t, p, path).Collections()
		read := get(t, c.Memberships, "ACC-1/USR-1")
		if read.HasField("groups") || read.HasField("buyers") || !read.HasField("modules") || !read.HasField("joinedAt") {
			t.Errorf("Get returns %+v", read)
		}
		m := getFields(t, c.Memberships, read, "groups", "user", "status")
		if len(m.Groups) != 1 {
			t.Errorf("groups %v", m.Groups)
		}
		if got := unescaped(t, p.requests()[1]); got != want {
			t.Errorf("requested %s, want %s", got, want)
		}
	}
}

// A record keeps what an earlier request has named.
func TestCollection_GetFieldsKeepsFields(t *testing.T) {
	p := &stubPlatform{respond: func(_, query string) string {
		row, omitted := `{"id":"USR-1","name":"Anna"`, []string{}
		for name, value := range map[string]string{"email": `"a@b.example"`, "status": `"Active"`, "audit": `{"created":{"at":"2026-01-02T03:04:05Z"}}`} {
			if strings.Contains(query, name) {
				row += `,"` + name + `":` + value
			} else {
				omitted = append(omitted, `"`+name+`"`)
			}
		}
		return `{"$meta":{"omitted":[` + strings.Join(omitted, ",") + `]},"data":[` + row + `}]}`
	}}
	users := connectTo(t, p, "").Collections().Users
	u := getFields(t, users, getFields(t, users, get(t, users, "USR-1"), "email"), "status")
	if !u.Complete() || u.Email == nil || u.Status != model.UserActive || u.CreatedAt == nil || u.Audit == nil {
		t.Errorf("%+v", u)
	}
}
