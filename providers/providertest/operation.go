package providertest

import (
	"context"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// operation is something that needs the vendor. It works with every provider of
// the subject.
type operation struct {
	name string
	run  func(ctx context.Context, p providers.Provider) error
}

// operations are Check, the first page of each list, one object of each
// collection, and roles. They are found over a vendor that behaves.
func (s Subject) operations(t *testing.T) []operation {
	t.Helper()
	baseURL, _ := s.Serve(t)
	healthy := s.New(t, baseURL, s.Token, patience)
	all := []operation{{"Check", func(ctx context.Context, p providers.Provider) error { return p.Check(ctx) }}}
	ids := map[string]string{}
	for i, l := range s.listsOf(healthy) {
		page, err := l.page(t.Context(), l.query, "")
		if err != nil || len(page.Items) == 0 {
			t.Fatalf("%s: no first page: %v", l.name, err)
		}
		ids[l.typ] = page.Items[0].GlobalID().VendorID()
		all = append(all, operation{"Page of " + l.name, func(ctx context.Context, p providers.Provider) error {
			page, err := s.listsOf(p)[i].page(ctx, l.query, "")
			if err != nil && page != nil && providers.KindOf(err) != providers.Incomplete {
				t.Errorf("%s: Page gives a page and %v", l.name, err)
			}
			return err
		}})
	}
	for i, c := range s.collections(healthy) {
		id := ids[c.typ]
		all = append(all, operation{"Get of " + c.typ, func(ctx context.Context, p providers.Provider) error {
			return s.collections(p)[i].get(ctx, []string{id}).Failed[id]
		}})
	}
	if healthy.Collections().Roles != nil && ids[model.TypeOrganization] != "" {
		all = append(all, operation{"Roles", func(ctx context.Context, p providers.Provider) error {
			_, err := p.Collections().Roles(ctx, ids[model.TypeOrganization])
			return err
		}})
	}
	return all
}

// try runs every operation as a subtest, all at once: they wait more than they
// work, so that the usual bound on parallel tests would only make them slow.
func try(t *testing.T, operations []operation, one func(*testing.T, operation)) {
	t.Helper()
	var tests sync.WaitGroup
	for _, o := range operations {
		tests.Go(func() { t.Run(o.name, func(t *testing.T) { one(t, o) }) })
	}
	tests.Wait()
}

// failed checks how an operation failed, and that nothing tells a token.
func (s suite) failed(t *testing.T, p providers.Provider, err error, want ...providers.Kind) {
	t.Helper()
	kind, ok := providers.KindOf(err), false
	for _, w := range want {
		ok = ok || kind == w
	}
	if !ok {
		t.Errorf("%v (kind %d), want kind %d", err, kind, want)
	}
	if e, is := err.(*providers.Error); err != nil && (!is || e.Provider != p.Connection()) { //nolint:errorlint // the contract wants this type itself
		t.Errorf("%#v is not an error that names its provider", err)
	}
	keeps(t, s.Token, err)
}
