package softwareone

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// memberships are the users of accounts. The platform has no list of all of
// them: they are read account by account or user by user.
type memberships struct {
	client *upstream.Client
	reader reader
	// path has a placeholder for the account.
	path string
}

// errUnknowable is for a row that does not say who its user is.
var errUnknowable = errors.New("a member that is not named")

// flat reports whether rows are users with additions, as they are where the
// vendor moved the list in 2026, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/users.
// Otherwise rows are objects of their own that hold a user. Rows are understood
// either way; only the question differs.
func (m *memberships) flat() bool { return strings.Contains(m.path, "/accounts/accounts/") }

// selects are the properties to ask for by name: the audit, and in rows that hold
// a user, those of its properties that a short reference lacks.
func (m *memberships) selects() string {
	if m.flat() {
		return "audit"
	}
	return "audit,user." + strings.Join(memberProperties, ",user.")
}

// memberProperties are what most questions about members ask of their users.
var memberProperties = []string{"email", "status", "firstName", "lastName", "lastLoginAt", "settings"}

// Get reads memberships by their ids: a hundred users of one account a call.
func (m *memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	accounts := map[string][]string{}
	for _, id := range ids {
		account, user := model.SplitMembership(id)
		if quotable(account) && quotable(user) {
			accounts[account] = append(accounts[account], id)
		}
	}
	found := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for account, ids := range accounts {
		wg.Go(func() {
			some := m.in(account).Get(ctx, m.client, ids)
			mu.Lock()
			defer mu.Unlock()
			for id, object := range some.Objects {
				found.Objects[id] = object
			}
			for id, err := range some.Failed {
				// An account that is not there has no members.
				if providers.KindOf(err) != providers.NotFound {
					found.Failed[id] = err
				}
			}
		})
	}
	wg.Wait()
	return found
}

// in tells how to read memberships of one account.
func (m *memberships) in(account string) upstream.BatchRequest[*model.Membership] {
	property := "user.id"
	if m.flat() {
		property = "id"
	}
	return upstream.BatchRequest[*model.Membership]{
		Kind:    model.TypeMembership + " with " + m.selects(),
		PerCall: maxPerCall,
		Request: func(ids []string) (upstream.Request, error) {
			path, err := accountUsers(m.path, account)
			if err != nil {
				return upstream.Request{}, err
			}
			users := make([]string, len(ids))
			for i, id := range ids {
				_, users[i] = model.SplitMembership(id)
			}
			q := query{conditions: []condition{in(property, users)}, selects: m.selects(), limit: pageSize}
			return upstream.Request{Path: path, Query: q.String()}, nil
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			return rowsBy(body, func(row *jsonscan.Reader) string {
				user := memberOf(row)
				if user == "" {
					return ""
				}
				return model.JoinMembership(account, user)
			})
		},
		Decode: func(row []byte) (*model.Membership, error) { return m.reader.member(row, account, scope{form: whole}) },
	}
}

// Page reads a hundred members of an account, or the accounts of users.
func (m *memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	page, err := m.page(ctx, q, token)
	return page, named(m.client.Provider(), err)
}

func (m *memberships) page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	at, err := parsePosition(token)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Filter.Database != "":
		return nil, badInput("this vendor has no databases")
	case impossible(q.Filter) && token == "":
		return nothing[*model.Membership](), nil
	case q.Parent.Type == model.TypeUser:
		return m.ofUsers(ctx, q.Parent.IDs, at)
	case q.Parent.Type != model.TypeAccount || len(q.Parent.IDs) != 1 || at.part != 0:
		return nil, badInput("this vendor has no such list")
	}
	account := q.Parent.IDs[0]
	path, err := accountUsers(m.path, account)
	if err != nil {
		return nil, err
	}
	l := list[*model.Membership]{
		path: path, query: query{selects: m.selects(), order: "id", limit: pageSize, offset: at.offset},
		decode: func(row []byte, in scope) (*model.Membership, error) { return m.reader.member(row, account, in) },
	}
	return l.page(ctx, m.client, at, 1, len(q.Filter.Status) == 0 && len(q.Filter.Emails) == 0)
}

// impossible reports whether no member can match: nobody has a license here, and
// everybody is a plain member.
func impossible(f providers.Filter) bool {
	return len(f.Licenses) > 0 || len(f.Roles) > 0 && !slices.Contains(f.Roles, model.RoleMember)
}

// SupportsOrder reports whether the platform sorts so: not but in its own order.
func (m *memberships) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents reports whether one Page serves several parents: several users, but one
// account, which is in the path.
func (m *memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
