package activityinfo

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type memberships struct{ *Provider }

var _ providers.IndexedCollection[*model.Membership] = memberships{}

// Get reads the user list of each account that an id names, in parallel.
func (m memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	result := providers.BatchResult[*model.Membership]{Objects: make(map[string]*model.Membership, len(ids)), Failed: map[string]error{}}
	// usersOf are the users whose memberships are wanted, by account.
	usersOf := map[string]map[string]bool{}
	for _, id := range ids {
		account, user := model.SplitMembership(id)
		if !IsBillingAccount(account) {
			continue
		}
		if usersOf[account] == nil {
			usersOf[account] = map[string]bool{}
		}
		usersOf[account][user] = true
	}
	var mu sync.Mutex
	var calls sync.WaitGroup
	for account, users := range usersOf {
		calls.Go(func() {
			reply, err := m.client.members(ctx, account, memberFilter{})
			if providers.KindOf(err) == providers.NotFound {
				err = m.ifKnown(ctx, account, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				for user := range users {
					result.Failed[model.JoinMembership(account, user)] = err
				}
				return
			}
			for _, member := range reply.Value.find(users) {
				result.Objects[member.VendorID] = member
			}
		})
	}
	calls.Wait()
	return result
}

// ifKnown returns err if there is a billing account with this id, whose user list is
// missing then. It returns nil if there is none, which has no members.
func (m memberships) ifKnown(ctx context.Context, id string, err error) error {
	b, unlisted := m.billingAccounts(ctx)
	if unlisted != nil || len(b.errs) > 0 || slices.Contains(b.ids, id) {
		return err
	}
	return nil
}

// Page reads the members of one account, or the memberships of users, for which it
// reads the user lists of all accounts. Both are one page. The vendor filters by
// owner and by database. Without a parent, a page has the members of one account.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if q.Parent.Type == "" && q.Filter.Database == "" {
		return m.ofAll(ctx, q, reflect.ValueOf(q.Filter).IsZero(), token)
	}
	filter, applied := newMemberFilter(q.Filter)
	switch {
	case q.Parent.Type == model.TypeAccount && len(q.Parent.IDs) == 1:
		return m.ofAccount(ctx, q.Parent.IDs[0], filter, applied, token)
	case token != "":
		return nil, m.invalidArgument("invalid page token")
	case q.Parent.Type == model.TypeUser && len(q.Parent.IDs) > 0:
		return m.ofUsers(ctx, q.Parent.IDs, filter, applied)
	}
	return nil, m.invalidArgument("memberships require one account or users")
}

// pageRows is the number of rows of a page. The vendor sends a user list whole, and each page
// is a part of it.
const pageRows = 5000

// parseRow returns the row that the token of a page names; "" is the first one.
func parseRow(token string) (row int, ok bool) {
	if token == "" {
		return 0, true
	}
	row, err := strconv.Atoi(token)
	return row, err == nil && row > 0 && row%pageRows == 0 && strconv.Itoa(row) == token
}

// pageOf returns a part of a user list as a page, without rows that q does not want. Tokens of
// the list begin with prefix. applied is as for singlePage.
func (m memberships) pageOf(list memberList, q providers.Query, from int, prefix string, applied bool, all accountReplies[*model.Membership]) *providers.Page[*model.Membership] {
	all.values = list.page(from, pageRows, q)
	omissions := m.omissions(list)
	if from == 0 {
		all.errs = append(all.errs, omissions...)
	}
	p := singlePage(all, applied && omissions == nil)
	p.MayRepeat = q.OnlyMatches
	if p.Total != nil {
		p.Total = new(list.count)
	}
	if next := from + pageRows; next < list.count {
		p.Next = prefix + strconv.Itoa(next)
		p.Ahead = []providers.Ahead{{Token: p.Next}}
		all.errs = nil
		p.Following = func() *providers.Page[*model.Membership] { return m.pageOf(list, q, next, prefix, applied, all) }
	}
	return p
}

// ofAll reads the members of one billing account. The token is the account's id and, behind a
// dot, the row with which the page begins. The first page is that of the first account that
// can be read, and has the errors of those before; ofAll fails if none can. Any other page of
// an account that cannot be read has no rows, but its error unless the account belongs to
// another owner.
func (m memberships) ofAll(ctx context.Context, q providers.Query, unfiltered bool, token string) (*providers.Page[*model.Membership], error) {
	first, row, _ := strings.Cut(token, ".")
	from, ok := parseRow(row)
	if token != "" && (!ok || !IsBillingAccount(first) || strings.HasSuffix(token, ".")) {
		return nil, m.invalidArgument("invalid page token")
	}
	b, err := m.billingAccounts(ctx)
	if err != nil {
		return nil, err
	}
	rest := b.ids
	all := accountReplies[*model.Membership]{freshness: b.freshness, errs: b.errs}
	if token != "" {
		i := slices.Index(b.ids, first)
		if i < 0 {
			return nil, m.invalidArgument("invalid page token")
		}
		// The first page has the errors of the list of accounts.
		rest, all.errs = b.ids[i:], nil
	}
	var foreign error
	for i, account := range rest {
		reply, err := m.client.members(ctx, account, memberFilter{})
		switch {
		case err == nil:
			all.freshness = all.freshness.Merge(&reply.Freshness)
			return m.pageOfAll(reply.Value, q, from, unfiltered, b, all, rest[i+1:]), nil
		case m.isForeign(account, err):
			foreign = err
		case providers.IsUnreadable(err):
			all.errs = append(all.errs, ofAccount(err, account))
		default:
			return nil, err
		}
		if token != "" {
			return m.pageOfAll(memberList{}, q, 0, unfiltered, b, all, rest[i+1:]), nil
		}
	}
	if err := firstError(all.errs, foreign); err != nil {
		return nil, err
	}
	return m.pageOfAll(memberList{}, q, 0, unfiltered, b, all, nil), nil
}

// FirstPages implements providers.MultiList for the list without a parent. It reads the
// list of databases.
func (m memberships) FirstPages(ctx context.Context, q providers.Query) []providers.Ahead {
	if q.Parent.Type != "" || q.Filter.Database != "" {
		return nil
	}
	b, err := m.billingAccounts(ctx)
	if err != nil || len(b.ids) == 0 {
		return nil
	}
	return firstPages(b.ids[1:])
}

// firstPages returns the first pages of accounts.
func firstPages(accounts []string) (pages []providers.Ahead) {
	for _, account := range accounts {
		pages = append(pages, providers.Ahead{Token: account})
	}
	return pages
}

// pageOfAll returns a part of a user list as a page of the list of all. rest are the accounts
// that follow.
func (m memberships) pageOfAll(list memberList, q providers.Query, from int, unfiltered bool, b billing, all accountReplies[*model.Membership], rest []string) *providers.Page[*model.Membership] {
	var prefix string
	if list.count > 0 {
		prefix = list.account.VendorID + "."
	}
	// The sum of several accounts would count users of several accounts twice.
	p := m.pageOf(list, q, from, prefix, len(b.ids) == 1 && unfiltered, all)
	if p.Following != nil {
		all.errs = nil
		p.Following = func() *providers.Page[*model.Membership] {
			return m.pageOfAll(list, q, from+pageRows, unfiltered, b, all, rest)
		}
	}
	p.MayRepeat = q.OnlyMatches || len(b.ids) > 1
	p.Ahead = append(p.Ahead, firstPages(rest)...)
	if p.Next == "" && len(rest) > 0 {
		p.Next = rest[0]
	}
	return p
}

// ofAccount reads a part of the members of one account. The token is the row with which it
// begins.
func (m memberships) ofAccount(ctx context.Context, account string, f memberFilter, applied bool, token string) (*providers.Page[*model.Membership], error) {
	from, ok := parseRow(token)
	if !ok {
		return nil, m.invalidArgument("invalid page token")
	}
	if !IsBillingAccount(account) {
		return nil, &providers.Error{Kind: providers.NotFound, Provider: m.Connection(), Detail: "no such billing account"}
	}
	reply, err := m.client.members(ctx, account, f)
	if err != nil {
		return nil, err
	}
	return m.pageOf(reply.Value, providers.Query{}, from, "", applied, accountReplies[*model.Membership]{freshness: &reply.Freshness}), nil
}

func (m memberships) ofUsers(ctx context.Context, ids []string, f memberFilter, applied bool) (*providers.Page[*model.Membership], error) {
	all, err := m.membersOf(ctx, ids, f)
	if err != nil {
		return nil, err
	}
	return singlePage(all, applied), nil
}

// newMemberFilter returns the conditions of f that the vendor supports. applied
// reports whether these are all conditions of f.
func newMemberFilter(f providers.Filter) (m memberFilter, applied bool) {
	m.database = f.Database
	m.ownersOnly = len(f.Roles) > 0 && !slices.ContainsFunc(f.Roles, func(r model.MembershipRole) bool {
		return r != model.RoleOwner
	})
	applied = isEmptyFilter(f) && len(f.Licenses) == 0 && (len(f.Roles) == 0 || m.ownersOnly)
	return m, applied
}

// SupportsOrder reports true for the vendor's order only.
func (memberships) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsFilter reports true for the members of an account, without a filter or with one
// that the vendor has. The vendor does not list the accounts of a user.
func (memberships) SupportsFilter(q providers.Query) bool {
	_, applied := newMemberFilter(q.Filter)
	return q.Parent.Type == model.TypeAccount && applied
}

// SupportsGet reports true: an id names the account, whose user list is one call.
func (memberships) SupportsGet() bool { return true }

// SupportsParents reports true for users: the same lists are read for any number of
// users.
func (memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
