package activeplatform

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type memberships struct{ *Provider }

// withoutStatus is the extent of a membership that was read through its user:
// the status is the user's, and the accounts of a user do not tell it.
var withoutStatus = model.AllExcept("status")

// idOnly is the extent of a reference.
var idOnly = model.OnlyFields()

// Get reads the users of each account that is named, in parallel.
func (m memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	wanted := map[string][]string{}
	for _, id := range ids {
		if account, user := model.SplitMembership(id); isID(account) && isID(user) {
			wanted[account] = append(wanted[account], id)
		}
	}
	found := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	var mu sync.Mutex
	var calls sync.WaitGroup
	for account, ids := range wanted {
		calls.Go(func() {
			reply, err := m.usersOf(ctx, account)
			mu.Lock()
			defer mu.Unlock()
			if providers.KindOf(err) == providers.NotFound {
				return
			}
			for _, id := range ids {
				if err != nil {
					found.Failed[id] = err
				}
			}
			for _, user := range reply.Value {
				if id := model.JoinMembership(account, user.VendorID); slices.Contains(ids, id) {
					found.Objects[id] = m.ofAccount(account, user)
				}
			}
		})
	}
	calls.Wait()
	return found
}

// Page reads all memberships of an account or of a user, in one call.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if q.Filter.Database != "" {
		return nil, m.badInput("there are no databases")
	}
	if token != "" {
		return nil, m.badInput("not a page token of this list")
	}
	if len(q.Parent.IDs) != 1 {
		return nil, m.badInput("memberships are listed for one account or one user")
	}
	parent := q.Parent.IDs[0]
	if q.Parent.Type != model.TypeAccount && q.Parent.Type != model.TypeUser {
		return nil, m.badInput("memberships belong to accounts and users")
	}
	if !isID(parent) || !canMatch(q.Filter) {
		return notAsked[*model.Membership](), nil
	}
	page, err := m.ofParent(ctx, q, parent)
	if err != nil {
		return nil, err
	}
	if len(q.Filter.Status) == 0 {
		total := len(page.Items)
		page.Total = &total
	}
	return page, nil
}

func (m memberships) ofParent(ctx context.Context, q providers.Query, parent string) (*providers.Page[*model.Membership], error) {
	if q.Parent.Type == model.TypeUser {
		return m.ofUser(ctx, parent, len(q.Filter.Status) > 0)
	}
	reply, err := m.usersOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.Membership]{Freshness: reply.Freshness}
	for _, user := range reply.Value {
		page.Items = append(page.Items, m.ofAccount(parent, user))
	}
	return page, nil
}

// SupportsOrder is true for the vendor's own order only.
func (memberships) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents is always false: a call takes one account or one user.
func (memberships) SupportsParents(string) bool { return false }

// canMatch reports whether a membership of this vendor can meet the conditions
// that are the same for all of them.
func canMatch(f providers.Filter) bool {
	return len(f.Licenses) == 0 && (len(f.Roles) == 0 || slices.Contains(f.Roles, model.RoleMember))
}

// ofUser reads the accounts of a user. Where the status matters, the user is
// read beside them; else the memberships do without.
func (m memberships) ofUser(ctx context.Context, id string, status bool) (*providers.Page[*model.Membership], error) {
	user := &model.User{Entity: model.NewEntity(m.Connection(), model.TypeUser, id).WithFieldSet(idOnly)}
	var failed error
	var call sync.WaitGroup
	if status {
		call.Go(func() {
			found := m.getUsers(ctx, []string{id})
			if failed = found.Failed[id]; found.Objects[id] != nil {
				user = found.Objects[id]
			}
		})
	}
	reply, err := m.accountsOf(ctx, id)
	call.Wait()
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, failed
	}
	page := &providers.Page[*model.Membership]{Freshness: reply.Freshness}
	for _, account := range reply.Value {
		page.Items = append(page.Items, m.between(account, user))
	}
	return page, nil
}

// ofAccount is a membership that was read through its account.
func (m memberships) ofAccount(account string, user *model.User) *model.Membership {
	return m.between(&model.Account{Entity: model.NewEntity(m.Connection(), model.TypeAccount, account).WithFieldSet(idOnly)}, user)
}

func (m memberships) between(account *model.Account, user *model.User) *model.Membership {
	e := model.NewEntity(m.Connection(), model.TypeMembership, model.JoinMembership(account.VendorID, user.VendorID))
	if !user.Complete() {
		e = e.WithFieldSet(withoutStatus)
	}
	return &model.Membership{Entity: e, User: user, Account: account, Role: model.RoleMember, Status: user.Status}
}
