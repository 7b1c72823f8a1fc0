package softwareone_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// recordFields returns the graph's names of the fields of a model struct, without
// those of its Entity: ExternalID is externalId.
func recordFields(record model.Node) (fields []string) {
	t := reflect.TypeOf(record).Elem()
	for i := range t.NumField() {
		if f := t.Field(i); !f.Anonymous {
			name := strings.ToLower(f.Name[:1]) + f.Name[1:]
			if before, ok := strings.CutSuffix(name, "ID"); ok {
				name = before + "Id"
			}
			fields = append(fields, name)
		}
	}
	return fields
}

// An objectCase reads one type of object: as a short reference, and as a row of
// a list whose $meta.omitted holds the given names.
type objectCase struct {
	file      string
	reference func(t *testing.T, object string) model.Node
	row       func(t *testing.T, object, omitted string) model.Node
}

func rowWithOmitted[T model.Node](t *testing.T, of func(providers.Collections) providers.Collection[T], q providers.Query, object, omitted string) model.Node {
	t.Helper()
	c, _ := connect(t, `{"$meta":{"omitted":[`+omitted+`]},"data":[`+object+`]}`)
	page, err := of(c).Page(t.Context(), q, "")
	return onlyRow(t, page, err)
}

func groupWith(t *testing.T, property, value string) *model.Group {
	t.Helper()
	c, _ := connect(t, rowsOf(`{"id":"UGR-1","`+property+`":`+value+`}`))
	page, err := c.Groups.Page(t.Context(), providers.Query{}, "")
	return onlyRow(t, page, err)
}

// rowOf returns an objectCase.row for a collection.
func rowOf[T model.Node](of func(providers.Collections) providers.Collection[T]) func(*testing.T, string, string) model.Node {
	return func(t *testing.T, object, omitted string) model.Node {
		t.Helper()
		return rowWithOmitted(t, of, providers.Query{}, object, omitted)
	}
}

var objectCases = []objectCase{
	{
		"user.json",
		func(t *testing.T, object string) model.Node { return groupWith(t, "users", "["+object+"]").Users[0] },
		rowOf(func(c providers.Collections) providers.Collection[*model.User] { return c.Users }),
	},
	{
		"account.json",
		func(t *testing.T, object string) model.Node { return groupWith(t, "account", object).Account },
		rowOf(func(c providers.Collections) providers.Collection[*model.Account] { return c.Accounts }),
	},
	{
		"module.json",
		func(t *testing.T, object string) model.Node {
			return groupWith(t, "modules", "["+object+"]").Modules[0]
		},
		rowOf(func(c providers.Collections) providers.Collection[*model.Module] { return c.Modules }),
	},
	{
		"buyer.json",
		func(t *testing.T, object string) model.Node { return groupWith(t, "buyers", "["+object+"]").Buyers[0] },
		rowOf(func(c providers.Collections) providers.Collection[*model.Buyer] { return c.Buyers }),
	},
	{
		"seller.json",
		func(t *testing.T, object string) model.Node {
			return groupWith(t, "buyers", `[{"id":"BUY-1","sellers":[`+object+`]}]`).Buyers[0].Sellers[0]
		},
		rowOf(func(c providers.Collections) providers.Collection[*model.Seller] { return c.Sellers }),
	},
	{
		"group.json",
		func(t *testing.T, object string) model.Node {
			c, _ := connect(t, rowsOf(`{"id":"USR-1","groups":[`+object+`]}`))
			page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
			return onlyRow(t, page, err).Groups[0]
		},
		rowOf(func(c providers.Collections) providers.Collection[*model.Group] { return c.Groups }),
	},
}

// properties returns the names and values of an object's properties but its id.
func properties(t *testing.T, object string) map[string]json.RawMessage {
	t.Helper()
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(object), &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "id")
	return all
}

// objectWith returns the object in a file with the id X-1 and another value of a property,
// or without it if the value is empty.
func objectWith(t *testing.T, file, name, value string) string {
	t.Helper()
	all := properties(t, testdata(t, file))
	all["id"] = json.RawMessage(`"X-1"`)
	delete(all, "$meta")
	if delete(all, name); value != "" {
		all[name] = json.RawMessage(value)
	}
	object, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(object)
}

// A reference that contains every property holds every field. A field that no
// entry of the object type's table names is not held.
func TestObjectTypes_CoverEveryField(t *testing.T) {
	for _, c := range objectCases {
		record := c.reference(t, testdata(t, c.file))
		for _, field := range recordFields(record) {
			if !record.HasField(field) {
				t.Errorf("%s: a reference with every property of testdata/%s does not hold %s: name the field in the entry of the property "+
					"that fills it (newObjectType), and add the property to the file", record.GlobalID(), c.file, field)
			}
		}
	}
}

// withoutField are properties in testdata that the graph has no field for.
var withoutField = []string{"$meta", "accounts", "code", "eligibility", "erpLink", "revision"}

// A property of the vendor's that $meta.omitted names, or that a reference lacks,
// takes its fields out of the record, and no others.
func TestObjectTypes_MapPropertiesToFields(t *testing.T) {
	for _, c := range objectCases {
		bare := c.reference(t, `{"id":"X-1"}`)
		fields := recordFields(bare)
		filledBy := map[string]string{}
		for name, value := range properties(t, testdata(t, c.file)) {
			row := c.row(t, objectWith(t, c.file, name, ""), `"`+name+`"`)
			if name == "audit" { // which every request names, so that omitting it hides it
				row = c.row(t, objectWith(t, c.file, name, `"[Circular Reference]"`), "")
			}
			missing := slices.DeleteFunc(slices.Clone(fields), row.HasField)
			unmapped := slices.Contains(withoutField, name) || name == "audit" && !slices.Contains(fields, "audit") // of a Seller
			if (len(missing) == 0) != unmapped {
				t.Errorf("%s: the property %s of testdata/%s fills %q", bare.GlobalID(), name, c.file, missing)
			}
			reference := c.reference(t, `{"id":"X-1","`+name+`":`+string(value)+`}`)
			for _, field := range fields {
				if other, ok := filledBy[field]; ok && slices.Contains(missing, field) {
					t.Errorf("%s: %s and %s fill %s", bare.GlobalID(), name, other, field)
				}
				if slices.Contains(missing, field) {
					filledBy[field] = name
				}
				if want := bare.HasField(field) || slices.Contains(missing, field); reference.HasField(field) != want {
					t.Errorf("%s: a reference with the property %s holds %s: %v", bare.GlobalID(), name, field, !want)
				}
			}
		}
	}
}

// Memberships are never embedded: a membership of which only user and account are
// known holds the fields that every record holds, and the properties in
// $meta.omitted must account for all others.
func TestObjectTypes_CoverEveryFieldOfMemberships(t *testing.T) {
	c, _ := connect(t, rowsOf(`{"id":"USR-1","accounts":[{"id":"ACC-1"}]}`))
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeUser, "USR-1"), "")
	always := onlyRow(t, page, err)
	row := rowWithOmitted(t, func(c providers.Collections) providers.Collection[*model.Membership] { return c.Memberships },
		listOf(model.TypeAccount, "ACC-1"), `{"id":"USR-1","audit":"[Circular Reference]"}`, `"invitation","groups","buyers","modules"`)
	for _, field := range recordFields(always) {
		if row.HasField(field) && !always.HasField(field) {
			t.Errorf("no property of a membership fills %s: name the field in the entry of the property that fills it (newObjectType)", field)
		}
	}
}

// Select lists are part of cache keys: another list reads everything again.
func TestCollections_Select(t *testing.T) {
	c, p := connect(t, rowsOf())
	for _, err := range []error{
		pageError(t, c.Users, providers.Query{}, ""), pageError(t, c.Accounts, providers.Query{}, ""), pageError(t, c.Groups, providers.Query{}, ""),
		pageError(t, c.Buyers, providers.Query{}, ""), pageError(t, c.Sellers, providers.Query{}, ""), pageError(t, c.Modules, providers.Query{}, ""),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	const rest = "&order=id&limit=100&offset=0"
	want := []string{
		"/users?select=audit" + rest, "/accounts?select=audit" + rest, "/user-groups?select=audit" + rest,
		"/buyers?select=audit,contact.user.id,contact.user.name,contact.user.icon,contact.user.phone" + rest,
		"/sellers?select=audit" + rest, "/modules?select=audit" + rest,
	}
	if got := p.requests(); !slices.Equal(got, want) {
		t.Errorf("requests %q, want %q", got, want)
	}
}
