package activityinfo

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type users struct{ *Provider }

var _ providers.Collection[*model.User] = users{}

// Get searches the user lists of all billing accounts; the vendor has no call for
// one user. If a list could not be read, its error is the error of each user who is
// in no other list.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	result := providers.BatchResult[*model.User]{Objects: make(map[string]*model.User, len(ids)), Failed: map[string]error{}}
	if len(ids) == 0 {
		return result
	}
	members, _, err := u.allMembers(ctx, memberFilter{})
	all := make(map[string]*model.User, len(members))
	for _, m := range members {
		if _, ok := all[m.User.VendorID]; !ok {
			all[m.User.VendorID] = m.User
		}
	}
	for _, id := range ids {
		if user, ok := all[id]; ok {
			result.Objects[id] = user
			continue
		}
		if err != nil && providers.KindOf(err) != providers.NotFound {
			result.Failed[id] = err
		}
	}
	return result
}

// Page reads the users of one billing account. The token is the account's id. A user
// of several accounts is on several pages. Page skips accounts that are not readable,
// and fails with kind Forbidden if none is and access to one is denied.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.invalidArgument("users have no parent")
	}
	if token != "" && !isBillingAccount(token) {
		return nil, u.invalidArgument("invalid page token")
	}
	billing, discovered, err := u.billingAccounts(ctx)
	if err != nil {
		return nil, err
	}
	rest := billing
	if token != "" {
		i := slices.Index(billing, token)
		if i < 0 {
			return nil, u.invalidArgument("invalid page token")
		}
		rest = billing[i:]
	}
	var forbidden error
	for i, account := range rest {
		reply, err := u.client.members(ctx, account, memberFilter{})
		if err == nil {
			list := make([]*model.User, len(reply.Value))
			for j, m := range reply.Value {
				list[j] = m.User
			}
			// The sum of several accounts would count users of several accounts twice.
			p := singlePage(list, discovered.Merge(&reply.Freshness), len(billing) == 1 && isEmptyFilter(q.Filter))
			p.MayRepeat = len(billing) > 1
			if i+1 < len(rest) {
				p.Next = rest[i+1]
			}
			return p, nil
		}
		if !isUnreadable(err) {
			return nil, err
		}
		if providers.KindOf(err) == providers.Forbidden {
			forbidden = err
		}
	}
	if token == "" && forbidden != nil {
		return nil, forbidden
	}
	empty := singlePage([]*model.User{}, discovered, false)
	empty.MayRepeat = len(billing) > 1
	return empty, nil
}

// SupportsOrder reports true for the vendor's order only.
func (users) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }
