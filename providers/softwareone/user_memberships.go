package softwareone

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// maxAccountPages bounds the reading of one user's accounts.
const maxAccountPages = 20

// accountsOf is what an answer tells of one user's accounts.
type accountsOf struct {
	user *model.User
	// told is set where the user's accounts came with the user.
	told     bool
	accounts []*model.Account
}

// ofUsers reads the accounts of users. Operations accounts are told them with the
// users, a hundred a call; for all others it takes a call a user.
func (m *memberships) ofUsers(ctx context.Context, users []string, at position) (*providers.Page[*model.Membership], error) {
	parts := slices.Collect(slices.Chunk(askable(users), maxPerCall))
	if len(parts) == 0 && at == (position{}) {
		return nothing[*model.Membership](), nil
	}
	if at.part >= len(parts) || at.offset != 0 {
		return nil, badInput("this is not a place in the list")
	}
	all, freshness, err := m.withUsers(ctx, parts[at.part])
	if err != nil {
		return nil, err
	}
	freshness, err = m.apart(ctx, all, freshness)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.Membership]{Freshness: *freshness}
	for _, a := range all {
		for _, account := range a.accounts {
			page.Items = append(page.Items, m.reader.membership(account, a.user))
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

// withAccounts asks for users' accounts as short references, which all of them
// together are: an account that is named as a whole comes whole.
const withAccounts = "accounts.id,accounts.name,accounts.icon,accounts.type,accounts.status,audit"

// withUsers asks for users with their accounts. Where the platform refuses that
// to the credential, nothing but the users' ids is known.
func (m *memberships) withUsers(ctx context.Context, ids []string) ([]*accountsOf, *model.Freshness, error) {
	q := query{conditions: []condition{in("id", ids)}, selects: withAccounts, order: "id", limit: pageSize}
	request := upstream.Request{Path: usersPath, Query: q.String()}
	reply, err := upstream.Read(ctx, m.client, request, m.reader.usersWithAccounts)
	if refused(err) {
		all := make([]*accountsOf, len(ids))
		for i, id := range ids {
			all[i] = &accountsOf{user: m.reader.userNamed(id)}
		}
		return all, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var all []*accountsOf
	for _, a := range reply.Value {
		if slices.Contains(ids, a.user.VendorID) {
			own := *a
			all = append(all, &own)
		}
	}
	return all, &reply.Freshness, nil
}

// refused reports whether an answer means that this may not be asked, rather
// than that nothing can be.
func refused(err error) bool {
	var e *providers.Error
	return errors.As(err, &e) && (e.Kind == providers.Forbidden || e.HTTPStatus == http.StatusBadRequest)
}

// apart asks for the accounts of those users that came without theirs. The users
// are those of this reading alone and are completed in place.
func (m *memberships) apart(ctx context.Context, all []*accountsOf, freshness *model.Freshness) (*model.Freshness, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failure error
	for _, a := range all {
		if a.told {
			continue
		}
		wg.Go(func() {
			accounts, fetched, err := m.accountsOf(ctx, a.user.VendorID)
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
		freshness = &nothing[int]().Freshness
	}
	return freshness, nil
}

// accountsOf reads all accounts of one user; none where the user is hidden.
func (m *memberships) accountsOf(ctx context.Context, user string) (all []*model.Account, freshness *model.Freshness, err error) {
	path, err := userAccounts(user)
	if err != nil {
		return nil, nil, err
	}
	offset := 0
	for range maxAccountPages {
		l := list[*model.Account]{
			path: path, query: query{order: "id", limit: pageSize, offset: offset},
			// Nothing says that these rows are complete.
			decode: func(row []byte, _ scope) (*model.Account, error) {
				return decoded((*wireAccount).read, m.reader.account)(row, inside())
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
		went, err := reply.Value.pagination.after(offset, reply.Value.count)
		if err != nil {
			return nil, nil, err
		}
		if went.next < 0 {
			return all, freshness, nil
		}
		offset = went.next
	}
	return nil, nil, &providers.Error{Kind: providers.Incomplete, Detail: "a user is in too many accounts"}
}

// wireUserAccounts is a user with accounts, which are for operations accounts only.
type wireUserAccounts struct {
	wireUser
	accounts many[wireAccount]
}

func (w *wireUserAccounts) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		if name == "accounts" {
			w.accounts = objects(r, (*wireAccount).read)
			continue
		}
		w.member(name, r)
	}
}

func (r reader) usersWithAccounts(body []byte) ([]*accountsOf, error) {
	e, err := parseEnvelope(body, (*jsonscan.Reader).Skip)
	if err != nil {
		return nil, err
	}
	in := scope{form: listed, omitted: e.omitted()}
	all := make([]*accountsOf, 0, len(e.rows))
	for _, raw := range e.rows {
		var w wireUserAccounts
		if err := parse(raw, w.read); err != nil {
			return nil, err
		}
		user := r.user(&w.wireUser, in)
		if user == nil {
			return nil, errNameless
		}
		all = append(all, &accountsOf{user: user, told: complete(w.accounts), accounts: each(w.accounts, r.shortAccount)})
	}
	return all, nil
}
