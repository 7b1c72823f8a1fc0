package directory_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// fieldCollection is a collection whose vendor sends fields where a request names them.
// Each call of GetFields adds an element to read.
type fieldCollection[T model.Node] struct {
	*fakeCollection[T]
	objects map[string]T
	failed  map[string]error
	read    []fieldCall
}

type fieldCall struct{ ids, fields []string }

func (c *fieldCollection[T]) GetFields(_ context.Context, records []T, fields []string) providers.BatchResult[T] {
	call := fieldCall{fields: fields}
	result := providers.BatchResult[T]{Objects: map[string]T{}, Failed: map[string]error{}}
	for _, r := range records {
		id := r.GlobalID().VendorID()
		call.ids = append(call.ids, id)
		if object, ok := c.objects[id]; ok {
			result.Objects[id] = object
		}
		if err := c.failed[id]; err != nil {
			result.Failed[id] = err
		}
	}
	slices.Sort(call.ids)
	c.read = append(c.read, call)
	return result
}

// userLacking returns a user whose name was not sent.
func userLacking(vendorID string, fields ...string) *model.User {
	u := user("a", vendorID, "")
	u.Entity = u.WithFieldSet(model.AllExcept(fields...))
	return u
}

func withFieldReader(rows ...*model.User) (*directory.Directory, *fieldCollection[*model.User]) {
	c := &fieldCollection[*model.User]{
		fakeCollection: &fakeCollection[*model.User]{pages: [][]*model.User{rows}, totals: true},
		objects:        map[string]*model.User{}, failed: map[string]error{},
	}
	return directory.New(fakeProvider{connection("a"), providers.Collections{Users: c}}), c
}

// Rows that lack what a query compares are read again in one call, which names the field.
func TestRead_RowsThatLackFields(t *testing.T) {
	byName := providers.Order{Field: model.OrderByName}
	for name, c := range map[string]struct {
		query  providers.Query
		fields []string
		want   []string
	}{
		"nothing is compared":          {providers.Query{}, nil, []string{"a:1", "a:2", "a:3"}},
		"what all rows hold":           {providers.Query{Filter: providers.Filter{Status: []string{""}}}, nil, []string{"a:1", "a:2", "a:3"}},
		"an order by what they lack":   {providers.Query{Order: byName}, []string{"name"}, []string{"a:3", "a:2", "a:1"}},
		"a filter by what they lack":   {providers.Query{Filter: providers.Filter{Name: "b"}}, []string{"name"}, []string{"a:2"}},
		"a filter and an order, twice": {providers.Query{Filter: providers.Filter{Name: "a"}, Order: byName}, []string{"name"}, []string{"a:3"}},
	} {
		d, collection := withFieldReader(userLacking("1", "name"), user("a", "2", "Bob"), userLacking("3", "name"))
		collection.objects["1"], collection.objects["3"] = user("a", "1", "Zoe"), user("a", "3", "Anna")
		listing := read(t, d, directory.List{Query: c.query}, directory.Window{First: 9})
		if got := ids(listing); !slices.Equal(got, c.want) || !listing.Complete || len(listing.Errors) > 0 {
			t.Errorf("%s: %q, complete: %t, %v", name, got, listing.Complete, listing.Errors)
		}
		switch {
		case c.fields == nil && len(collection.read) == 0:
		case len(collection.read) != 1 || !slices.Equal(collection.read[0].ids, []string{"1", "3"}) || !slices.Equal(collection.read[0].fields, c.fields):
			t.Errorf("%s: the calls are %q", name, collection.read)
		}
	}
}

// A row that could not be read again is left out, with its error.
func TestRead_RowsThatCannotBeReadAgain(t *testing.T) {
	d, collection := withFieldReader(userLacking("1", "name"), user("a", "2", "Bob"), userLacking("3", "name"), userLacking("4", "name"))
	collection.objects["1"], collection.objects["4"] = user("a", "1", "Ann"), user("a", "4", "Cid")
	collection.failed["3"] = unavailable
	for name, q := range map[string]providers.Query{
		"order":  {Order: providers.Order{Field: model.OrderByName}},
		"filter": {Filter: providers.Filter{Name: "n"}},
	} {
		want := map[string][]string{"order": {"a:1", "a:2", "a:4"}, "filter": {"a:1"}}[name]
		listing := read(t, d, directory.List{Query: q}, directory.Window{First: 9, Total: true})
		if got := ids(listing); !slices.Equal(got, want) || listing.Complete || listing.TotalCount != nil ||
			!slices.Equal(kinds(listing.Errors), []providers.Kind{providers.Unavailable}) {
			t.Errorf("%s: %q, complete: %t, %v", name, got, listing.Complete, listing.Errors)
		}
	}
}

// The users of memberships are completed from the provider's users, each user once; a
// membership whose user cannot be read is left out, with its error.
func TestComparablePage_UsersOfMemberships(t *testing.T) {
	member := func(vendorID string, u *model.User) *model.Membership {
		return &model.Membership{Entity: model.NewEntity(connection("a"), model.TypeMembership, vendorID), User: u}
	}
	rows := []*model.Membership{
		member("7/1", userLacking("1", "name")), member("8/1", userLacking("1", "name")), member("7/2", user("a", "2", "Bob")),
		member("7/broken", userLacking("broken", "name")), member("7/5", nil),
	}
	_, reader := withFieldReader()
	reader.objects["1"], reader.failed["broken"] = user("a", "1", "Zoe"), unavailable
	whole := &fakeCollection[*model.User]{pages: [][]*model.User{{user("a", "1", "Zoe")}}}
	for name, collection := range map[string]providers.Collection[*model.User]{"by field": reader, "by id": whole} {
		got := directory.ComparablePage(t.Context(), &fakeCollection[*model.Membership]{}, collection,
			providers.Query{Order: providers.Order{Field: model.OrderByName}}, &providers.Page[*model.Membership]{Items: rows})
		var names []string
		for _, m := range got.Items {
			n := m.VendorID + " "
			if m.User != nil && m.User.Name != nil {
				n += *m.User.Name
			}
			names = append(names, n)
		}
		if !slices.Equal(names, []string{"7/1 Zoe", "8/1 Zoe", "7/2 Bob", "7/5 "}) || !slices.Equal(kinds(got.Errors), []providers.Kind{providers.Unavailable}) {
			t.Errorf("%s: %q, %v", name, names, got.Errors)
		}
		if rows[0].User.HasField("name") {
			t.Fatalf("%s: the rows of the page changed", name)
		}
	}
	if len(reader.read) != 1 || !slices.Equal(reader.read[0].ids, []string{"1", "broken"}) || !slices.Equal(reader.read[0].fields, []string{"name"}) {
		t.Errorf("the calls are %q", reader.read)
	}
}

// Fields asks each provider once, and returns objects and errors by global id.
func TestFields_OfSeveralProviders(t *testing.T) {
	a, b := &fieldCollection[*model.User]{}, &fieldCollection[*model.User]{}
	a.objects, b.failed = map[string]*model.User{"1": user("a", "1", "Ann")}, map[string]error{"1": unavailable}
	plain := &fakeCollection[*model.User]{}
	d := directory.New(
		fakeProvider{connection("a"), providers.Collections{Users: a}},
		fakeProvider{connection("b"), providers.Collections{Users: b}},
		fakeProvider{connection("c"), providers.Collections{Users: plain}},
	)
	records := []*model.User{user("a", "1", ""), user("b", "1", ""), user("c", "1", ""), user("gone", "1", ""), user("a", "2", "")}
	objects, failed := directory.Fields(t.Context(), d, users, records, []string{"phone"})
	if got := slices.Collect(maps.Keys(objects)); !slices.Equal(got, []model.ID{"a:User:1"}) || *objects["a:User:1"].Name != "Ann" {
		t.Errorf("objects: %q", got)
	}
	if len(failed) != 1 || providers.KindOf(failed["b:User:1"]) != providers.Unavailable {
		t.Errorf("failed: %v", failed)
	}
	if len(a.read) != 1 || !slices.Equal(a.read[0].ids, []string{"1", "2"}) || len(b.read) != 1 {
		t.Errorf("the calls are %q, %q", a.read, b.read)
	}
	for i, want := range []bool{true, true, false, false} {
		if got := directory.ReadsFields(d, users, records[i]); got != want {
			t.Errorf("%s reads fields: %t", records[i].ID, got)
		}
	}
}
