package blendvision

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// users are the accounts of the configured organizations.
type users struct{ *Provider }

var _ providers.IndexedCollection[*model.User] = users{}

// Get searches the lists of all configured organizations; the vendor has no call for
// one account. It reads the first pages and, unless they contain all ids, all other
// pages. If a list could not be read, an id that was not found fails with its error.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	result := providers.BatchResult[*model.User]{Objects: map[string]*model.User{}, Failed: map[string]error{}}
	missing := map[string]bool{}
	for _, id := range ids {
		missing[id] = true
	}
	failed := u.notConfigured()
	if failed == nil && len(missing) > 0 {
		failed = u.find(ctx, missing, result.Objects)
	}
	if failed != nil {
		for id := range missing {
			result.Failed[id] = failed
		}
	}
	return result
}

// find moves ids from missing to objects. It returns the first error of a list, unless
// all ids were found.
func (u users) find(ctx context.Context, missing map[string]bool, objects map[string]*model.User) error {
	collect := func(results []scanResult[*model.Membership], _ int) bool {
		for _, r := range results {
			for _, m := range r.items {
				if missing[m.User.VendorID] {
					objects[m.User.VendorID] = m.User
					delete(missing, m.User.VendorID)
				}
			}
		}
		return len(missing) > 0
	}
	results := scan(ctx, u.client, u.client.accountsOf(u.organizations), collect)
	if !collect(results, 0) {
		return nil
	}
	for _, r := range results {
		if err := r.firstError(); err != nil {
			return err
		}
	}
	return nil
}

// Page reads the users of all memberships, in their order.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if err := u.checkQuery(q, ""); err != nil {
		return nil, err
	}
	page, err := memberships(u).ofAll(ctx, q, token)
	if err != nil {
		return nil, err
	}
	return providers.UsersOf(page), nil
}

// FirstPages implements providers.MultiList.
func (u users) FirstPages(ctx context.Context, q providers.Query) []providers.Ahead {
	return memberships(u).FirstPages(ctx, q)
}

// SupportsOrder reports true for the vendor's order only.
func (users) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsFilter reports true for a query without a filter: the vendor has none.
func (users) SupportsFilter(q providers.Query) bool { return isUnfiltered(q) }

// SupportsGet reports false: the vendor has no call for one account.
func (users) SupportsGet() bool { return false }

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }
