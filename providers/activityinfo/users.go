package activityinfo

import (
	"context"
	"slices"

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
	members, err := u.allMembers(ctx, memberFilter{})
	all := make(map[string]*model.User, len(members.values))
	for _, m := range members.values {
		if _, ok := all[m.User.VendorID]; !ok {
			all[m.User.VendorID] = m.User
		}
	}
	err = firstError(members.errs, err)
	for _, id := range ids {
		if user, ok := all[id]; ok {
			result.Objects[id] = user
			continue
		}
		if err != nil {
			result.Failed[id] = err
		}
	}
	return result
}

// Page reads the users of one billing account. The token is the account's id. A user
// of several accounts is on several pages. The first page is that of the first account
// that can be read, and has the errors of those before; Page fails if none can. Any other
// page of an account that cannot be read has no rows, but its error unless the account
// belongs to another owner.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.invalidArgument("users have no parent")
	}
	if token != "" && !isBillingAccount(token) {
		return nil, u.invalidArgument("invalid page token")
	}
	b, err := u.billingAccounts(ctx)
	if err != nil {
		return nil, err
	}
	rest := b.ids
	all := accountReplies[*model.User]{freshness: b.freshness, errs: b.errs}
	if token != "" {
		i := slices.Index(b.ids, token)
		if i < 0 {
			return nil, u.invalidArgument("invalid page token")
		}
		// The first page has the errors of the list of accounts.
		rest, all.errs = b.ids[i:], nil
	}
	var foreign error
	for i, account := range rest {
		reply, err := u.client.members(ctx, account, memberFilter{})
		switch {
		case err == nil:
			for _, m := range reply.Value.members {
				all.values = append(all.values, m.User)
			}
			all.errs = append(all.errs, u.omissions(reply.Value)...)
			all.freshness = all.freshness.Merge(&reply.Freshness)
			return u.page(q, b, all, rest[i+1:]), nil
		case u.isForeign(account, err):
			foreign = err
		case providers.IsUnreadable(err):
			all.errs = append(all.errs, ofAccount(err, account))
		default:
			return nil, err
		}
		if token != "" {
			return u.page(q, b, all, rest[i+1:]), nil
		}
	}
	if err := firstError(all.errs, foreign); err != nil {
		return nil, err
	}
	return u.page(q, b, all, nil), nil
}

// page returns the users that were read as a page. rest are the accounts that follow.
func (u users) page(q providers.Query, b billing, all accountReplies[*model.User], rest []string) *providers.Page[*model.User] {
	// The sum of several accounts would count users of several accounts twice.
	p := singlePage(all, len(b.ids) == 1 && isEmptyFilter(q.Filter))
	p.MayRepeat = len(b.ids) > 1
	for _, account := range rest {
		p.Ahead = append(p.Ahead, providers.Ahead{Token: account})
	}
	if len(rest) > 0 {
		p.Next = rest[0]
	}
	return p
}

// SupportsOrder reports true for the vendor's order only.
func (users) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsFilter reports true for a query without a filter: the vendor has none.
func (users) SupportsFilter(q providers.Query) bool { return isEmptyFilter(q.Filter) }

// SupportsGet reports false: the vendor has no call for one user.
func (users) SupportsGet() bool { return false }

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }
