package providertest

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// maxPages exceeds the number of pages of every fake.
const maxPages = 500

// collection is a collection of a provider, of any type.
type collection struct {
	typ  string
	page func(ctx context.Context, q providers.Query, token string) (*providers.Page[model.Node], error)
	get  func(ctx context.Context, ids []string) providers.BatchResult[model.Node]
	// firstPages is that of a MultiList, else nil.
	firstPages      func(ctx context.Context, q providers.Query) []providers.Ahead
	supportsParents func(parentType string) bool
}

// collections returns the collections that Token may read.
func (s Subject) collections(p providers.Provider) []collection {
	return slices.DeleteFunc(collections(p), func(c collection) bool { return slices.Contains(s.Forbidden, c.typ) })
}

// collections returns the collections that a provider has.
func collections(p providers.Provider) []collection {
	c := p.Collections()
	var all []collection
	all = add(all, model.TypeUser, c.Users)
	all = add(all, model.TypeMembership, c.Memberships)
	all = add(all, model.TypeAccount, c.Accounts)
	all = add(all, model.TypeOrganization, c.Organizations)
	all = add(all, model.TypeGroup, c.Groups)
	all = add(all, model.TypeBuyer, c.Buyers)
	all = add(all, model.TypeSeller, c.Sellers)
	return add(all, model.TypeModule, c.Modules)
}

func add[T model.Node](all []collection, typ string, c providers.Collection[T]) []collection {
	if c == nil {
		return all
	}
	var firstPages func(ctx context.Context, q providers.Query) []providers.Ahead
	if lists, ok := c.(providers.MultiList); ok {
		firstPages = lists.FirstPages
	}
	return append(all, collection{
		typ: typ, firstPages: firstPages,
		page: func(ctx context.Context, q providers.Query, token string) (*providers.Page[model.Node], error) {
			page, err := c.Page(ctx, q, token)
			return nodesOf(page), err
		},
		get: func(ctx context.Context, ids []string) providers.BatchResult[model.Node] {
			result := c.Get(ctx, ids)
			nodes := providers.BatchResult[model.Node]{Objects: map[string]model.Node{}, Failed: result.Failed}
			for id, object := range result.Objects {
				nodes.Objects[id] = object
			}
			return nodes
		},
		supportsParents: c.SupportsParents,
	})
}

// nodesOf returns a page of nodes, nil for nil.
func nodesOf[T model.Node](page *providers.Page[T]) *providers.Page[model.Node] {
	if page == nil {
		return nil
	}
	nodes := &providers.Page[model.Node]{
		Next: page.Next, Total: page.Total, MayRepeat: page.MayRepeat, Freshness: page.Freshness,
		Errors: page.Errors, Hidden: page.Hidden, Ahead: page.Ahead, Sorted: page.Sorted, Partial: page.Partial,
	}
	for _, item := range page.Items {
		nodes.Items = append(nodes.Items, item)
	}
	if page.At != nil {
		nodes.At = func(token string) *providers.Page[model.Node] { return nodesOf(page.At(token)) }
	}
	return nodes
}

// list is a list of a collection.
type list struct {
	collection
	name  string
	query providers.Query
}

// listsOf returns the lists of all collections: the whole collection, or for
// memberships one list per parent.
func (s Subject) listsOf(p providers.Provider) []list {
	var all []list
	for _, c := range s.collections(p) {
		if c.typ != model.TypeMembership {
			all = append(all, list{c, c.typ, providers.Query{}})
			continue
		}
		for _, parent := range s.parents() {
			all = append(all, list{c, c.typ + " of " + parent.Type + " " + parent.IDs[0], providers.Query{Parent: parent}})
		}
	}
	return all
}

// parents returns the parents of memberships, one per object.
func (s Subject) parents() []providers.Parent {
	var all []providers.Parent
	for _, id := range s.Accounts {
		all = append(all, providers.Parent{Type: model.TypeAccount, IDs: []string{id}})
	}
	for _, id := range s.Organizations {
		all = append(all, providers.Parent{Type: model.TypeOrganization, IDs: []string{id}})
	}
	for _, id := range s.Users {
		all = append(all, providers.Parent{Type: model.TypeUser, IDs: []string{id}})
	}
	return all
}

// rows are all rows of a list.
type rows struct {
	nodes  []model.Node // distinct, in the order of their first occurrence
	total  *int         // of the first page
	sorted bool         // as the first page
	tokens []string     // of all pages except the first
}

func (r rows) keys() []model.ID {
	keys := make([]model.ID, len(r.nodes))
	for i, n := range r.nodes {
		keys[i] = n.GlobalID()
	}
	return keys
}

func (r rows) ids() []string {
	ids := make([]string, len(r.nodes))
	for i, n := range r.nodes {
		ids[i] = n.GlobalID().VendorID()
	}
	return ids
}

// read reads all pages of a list and checks them.
func (l list) read(t *testing.T, p providers.Provider, q providers.Query) rows {
	t.Helper()
	var r rows
	seen, used := map[model.ID]bool{}, map[string]bool{}
	for token := ""; ; {
		page, err := l.page(t.Context(), q, token)
		if err != nil {
			t.Fatalf("%s: Page(%q) = %v", l.name, token, err)
		}
		if page == nil {
			t.Fatalf("%s: Page(%q) = nil, nil", l.name, token)
		}
		if page.Freshness.FetchedAt.IsZero() && len(page.Items) > 0 {
			t.Errorf("%s: Page(%q) has no FetchedAt", l.name, token)
		}
		if page.Hidden || len(page.Errors) > 0 {
			t.Errorf("%s: Page(%q) is incomplete: hidden %t, %v", l.name, token, page.Hidden, page.Errors)
		}
		if token == "" {
			r.total, r.sorted = page.Total, page.Sorted
		}
		if page.Sorted != r.sorted {
			t.Errorf("%s: Sorted is %t on the first page and %t on Page(%q)", l.name, r.sorted, page.Sorted, token)
		}
		for _, node := range page.Items {
			checkEntity(t, p, l.typ, node)
			if !seen[node.GlobalID()] {
				seen[node.GlobalID()] = true
				r.nodes = append(r.nodes, node)
			}
		}
		if page.Next == "" {
			return r
		}
		if used[page.Next] || page.Next == token {
			t.Fatalf("%s: token %q is repeated", l.name, page.Next)
		}
		used[page.Next] = true
		if r.tokens = append(r.tokens, page.Next); len(r.tokens) == maxPages {
			t.Fatalf("%s: more than %d pages", l.name, maxPages)
		}
		token = page.Next
	}
}

// checkEntity checks the provider and the ids of a record.
func checkEntity(t *testing.T, p providers.Provider, typ string, node model.Node) {
	t.Helper()
	e := entityOf(node)
	if e.Provider != p.Connection() {
		t.Errorf("%s: Provider is not the one that read the record", e.ID)
	}
	if e.VendorID == "" || e.ID != model.NewID(p.Connection().Name, typ, e.VendorID) {
		t.Errorf("%s: the id does not consist of provider %q, type %s and vendor id %q", e.ID, p.Connection().Name, typ, e.VendorID)
	}
	if _, err := model.ParseID(string(e.ID)); err != nil {
		t.Errorf("%s: %v", e.ID, err)
	}
}

// entityOf returns the embedded Entity of a record.
func entityOf(node model.Node) model.Entity {
	return reflect.ValueOf(node).Elem().FieldByName("Entity").Interface().(model.Entity)
}
