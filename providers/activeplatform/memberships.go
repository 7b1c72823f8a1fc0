package activeplatform

import (
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type memberships struct{ *Provider }

var _ providers.Collection[*model.Membership] = memberships{}

// withoutStatus are the fields of a membership that was read through its user: the
// status is the user's, which the list of the user's accounts does not contain.
var withoutStatus = model.AllExcept("status")

// idOnly are the fields of a reference.
var idOnly = model.OnlyFields()

// Get reads the users of each account that an id names, in parallel.
func (m memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	byAccount := map[string][]string{}
	for _, id := range ids {
		if account, user := model.SplitMembership(id); isID(account) && isID(user) {
			byAccount[account] = append(byAccount[account], id)
		}
	}
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	var mu sync.Mutex
	var calls sync.WaitGroup
	for account, ids := range byAccount {
		calls.Go(func() {
			page, err := m.readAccountUsers(ctx, account)
			if providers.KindOf(err) == providers.NotFound {
				err = providers.IfExists(ctx, accounts(m), account, err)
			}
			if page == nil && err == nil {
				return // an account that does not exist has no members
			}
			mu.Lock()
			defer mu.Unlock()
			if page == nil {
				page = &providers.Page[*model.User]{Errors: []error{err}}
			}
			for _, user := range page.Items {
				if id := model.JoinMembership(account, user.VendorID); slices.Contains(ids, id) {
					result.Objects[id] = m.membership(m.accountReference(account), user)
				}
			}
			for _, id := range ids {
				if result.Objects[id] == nil && len(page.Errors) > 0 {
					result.Failed[id] = page.Errors[0]
				}
			}
		})
	}
	calls.Wait()
	return result
}

// Page reads all memberships of one account or one user as one page. With a
// filter by status, the memberships of a user take a second, parallel call for the
// user.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if q.Filter.Database != "" {
		return nil, m.invalidArgument("filter by database is not supported")
	}
	if token != "" {
		return nil, m.invalidArgument("invalid page token")
	}
	if len(q.Parent.IDs) != 1 {
		return nil, m.invalidArgument("memberships require exactly one account or one user")
	}
	if q.Parent.Type != model.TypeAccount && q.Parent.Type != model.TypeUser {
		return nil, m.invalidArgument("memberships belong to an account or a user")
	}
	parent := q.Parent.IDs[0]
	if !isID(parent) || !canMatch(q.Filter) {
		return emptyPage[*model.Membership](), nil
	}
	page, err := m.ofParent(ctx, q, parent)
	if err != nil {
		return nil, err
	}
	if !isUnfiltered(q.Filter) {
		page.Total = nil
	}
	return page, nil
}

// isUnfiltered reports whether every membership that canMatch reports true for meets a
// filter.
func isUnfiltered(f providers.Filter) bool {
	f.Roles, f.Licenses = nil, nil
	return reflect.ValueOf(f).IsZero()
}

// SupportsParents reports false: a call takes one account or one user.
func (memberships) SupportsParents(string) bool { return false }

// canMatch reports whether a membership of this vendor can meet the conditions on
// role and license.
func canMatch(f providers.Filter) bool {
	return len(f.Licenses) == 0 && (len(f.Roles) == 0 || slices.Contains(f.Roles, model.RoleMember))
}

func (m memberships) ofParent(ctx context.Context, q providers.Query, parent string) (*providers.Page[*model.Membership], error) {
	if q.Parent.Type == model.TypeUser {
		return m.ofUser(ctx, parent, len(q.Filter.Status) > 0)
	}
	users, err := m.readAccountUsers(ctx, parent)
	if err != nil {
		return nil, err
	}
	account := m.accountReference(parent)
	return membershipsOf(users, func(u *model.User) *model.Membership { return m.membership(account, u) }), nil
}

// ofUser reads the accounts of a user, and in parallel the user if needStatus is
// true. Otherwise the memberships have no status.
func (m memberships) ofUser(ctx context.Context, id string, needStatus bool) (*providers.Page[*model.Membership], error) {
	user := &model.User{Entity: model.NewEntity(m.Connection(), model.TypeUser, id).WithFieldSet(idOnly)}
	var userErr error
	var call sync.WaitGroup
	if needStatus {
		call.Go(func() {
			result := users(m).Get(ctx, []string{id})
			if userErr = result.Failed[id]; result.Objects[id] != nil {
				user = result.Objects[id]
			}
		})
	}
	accounts, err := m.readUserAccounts(ctx, id)
	call.Wait()
	if err != nil {
		return nil, err
	}
	if userErr != nil {
		return nil, userErr
	}
	return membershipsOf(accounts, func(a *model.Account) *model.Membership { return m.membership(a, user) }), nil
}

// membershipsOf returns a page with a membership for each row of another.
func membershipsOf[T any](rows *providers.Page[T], membership func(T) *model.Membership) *providers.Page[*model.Membership] {
	page := &providers.Page[*model.Membership]{Total: rows.Total, Errors: rows.Errors, Freshness: rows.Freshness}
	for _, row := range rows.Items {
		page.Items = append(page.Items, membership(row))
	}
	return page
}

func (m memberships) accountReference(id string) *model.Account {
	return &model.Account{Entity: model.NewEntity(m.Connection(), model.TypeAccount, id).WithFieldSet(idOnly)}
}

func (m memberships) membership(account *model.Account, user *model.User) *model.Membership {
	e := model.NewEntity(m.Connection(), model.TypeMembership, model.JoinMembership(account.VendorID, user.VendorID))
	if !user.Complete() {
		e = e.WithFieldSet(withoutStatus)
	}
	return &model.Membership{
		Entity: e, User: user, Account: account, Role: model.RoleMember, Status: user.Status,
		Groups: []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
	}
}
