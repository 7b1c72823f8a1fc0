package softwareone_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// value returns what a client sees of a field: objects with an id are their ids.
func value(v reflect.Value) any {
	if n, ok := v.Interface().(model.Node); ok {
		if v.IsNil() {
			return nil
		}
		return n.GlobalID()
	}
	if at, ok := v.Interface().(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return value(v.Elem())
	case reflect.Slice:
		all := make([]any, v.Len())
		for i := range all {
			all[i] = value(v.Index(i))
		}
		return all
	case reflect.Struct:
		fields := map[string]any{}
		for i := range v.NumField() {
			if f := v.Type().Field(i); !f.Anonymous {
				fields[f.Name] = value(v.Field(i))
			}
		}
		return fields
	}
	return v.Interface()
}

// readAll reads every object of a list, with all fields, first as rows and then by
// its id, and returns its fields by id.
func readAll[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query) map[string]any {
	t.Helper()
	all, fields := map[string]any{}, recordFields(*new(T))
	check := func(ids []string, result providers.BatchResult[T]) {
		for id, err := range result.Failed {
			t.Errorf("%s: %v", id, err)
		}
		for _, id := range ids {
			object, ok := result.Objects[id]
			if !ok {
				t.Errorf("%s was not found", id)
				continue
			}
			all[id] = value(reflect.ValueOf(object).Elem())
		}
	}
	for token, pages := "", 0; ; pages++ {
		page, err := c.Page(t.Context(), q, token)
		if err != nil || len(page.Errors) > 0 || pages > 100 {
			t.Fatalf("page %q: %v, %v", token, err, page)
		}
		ids := make([]string, len(page.Items))
		for i, row := range page.Items {
			ids[i] = row.GlobalID().VendorID()
		}
		read := c.Get(t.Context(), ids)
		records := make([]T, 0, len(ids))
		for _, id := range ids {
			if object, ok := read.Objects[id]; ok {
				records = append(records, object)
			}
		}
		check(ids, read)
		if slices.ContainsFunc(records, func(r T) bool { return !r.Complete() }) {
			check(ids, c.(providers.FieldReader[T]).GetFields(t.Context(), records, fields))
		}
		if token = page.Next; token == "" {
			return all
		}
	}
}

// Whatever the platform may do differently, the records are the same.
func TestCollections_ReadTheSameUnderVariations(t *testing.T) {
	read := func(t *testing.T, set func(*softwareonefake.Fake)) map[string]map[string]any {
		t.Helper()
		c, s := connectFake(t, "")
		set(s.fake)
		return map[string]map[string]any{
			"users": readAll(t, c.Users, providers.Query{}), "accounts": readAll(t, c.Accounts, providers.Query{}),
			"groups": readAll(t, c.Groups, providers.Query{}), "buyers": readAll(t, c.Buyers, providers.Query{}),
			"sellers": readAll(t, c.Sellers, providers.Query{}), "modules": readAll(t, c.Modules, providers.Query{}),
			"members": readAll(t, c.Memberships, listOf(model.TypeAccount, softwareonefake.AccountID(2))),
		}
	}
	want := read(t, func(*softwareonefake.Fake) {})
	for name, c := range map[string]struct {
		set func(*softwareonefake.Fake)
		// differ are the fields that differ.
		differ string
	}{
		"href and $meta everywhere": {set: func(f *softwareonefake.Fake) { f.Verbose = true }},
		"no $meta.omitted":          {set: func(f *softwareonefake.Fake) { f.NoOmitted = true }},
		"omitted properties": {set: func(f *softwareonefake.Fake) {
			f.Omit = []string{
				"User.email", "User.status", "User.name", "User.settings", "User.currentAccount", "Account.name", "Account.status", "Account.address",
				"UserGroup.users", "UserGroup.buyers", "UserGroup.modules", "UserGroup.isDefault", "Buyer.sellers", "Buyer.status", "Buyer.taxId", "Seller.status",
				"Seller.currencies", "Module.accountTypes", "Module.settings", "AccountUser.groups", "AccountUser.modules", "AccountUser.invitation",
			}
		}},
		"40 rows a page":                              {set: func(f *softwareonefake.Fake) { f.MaxRows = 40 }},
		"short pages":                                 {set: func(f *softwareonefake.Fake) { f.ShortPages = 30 }},
		"no totals":                                   {set: func(f *softwareonefake.Fake) { f.NoTotal = true }},
		"short pages without totals":                  {set: func(f *softwareonefake.Fake) { f.NoTotal, f.ShortPages = true, 60 }},
		"$meta after the data":                        {set: func(f *softwareonefake.Fake) { f.MetaLast = true }},
		"references of id and name":                   {set: func(f *softwareonefake.Fake) { f.References = []string{"id", "name"} }, differ: "By"},
		"references of id and href":                   {set: func(f *softwareonefake.Fake) { f.References = []string{"id", "href"} }, differ: "By"},
		"null for absent values":                      {set: func(f *softwareonefake.Fake) { f.Nulls = true }},
		"empty texts for absent ones":                 {set: func(f *softwareonefake.Fake) { f.EmptyTexts = true }},
		"circular references":                         {set: func(f *softwareonefake.Fake) { f.Placeholders = true }},
		"no filter by inner user":                     {set: func(f *softwareonefake.Fake) { f.NoUserFilter = true }},
		"a filter by inner user that matches nothing": {set: func(f *softwareonefake.Fake) { f.EmptyUserFilter = true }},
		"currencies as objects":                       {set: func(f *softwareonefake.Fake) { f.CurrencyObjects = true }, differ: "Currencies"},
		"odd values":                                  {set: func(f *softwareonefake.Fake) { f.OddValues = true }, differ: "Phone Settings Address TaxID Contact"},
		"other names":                                 {set: func(f *softwareonefake.Fake) { f.OtherNames = true }, differ: "Audit"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, c.set)
			ignored := cmp.FilterPath(func(p cmp.Path) bool {
				for _, step := range p {
					if key, ok := step.(cmp.MapIndex); ok && slices.Contains(strings.Fields(c.differ), key.Key().String()) {
						return true
					}
				}
				return false
			}, cmp.Ignore())
			if diff := cmp.Diff(want, got, ignored); diff != "" {
				t.Errorf("-as documented +varied:\n%.3000s", diff)
			}
		})
	}
}

// A user whose id has unusual characters is found by it.
func TestCollections_FindEveryListedID(t *testing.T) {
	c, s := connectFake(t, "")
	s.fake.OddIDs = true
	if users := readAll(t, c.Users, filtered(providers.Filter{Name: "Odd"})); len(users) < 10 {
		t.Errorf("%d users with odd ids", len(users))
	}
}

// A member without a user is left out, and the page says so.
func TestMemberships_LeaveOutUnknownUser(t *testing.T) {
	c, s := connectFake(t, "")
	s.fake.UnknownUser = true
	page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, softwareonefake.FirstAccount), "")
	if err != nil || len(page.Items) != 99 || len(page.Errors) != 1 {
		t.Errorf("%v, %+v", err, page)
	}
}
