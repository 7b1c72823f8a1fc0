package activityinfo

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// scan reads the members of all billing accounts, as each does: members are
// returned beside an error, too.
func (p *Provider) scan(ctx context.Context, n narrowing) ([]*model.Membership, *model.Freshness, error) {
	billing, discovered, err := p.billingAccounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	lists, freshness, err := each(billing, func(account string) (upstream.Reply[[]*model.Membership], error) {
		return p.client.members(ctx, account, n)
	})
	return slices.Concat(lists...), discovered.Merge(freshness), err
}

const noSuchPage = "no such page of users"

type users struct{ *Provider }

var _ providers.Collection[*model.User] = users{}

// Get looks for the users in the lists of all billing accounts: the vendor has
// no call for one user. A user who is in no list that could be read fails with
// the error of a list that could not.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	found := providers.BatchResult[*model.User]{Objects: make(map[string]*model.User, len(ids)), Failed: map[string]error{}}
	if len(ids) == 0 {
		return found
	}
	members, _, err := u.scan(ctx, narrowing{})
	all := make(map[string]*model.User, len(members))
	for _, m := range members {
		if _, ok := all[m.User.VendorID]; !ok {
			all[m.User.VendorID] = m.User
		}
	}
	for _, id := range ids {
		if user, ok := all[id]; ok {
			found.Objects[id] = user
			continue
		}
		if err != nil && providers.KindOf(err) != providers.NotFound {
			found.Failed[id] = err
		}
	}
	return found
}

// Page reads the users of one billing account, whose id is the page's token. A
// user of several accounts is on several pages. Accounts that are closed to the
// credential are passed over.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.badInput("users are nobody's children; their places are memberships")
	}
	if token != "" && !isBillingAccount(token) {
		return nil, u.badInput(noSuchPage)
	}
	billing, discovered, err := u.billingAccounts(ctx)
	if err != nil {
		return nil, err
	}
	rest := billing
	if token != "" {
		at := slices.Index(billing, token)
		if at < 0 {
			return nil, u.badInput(noSuchPage)
		}
		rest = billing[at:]
	}
	var refused error
	for i, account := range rest {
		reply, err := u.client.members(ctx, account, narrowing{})
		if err == nil {
			list := make([]*model.User, len(reply.Value))
			for j, m := range reply.Value {
				list[j] = m.User
			}
			// Beside other accounts, the length counts some users twice.
			p := page(list, discovered.Merge(&reply.Freshness), len(billing) == 1 && asksNothing(q.Filter))
			p.MayRepeat = len(billing) > 1
			if i+1 < len(rest) {
				p.Next = rest[i+1]
			}
			return p, nil
		}
		if !closed(err) {
			return nil, err
		}
		if providers.KindOf(err) == providers.Forbidden {
			refused = err
		}
	}
	if token == "" && refused != nil {
		return nil, refused
	}
	none := page([]*model.User{}, discovered, false)
	none.MayRepeat = len(billing) > 1
	return none, nil
}

// SupportsOrder is true for the vendor's own order only.
func (users) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents is false: users are nobody's children.
func (users) SupportsParents(string) bool { return false }
