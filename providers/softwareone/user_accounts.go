package softwareone

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// maxUserRows bounds the rows that a request for at most a hundred users reads.
const maxUserRows = 1000

// maxAccountPages bounds how many pages of one user's accounts are read.
const maxAccountPages = 20

// accountsOfUser is a user with the accounts that the user is in.
type accountsOfUser struct {
	user *model.User
	// included is whether the response with the user contained all accounts.
	included bool
	accounts []*model.Account
	// leftOut is why accounts may be missing, nil if none is.
	leftOut error
}

// pageOfUsers reads the accounts of users. For the credential of an operations
// account, the list of users includes them, 100 users per call; for all others
// it takes one more call per user.
func (m *memberships) pageOfUsers(ctx context.Context, users []string, at position) (*providers.Page[*model.Membership], error) {
	parts := chunkIDs(queryableIDs(users))
	others := distinct(users, func(id string) bool { return isText(id) && !isQuotable(id) })
	switch {
	case len(others) > 0 && len(users) > 1:
		return nil, errNoSuchList() // the lists are read one by one
	case len(others) > 0:
		parts = [][]string{others}
	case len(parts) == 0 && at == (position{}):
		return emptyPage[*model.Membership](), nil
	}
	if at.part >= len(parts) || at.offset != 0 {
		return nil, errPageToken()
	}
	all, freshness, err := m.readUsers(ctx, parts[at.part])
	if err != nil {
		return nil, err
	}
	all = m.addMissingUsers(all, parts[at.part])
	freshness, err = m.readMissingAccounts(ctx, all, freshness)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.Membership]{Freshness: *freshness}
	for _, a := range all {
		if a.leftOut != nil {
			page.Errors = append(page.Errors, withProvider(m.client.Provider(), a.leftOut))
		}
		for _, account := range a.accounts {
			page.Items = append(page.Items, m.decoder.membershipReference(account, a.user))
		}
	}
	if page.Ahead = nextParts(at, len(parts)); len(page.Ahead) > 0 {
		page.Next = page.Ahead[0].Token
	} else if len(parts) == 1 {
		total := len(page.Items)
		page.Total = &total
	}
	return page, nil
}

// addMissingUsers adds a reference to each user that all lacks: a list that leaves a user
// out does not tell that the user has no accounts.
func (m *memberships) addMissingUsers(all []*accountsOfUser, ids []string) []*accountsOfUser {
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(a *accountsOfUser) bool { return a.user.VendorID == id }) {
			all = append(all, &accountsOfUser{user: m.decoder.userReference(id)})
		}
	}
	return all
}

// accountSelects is the select list for users with their accounts. It names the
// core properties one by one: select=accounts would return whole accounts.
var accountSelects = strings.Join(append(append([]string{"accounts.id"},
	accountType.names(accountType.core, "accounts.")...), userType.selects), ",")

// readUsers reads users with their accounts. It returns no users where the platform
// refuses that to the credential, and for an id that no query can contain.
func (m *memberships) readUsers(ctx context.Context, ids []string) ([]*accountsOfUser, *model.Freshness, error) {
	var all []*accountsOfUser
	var freshness *model.Freshness
	seen := map[string]bool{}
	if !allQuotable(ids) {
		return nil, nil, nil
	}
	err := eachPage(ctx, func(ctx context.Context, offset int) (offsetPage[upstream.Reply[usersPage]], error) {
		q := query{conditions: []condition{in("id", ids)}, selects: accountSelects, order: "id", limit: pageSize, offset: offset}
		request := upstream.Request{Path: usersPath, Query: q.String(), Collection: true, Tags: m.client.IDs(model.TypeUser, ids...)}
		reply, err := upstream.ReadList(ctx, m.client, request, m.decoder.usersWithAccounts)
		return offsetPage[upstream.Reply[usersPage]]{reply, reply.Value.rows, reply.Value.pagination}, err
	}, func(page offsetPage[upstream.Reply[usersPage]], _ bool) (more bool, err error) {
		freshness = freshness.Merge(&page.reply.Freshness)
		known := len(seen)
		for _, a := range page.reply.Value.users {
			if id := a.user.VendorID; !seen[id] && slices.Contains(ids, id) {
				// readMissingAccounts changes the copy; the value may be cached.
				own := *a
				all = append(all, &own)
			}
			seen[a.user.VendorID] = true
		}
		if page.rows > 0 && len(seen) == known || len(seen) > maxUserRows {
			return false, errRepeatedPage()
		}
		return len(all) < len(ids), nil
	})
	switch {
	case isRefused(err):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return all, freshness, nil
}

// readMissingAccounts reads the accounts of all users without included ones, in
// parallel, and sets them in place. It returns the merged freshness.
func (m *memberships) readMissingAccounts(ctx context.Context, all []*accountsOfUser, freshness *model.Freshness) (*model.Freshness, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failure error
	for _, a := range all {
		if a.included {
			continue
		}
		wg.Go(func() {
			accounts, leftOut, fetched, err := m.readAccounts(ctx, a.user.VendorID)
			mu.Lock()
			defer mu.Unlock()
			a.accounts, a.leftOut = accounts, leftOut
			freshness = freshness.Merge(fetched)
			if err != nil {
				failure = err
			}
		})
	}
	wg.Wait()
	if failure != nil {
		return nil, failure
	}
	if freshness == nil {
		freshness = &emptyPage[int]().Freshness
	}
	return freshness, nil
}

// readAccounts reads all accounts of one user. It fails with kind Incomplete after
// maxAccountPages. leftOut is why rows are not among the accounts, nil if all are.
func (m *memberships) readAccounts(ctx context.Context, user string) (all []*model.Account, leftOut error, freshness *model.Freshness, err error) {
	path, err := userAccounts(user)
	if err != nil {
		return nil, nil, nil, err
	}
	pages := 0
	err = eachPage(ctx, func(ctx context.Context, offset int) (offsetPage[upstream.Reply[listPage[*model.Account]]], error) {
		l := listRequest[*model.Account]{
			path: path, query: query{order: "id", limit: pageSize, offset: offset}, tags: m.client.IDs(model.TypeUser, user),
			// The vendor does not say that these rows are complete.
			open: m.decoder.open,
			decode: func(r *jsonscan.Reader, _ decodeContext) (*model.Account, error) {
				return rowDecoder(&m.decoder.rows.accounts, (*wireAccount).read, m.decoder.account)(r, decodeContext{source: embedded})
			},
		}
		reply, err := l.read(ctx, m.client)
		return offsetPage[upstream.Reply[listPage[*model.Account]]]{reply, reply.Value.rows, reply.Value.pagination}, err
	}, func(page offsetPage[upstream.Reply[listPage[*model.Account]]], last bool) (more bool, err error) {
		leftOut = cmp.Or(leftOut, page.reply.Value.leftOut)
		known := len(all)
		for _, a := range page.reply.Value.items {
			if !slices.ContainsFunc(all, func(b *model.Account) bool { return a.ID == b.ID }) {
				all = append(all, a)
			}
		}
		freshness = freshness.Merge(&page.reply.Freshness)
		pages++
		switch {
		case len(page.reply.Value.items) > 0 && len(all) == known:
			return false, errRepeatedPage()
		case !last && pages == maxAccountPages:
			return false, incomplete("a user is in more than 2000 accounts")
		}
		return true, nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	return all, leftOut, freshness, nil
}

// wireUserAccounts is a user with accounts, which only operations accounts see.
type wireUserAccounts struct {
	wireUser
	accounts list[wireAccount]
}

func (w *wireUserAccounts) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		if name == "accounts" {
			w.accounts = readList(r, (*wireAccount).read)
			continue
		}
		w.readProperty(name, r)
	}
	w.readPresence()
}

// usersPage is a page of users with their accounts.
type usersPage struct {
	users []*accountsOfUser
	// rows is the number of rows in the response. Rows without an id are not among
	// users.
	rows       int
	pagination *pagination
}

// Nodes returns the users of the page; upstream tags the cached page with them.
func (p usersPage) Nodes() []model.Node {
	nodes := make([]model.Node, len(p.users))
	for i, a := range p.users {
		nodes[i] = a.user
	}
	return nodes
}

func (d decoder) usersWithAccounts(ctx context.Context, body []byte) (usersPage, error) {
	e, err := parseEnvelope(body, skipUntil(ctx))
	if err != nil {
		return usersPage{}, err
	}
	in := decodeContext{source: listRow, omitted: e.omitted(), named: userType.selected}
	page := usersPage{make([]*accountsOfUser, 0, len(e.rows)), len(e.rows), e.pagination()}
	for _, raw := range e.rows {
		if ctx.Err() != nil {
			return usersPage{}, ctx.Err()
		}
		r := d.open(raw)
		w, err := readRow(r, (*wireUserAccounts).read)
		if malformed := r.End(); malformed != nil {
			err = malformed
		}
		if err != nil && !errors.Is(err, errNoID) {
			return usersPage{}, err
		}
		if err != nil || w.ID == "" {
			continue // the accounts of a user who is missing are read one by one
		}
		user := d.user(&w.wireUser, in)
		page.users = append(page.users, &accountsOfUser{
			user: user, included: listState(w.accounts, (*wireAccount).id) == present, accounts: convertList(w.accounts, true, d.embeddedAccount),
		})
	}
	return page, nil
}
