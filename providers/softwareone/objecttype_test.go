package softwareone

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// fieldName returns the graph's name of a field of a model struct: ExternalID is
// externalId.
func fieldName(goName string) string {
	name := strings.ToLower(goName[:1]) + goName[1:]
	if before, ok := strings.CutSuffix(name, "ID"); ok {
		name = before + "Id"
	}
	return name
}

// modelFields returns the graph fields that records of a model struct hold
// themselves, without id, provider and vendorId.
func modelFields(record reflect.Type) (fields []string) {
	for i := range record.NumField() {
		if f := record.Field(i); !f.Anonymous {
			fields = append(fields, fieldName(f.Name))
		}
	}
	return fields
}

// coverage returns the differences between the table of an object type and the
// model struct that it fills.
func coverage[W any](t *objectType[W], record reflect.Type) (problems []string) {
	if len(t.properties) > 32 {
		problems = append(problems, fmt.Sprintf("%s has %d properties, a propertySet has room for 32", t.name, len(t.properties)))
	}
	filledBy := map[string]string{}
	fill := func(field, by string) {
		if other, ok := filledBy[field]; ok {
			problems = append(problems, fmt.Sprintf("%s.%s is filled by %s and by %s", t.name, field, other, by))
		}
		filledBy[field] = by
	}
	for _, field := range t.always {
		fill(field, "always")
	}
	for i, p := range t.properties {
		if len(p.fields) == 0 {
			problems = append(problems, fmt.Sprintf("property %s of %s fills no graph field", p.name, t.name))
		}
		if t.set(p.name) != 1<<i {
			problems = append(problems, fmt.Sprintf("%s has two properties %s", t.name, p.name))
		}
		for _, field := range p.fields {
			fill(field, "property "+p.name)
		}
	}
	fields := modelFields(record)
	for _, field := range fields {
		if _, ok := filledBy[field]; !ok {
			problems = append(problems, fmt.Sprintf("no property of %s fills its field %s: add the field to the property that fills it, "+
				"or to always if every record holds it", t.name, field))
		}
	}
	for field := range filledBy {
		_, method := reflect.PointerTo(record).MethodByName(strings.ToUpper(field[:1]) + field[1:])
		if !method && !slices.Contains(fields, field) {
			problems = append(problems, fmt.Sprintf("%s fills %s, which model.%s does not have", filledBy[field], field, record.Name()))
		}
	}
	return problems
}

func TestObjectType_CoversModel(t *testing.T) {
	for _, problems := range [][]string{
		coverage(userType, reflect.TypeFor[model.User]()),
		coverage(accountType, reflect.TypeFor[model.Account]()),
		coverage(groupType, reflect.TypeFor[model.Group]()),
		coverage(moduleType, reflect.TypeFor[model.Module]()),
		coverage(buyerType, reflect.TypeFor[model.Buyer]()),
		coverage(sellerType, reflect.TypeFor[model.Seller]()),
		coverage(membershipType, reflect.TypeFor[model.Membership]()),
	} {
		for _, problem := range problems {
			t.Error(problem)
		}
	}
}

// The test above must report each kind of difference.
func TestCoverage_ReportsDifferences(t *testing.T) {
	type Phone struct {
		model.Entity
		Prefix, Number, CarrierID *string
	}
	set := func(*Phone) state { return present }
	got := coverage(newObjectType("Phone", []string{"number"},
		rowProperty("prefix", set, "prefix", "number"), rowProperty("country", set)), reflect.TypeFor[Phone]())
	want := []string{
		"Phone.number is filled by always and by property prefix",
		"no property of Phone fills its field carrierId: add the field to the property that fills it, or to always if every record holds it",
		"property country fills country, which model.Phone does not have",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// samples are JSON values, one of which suits each property.
var samples = []string{`"x"`, `true`, `{}`, `[]`}

// checkPresence decodes each property of a type alone, absent, null and as a
// placeholder.
func checkPresence[W any](t *testing.T, ot *objectType[W], read func(*W, *jsonscan.Reader), of func(*W) presence) {
	t.Helper()
	decode := func(name, value string) (presence, error) {
		w, err := decodeRow([]byte(`{"id":"X","`+name+`":`+value+`}`), read)
		return of(w), err
	}
	for i, p := range ot.properties {
		bit := propertySet(1 << i)
		found := slices.ContainsFunc(samples, func(value string) bool {
			got, err := decode(p.name, value)
			return err == nil && got == presence{present: bit}
		})
		if !found {
			t.Errorf("%s.%s: no sample is read as this property alone; does read have a case for it?", ot.name, p.name)
		}
		if got, err := decode(p.name, "null"); err != nil || got != (presence{}) {
			t.Errorf("%s.%s: null is read as %+v, %v", ot.name, p.name, got, err)
		}
		got, err := decode(p.name, `"`+circularReference+`"`)
		switch {
		case err != nil && !errors.Is(err, jsonscan.ErrKind):
			t.Errorf("%s.%s: a placeholder fails: %v", ot.name, p.name, err)
		case err == nil && got.present|got.unclear != bit:
			t.Errorf("%s.%s: a placeholder is read as %+v", ot.name, p.name, got)
		}
		if got, err := decode("$meta", `{"omitted":["`+p.name+`.part"]}`); err != nil || got != (presence{omitted: bit}) {
			t.Errorf("%s.%s: $meta.omitted is read as %+v, %v", ot.name, p.name, got, err)
		}
	}
	if got, err := decode("unknown", `[1]`); err != nil || got != (presence{}) {
		t.Errorf("%s: an unknown property is read as %+v, %v", ot.name, got, err)
	}
}

func TestObjectType_ReadsPresence(t *testing.T) {
	checkPresence(t, userType, (*wireUser).read, func(w *wireUser) presence { return w.presence })
	checkPresence(t, accountType, (*wireAccount).read, func(w *wireAccount) presence { return w.presence })
	checkPresence(t, groupType, (*wireGroup).read, func(w *wireGroup) presence { return w.presence })
	checkPresence(t, moduleType, (*wireModule).read, func(w *wireModule) presence { return w.presence })
	checkPresence(t, buyerType, (*wireBuyer).read, func(w *wireBuyer) presence { return w.presence })
	checkPresence(t, sellerType, (*wireSeller).read, func(w *wireSeller) presence { return w.presence })
	checkPresence(t, membershipType, (*wireMember).read, func(w *wireMember) presence { return w.presence })
}

// Select lists are part of cache keys: a changed list reads everything again.
func TestObjectType_SelectLists(t *testing.T) {
	c := newCollections(nil, decoder{}, DefaultAccountUsersPath)
	flat := &memberships{path: "/v1/accounts/accounts/{accountId}/users"}
	for name, lists := range map[string][2]string{
		"users":                {c.Users.(*collection[*model.User]).selects, "audit"},
		"accounts":             {c.Accounts.(*collection[*model.Account]).selects, "audit"},
		"groups":               {c.Groups.(*collection[*model.Group]).selects, "audit"},
		"modules":              {c.Modules.(*collection[*model.Module]).selects, "audit"},
		"sellers":              {c.Sellers.(*collection[*model.Seller]).selects, "audit"},
		"buyers":               {c.Buyers.(*collection[*model.Buyer]).selects, "audit,contact.user.id,contact.user.name,contact.user.icon,contact.user.phone"},
		"memberships":          {c.Memberships.(*memberships).selects(), "audit,user.email,user.status,user.firstName,user.lastName,user.lastLoginAt,user.settings"},
		"flat memberships":     {flat.selects(), "audit"},
		"accounts with a user": {selectAccounts(), "accounts.id,accounts.name,accounts.icon,accounts.type,accounts.status,audit"},
	} {
		if lists[0] != lists[1] {
			t.Errorf("%s: select %s, want %s", name, lists[0], lists[1])
		}
	}
}
