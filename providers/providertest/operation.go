package providertest

import (
	"context"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// operation is a read that takes a call. It works with every provider of the subject.
type operation struct {
	name string
	run  func(ctx context.Context, p providers.Provider) error
}

// operations returns Check, the first page of each list, one object of each collection,
// and the roles of an organization. It finds their arguments with a healthy vendor.
func (s Subject) operations(t *testing.T) []operation {
	t.Helper()
	baseURL, _ := s.Serve(t)
	healthy := s.New(t, baseURL, s.Token, callTimeout)
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
				t.Errorf("%s: Page returns a page together with %v", l.name, err)
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

// runEach runs a subtest per operation, all in parallel. They mostly wait, so they are
// not subject to the limit of t.Parallel.
func runEach(t *testing.T, operations []operation, test func(*testing.T, operation)) {
	t.Helper()
	var tests sync.WaitGroup
	for _, o := range operations {
		tests.Go(func() { t.Run(o.name, func(t *testing.T) { test(t, o) }) })
	}
	tests.Wait()
}

// checkError checks the kind and the provider of an error, and that it does not contain
// the token.
func (s suite) checkError(t *testing.T, p providers.Provider, err error, want ...providers.Kind) {
	t.Helper()
	kind, ok := providers.KindOf(err), false
	for _, w := range want {
		ok = ok || kind == w
	}
	if !ok {
		t.Errorf("%v (kind %d), want kind %d", err, kind, want)
	}
	if e, is := err.(*providers.Error); err != nil && (!is || e.Provider != p.Connection()) { //nolint:errorlint // the contract requires the unwrapped type
		t.Errorf("%#v is not an *Error of the provider", err)
	}
	checkErrorHidesToken(t, s.Token, err)
}
