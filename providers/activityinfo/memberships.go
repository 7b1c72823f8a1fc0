package activityinfo

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type memberships struct{ *Provider }

var _ providers.Collection[*model.Membership] = memberships{}

// Get reads the list of each account that an id names, all at once.
func (m memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	found := providers.BatchResult[*model.Membership]{Objects: make(map[string]*model.Membership, len(ids)), Failed: map[string]error{}}
	wanted := map[string][]string{}
	for _, id := range ids {
		if account, _ := model.SplitMembership(id); isBillingAccount(account) {
			wanted[account] = append(wanted[account], id)
		}
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for account, ids := range wanted {
		wg.Go(func() {
			reply, err := m.client.members(ctx, account, narrowing{})
			mu.Lock()
			defer mu.Unlock()
			if err != nil && providers.KindOf(err) != providers.NotFound {
				for _, id := range ids {
					found.Failed[id] = err
				}
				return
			}
			for _, member := range reply.Value {
				if slices.Contains(ids, member.VendorID) {
					found.Objects[member.VendorID] = member
				}
			}
		})
	}
	wg.Wait()
	return found
}

// Page reads the members of one account, or the memberships of some users, for
// which the lists of all accounts are read. Either is one page. The vendor
// narrows to owners and to a database.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if token != "" {
		return nil, m.badInput("memberships are a list of one page")
	}
	n, exact := narrow(q.Filter)
	switch {
	case q.Parent.Type == model.TypeAccount && len(q.Parent.IDs) == 1:
		return m.ofAccount(ctx, q.Parent.IDs[0], n, exact)
	case q.Parent.Type == model.TypeUser && len(q.Parent.IDs) > 0:
		return m.ofUsers(ctx, q.Parent.IDs, n, exact)
	}
	return nil, m.badInput("memberships are those of one account or of users")
}

func (m memberships) ofAccount(ctx context.Context, account string, n narrowing, exact bool) (*providers.Page[*model.Membership], error) {
	if !isBillingAccount(account) {
		return nil, &providers.Error{Kind: providers.NotFound, Provider: m.Connection(), Detail: "no such billing account"}
	}
	reply, err := m.client.members(ctx, account, n)
	if err != nil {
		return nil, err
	}
	return page(reply.Value, &reply.Freshness, exact), nil
}

func (m memberships) ofUsers(ctx context.Context, ids []string, n narrowing, exact bool) (*providers.Page[*model.Membership], error) {
	all, freshness, err := m.scan(ctx, n)
	if err != nil {
		return nil, err
	}
	asked := make(map[string]bool, len(ids))
	for _, id := range ids {
		asked[id] = true
	}
	theirs := make([]*model.Membership, 0, len(ids))
	for _, member := range all {
		if asked[member.User.VendorID] {
			theirs = append(theirs, member)
		}
	}
	return page(theirs, freshness, exact), nil
}

// narrow is what of a filter the vendor applies, and whether that is all of it.
func narrow(f providers.Filter) (n narrowing, exact bool) {
	n.database = f.Database
	n.ownersOnly = len(f.Roles) > 0 && !slices.ContainsFunc(f.Roles, func(r model.MembershipRole) bool {
		return r != model.RoleOwner
	})
	exact = asksNothing(f) && len(f.Licenses) == 0 && (len(f.Roles) == 0 || n.ownersOnly)
	return n, exact
}

// SupportsOrder is true for the vendor's own order only.
func (memberships) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents is true for users: the lists of all accounts serve any number of them.
func (memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
