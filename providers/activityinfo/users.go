package activityinfo

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type users struct{ *Provider }

var _ providers.IndexedCollection[*model.User] = users{}

// Get searches the user lists of all billing accounts; the vendor has no call for
// one user. If a list could not be read, its error is the error of each user who is
// in no other list.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	result := providers.BatchResult[*model.User]{Objects: make(map[string]*model.User, len(ids)), Failed: map[string]error{}}
	if len(ids) == 0 {
		return result
	}
	members, err := u.membersOf(ctx, ids, memberFilter{})
	for _, m := range members.values {
		if _, ok := result.Objects[m.User.VendorID]; !ok {
			result.Objects[m.User.VendorID] = m.User
		}
	}
	err = firstError(members.errs, err)
	for _, id := range ids {
		if _, ok := result.Objects[id]; !ok && err != nil {
			result.Failed[id] = err
		}
	}
	return result
}

// Page reads the users of one billing account, which are those of a page of all
// memberships. A user of several accounts is on several pages.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.invalidArgument("users have no parent")
	}
	page, err := memberships(u).ofAll(ctx, q, isEmptyFilter(q.Filter), token)
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
func (users) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsFilter reports true for a query without a filter: the vendor has none.
func (users) SupportsFilter(q providers.Query) bool { return isEmptyFilter(q.Filter) }

// SupportsGet reports false: the vendor has no call for one user.
func (users) SupportsGet() bool { return false }

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }
