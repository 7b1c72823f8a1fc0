package softwareone_test

import (
	"slices"
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
		"null":                               {`[]`, `{"id":"USR-1"}`, userFields()},
		"no $meta.omitted":                   {`null`, `{"id":"USR-1"}`, userFields()},
		"omitted by the list":                {`["audit","phone"]`, `{"id":"USR-1"}`, without("audit", "createdAt", "updatedAt", "phone")},
		"omitted by the row":                 {`[]`, `{"id":"USR-1","$meta":{"omitted":["status"]}}`, without("status", "vendorStatus")},
		"omitted by both":                    {`["email"]`, `{"id":"USR-1","$meta":{"omitted":["lastLoginAt"]}}`, without("email", "lastLoginAt")},
		"omitted, but present":               {`["email"]`, `{"id":"USR-1","email":"a@b.example","$meta":{"omitted":["email"]}}`, userFields()},
		"unknown names":                      {`["accounts","text",""]`, `{"id":"USR-1"}`, userFields()},
		"path":                               {`["audit.created"]`, `{"id":"USR-1"}`, without("audit", "createdAt", "updatedAt")},
		"circular reference":                 {`[]`, `{"id":"USR-1","currentAccount":"[Circular Reference]"}`, without("currentAccount")},
		"circular reference inside an audit": {`[]`, `{"id":"USR-1","audit":{"created":"[Circular Reference]"}}`, without("audit", "createdAt", "updatedAt")},
	} {
		collections, _ := connect(t, `{"$meta":{"omitted":`+c.omitted+`,"pagination":{"offset":0,"limit":100,"total":1}},"data":[`+c.row+`]}`)
		page, err := collections.Users.Page(t.Context(), providers.Query{}, "")
		user := onlyRow(t, page, err)
		if got := heldFields(user, userFields()...); !slices.Equal(got, c.want) {
			t.Errorf("%s: holds %q, want %q", name, got, c.want)
		}
		if got := get(t, collections.Users, "USR-1"); !got.Complete() {
			t.Errorf("%s: not complete after Get", name)
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
		[]string{"name", "type", "status", "vendorStatus", "serviceLevel"}; !slices.Equal(got, want) {
		t.Errorf("the account holds %q, want %q", got, want)
	}
	if got, want := heldFields(b.Contact.User, userFields()...),
		[]string{"name", "icon", "phone", "email", "middleName", "customAttributes"}; !slices.Equal(got, want) {
		t.Errorf("the user holds %q, want %q", got, want)
	}
	if len(b.Sellers) != 1 || b.HasField("sellers") || !b.Sellers[0].HasField("externalId") || b.Sellers[0].HasField("status") {
		t.Errorf("sellers %v, held: %v", b.Sellers, b.HasField("sellers"))
	}
	c, _ = connect(t, rowsOf(`{"id":"UGR-1","users":[{"id":"USR-1"},{"id":"USR-2"}],"modules":[{"id":"MOD-1"}],"buyers":[{"id":"BUY-1"}]}`))
	groups, err := c.Groups.Page(t.Context(), providers.Query{}, "")
	g := onlyRow(t, groups, err)
	if g.Users[0].FieldSet != g.Users[1].FieldSet {
		t.Error("equal field sets are two values")
	}
	if got := heldFields(g.Modules[0], "name", "description", "paid", "filters", "settings", "accountTypes", "audit"); len(got) != 5 {
		t.Errorf("the module holds %q", got)
	}
	if got := heldFields(g.Buyers[0], "name", "icon", "status", "account", "errors"); len(got) != 2 {
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
		short := []string{"name", "icon", "phone", "middleName", "customAttributes"}
		got := slices.DeleteFunc(heldFields(onlyRow(t, page, err).Users[0], userFields()...), func(f string) bool { return slices.Contains(short, f) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: holds %q", property, got)
		}
	}
}
