package softwareone

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// maxAccountPages bounds how many pages of one user's accounts are read.
const maxAccountPages = 20

// accountsOfUser is a user with the accounts that the user is in.
type accountsOfUser struct {
	user *model.User
	// included is whether the response with the user contained all accounts.
	included bool
	accounts []*model.Account
}

// pageOfUsers reads the accounts of users. For the credential of an operations
// account, the list of users includes them, 100 users per call; for all others
// it takes one more call per user.
func (m *memberships) pageOfUsers(ctx context.Context, users []string, at position) (*providers.Page[*model.Membership], error) {
	parts := slices.Collect(slices.Chunk(queryableIDs(users), maxIDsPerCall))
	if len(parts) == 0 && at == (position{}) {
		return emptyPage[*model.Membership](), nil
	}
	if at.part >= len(parts) || at.offset != 0 {
		return nil, errPageToken()
	}
	all, freshness, err := m.readUsers(ctx, parts[at.part])
	if err != nil {
		return nil, err
	}
	freshness, err = m.readMissingAccounts(ctx, all, freshness)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.Membership]{Freshness: *freshness}
	for _, a := range all {
		for _, account := range a.accounts {
			page.Items = append(page.Items, m.decoder.membershipReference(account, a.user))
		}
	}
	if at.part+1 < len(parts) {
		page.Next = position{at.part + 1, 0}.String()
	} else if len(parts) == 1 {
		total := len(page.Items)
		page.Total = &total
	}
	return page, nil
}

// accountSelects is the select list for users with their accounts. It names the
// core properties one by one: select=accounts would return whole accounts.
var accountSelects = strings.Join(append(append([]string{"accounts.id"},
	accountType.names(accountType.core, "accounts.")...), userType.selects), ",")

// readUsers reads users with their accounts. Where the platform refuses that to
// the credential, it returns users of which only the ids are known.
func (m *memberships) readUsers(ctx context.Context, ids []string) ([]*accountsOfUser, *model.Freshness, error) {
	q := query{conditions: []condition{in("id", ids)}, selects: accountSelects, order: "id", limit: pageSize}
	request := upstream.Request{Path: usersPath, Query: q.String(), Tags: m.client.IDs(model.TypeUser, ids...)}
	reply, err := upstream.Read(ctx, m.client, request, m.decoder.usersWithAccounts)
	if isRefused(err) {
		all := make([]*accountsOfUser, len(ids))
		for i, id := range ids {
			all[i] = &accountsOfUser{user: m.decoder.userReference(id)}
		}
		return all, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var all []*accountsOfUser
	for _, a := range reply.Value {
		if slices.Contains(ids, a.user.VendorID) {
			// readMissingAccounts changes the copy; the value may be cached.
			own := *a
			all = append(all, &own)
		}
	}
	return all, &reply.Freshness, nil
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
			accounts, fetched, err := m.readAccounts(ctx, a.user.VendorID)
			mu.Lock()
			defer mu.Unlock()
			a.accounts = accounts
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

// readAccounts reads all accounts of one user; none where the user is not
// found. It fails with kind Incomplete after maxAccountPages.
func (m *memberships) readAccounts(ctx context.Context, user string) (all []*model.Account, freshness *model.Freshness, err error) {
	path, err := userAccounts(user)
	if err != nil {
		return nil, nil, err
	}
	offset := 0
	for range maxAccountPages {
		l := listRequest[*model.Account]{
			path: path, query: query{order: "id", limit: pageSize, offset: offset}, tags: m.client.IDs(model.TypeUser, user),
			// The vendor does not say that these rows are complete.
			decode: func(row []byte, _ decodeContext) (*model.Account, error) {
				return rowDecoder((*wireAccount).read, m.decoder.account)(row, decodeContext{source: embedded})
			},
		}
		reply, err := l.read(ctx, m.client)
		if providers.KindOf(err) == providers.NotFound {
			return all, freshness, nil
		}
		if err != nil {
			return nil, nil, err
		}
		all = append(all, reply.Value.items...)
		freshness = freshness.Merge(&reply.Freshness)
		next, err := reply.Value.pagination.after(offset, reply.Value.rows)
		if err != nil {
			return nil, nil, err
		}
		if next.offset < 0 {
			return all, freshness, nil
		}
		offset = next.offset
	}
	return nil, nil, &providers.Error{Kind: providers.Incomplete, Detail: "a user is in more than 2000 accounts"}
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

func (d decoder) usersWithAccounts(body []byte) ([]*accountsOfUser, error) {
	e, err := parseEnvelope(body, (*jsonscan.Reader).Skip)
	if err != nil {
		return nil, err
	}
	in := decodeContext{source: listRow, omitted: e.omitted()}
	all := make([]*accountsOfUser, 0, len(e.rows))
	for _, raw := range e.rows {
		w, err := decodeRow(raw, (*wireUserAccounts).read)
		if err != nil {
			return nil, err
		}
		user := d.user(&w.wireUser, in)
		if user == nil {
			return nil, errNoID
		}
		all = append(all, &accountsOfUser{user: user, included: isComplete(w.accounts), accounts: convertList(w.accounts, d.embeddedAccount)})
	}
	return all, nil
}
