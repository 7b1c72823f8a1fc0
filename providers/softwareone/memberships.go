package softwareone

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// memberships are the users of accounts. The platform has no list of all of
// them: it lists them by account or by user.
type memberships struct {
	client  *upstream.Client
	decoder decoder
	// path is the path of an account's users, with accountPlaceholder.
	path string
}

// flat reports whether rows are users with additional properties, as they are
// where the vendor moved the list in 2026, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/users.
// Otherwise rows are objects that contain a user. Only requests depend on it;
// the decoder reads both.
func (m *memberships) flat() bool { return strings.Contains(m.path, "/accounts/accounts/") }

// nestedSelects also names what a short reference to the user in a row lacks.
var nestedSelects = strings.Join(append([]string{membershipType.selects}, userType.names(userType.row, "user.")...), ",")

// selects is the select list of every request.
func (m *memberships) selects() string {
	if m.flat() {
		return membershipType.selects
	}
	return nestedSelects
}

// Get reads memberships by their ids: 100 users of one account per call.
func (m *memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	byAccount := map[string][]string{}
	for _, id := range ids {
		account, user := model.SplitMembership(id)
		if isQuotable(account) && isQuotable(user) {
			byAccount[account] = append(byAccount[account], id)
		}
	}
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for account, ids := range byAccount {
		wg.Go(func() {
			batch := m.batch(account).Get(ctx, m.client, ids)
			mu.Lock()
			defer mu.Unlock()
			for id, object := range batch.Objects {
				result.Objects[id] = object
			}
			for id, err := range batch.Failed {
				// An account that does not exist has no members.
				if providers.KindOf(err) != providers.NotFound {
					result.Failed[id] = err
				}
			}
		})
	}
	wg.Wait()
	return result
}

// batch describes how memberships of one account are read by their ids.
func (m *memberships) batch(account string) upstream.BatchRequest[*model.Membership] {
	property := "user.id"
	if m.flat() {
		property = "id"
	}
	return upstream.BatchRequest[*model.Membership]{
		Kind:    model.TypeMembership + " with " + m.selects(),
		PerCall: maxIDsPerCall,
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
			return rowsByID(body, func(row *jsonscan.Reader) string {
				user := readUserID(row)
				if user == "" {
					return ""
				}
				return model.JoinMembership(account, user)
			})
		},
		Decode: func(row []byte) (*model.Membership, error) {
			return m.decoder.member(row, account, decodeContext{source: byID})
		},
	}
}

// Page reads up to 100 members of one account, or the accounts of users.
func (m *memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	page, err := m.page(ctx, q, token)
	return page, withProvider(m.client.Provider(), err)
}

func (m *memberships) page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	at, err := parsePosition(token)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Filter.Database != "":
		return nil, errNoDatabases()
	case matchesNoMember(q.Filter) && token == "":
		return emptyPage[*model.Membership](), nil
	case q.Parent.Type == model.TypeUser:
		return m.pageOfUsers(ctx, q.Parent.IDs, at)
	case q.Parent.Type != model.TypeAccount || len(q.Parent.IDs) != 1 || at.part != 0:
		return nil, errNoSuchList()
	}
	account := q.Parent.IDs[0]
	path, err := accountUsers(m.path, account)
	if err != nil {
		return nil, err
	}
	l := listRequest[*model.Membership]{
		path: path, query: query{selects: m.selects(), order: "id", limit: pageSize, offset: at.offset},
		tags: m.client.IDs(model.TypeAccount, account),
		decode: func(row []byte, in decodeContext) (*model.Membership, error) {
			return m.decoder.member(row, account, in)
		},
	}
	return l.page(ctx, m.client, at, 1, len(q.Filter.Status) == 0 && len(q.Filter.Emails) == 0)
}

// matchesNoMember reports whether no member can match: members have no license,
// and RoleMember is their only role.
func matchesNoMember(f providers.Filter) bool {
	return len(f.Licenses) > 0 || len(f.Roles) > 0 && !slices.Contains(f.Roles, model.RoleMember)
}

// SupportsOrder reports whether Page returns rows of q in q.Order: only without
// an order.
func (m *memberships) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents reports whether one call can list the memberships of several
// parents of this type: of users, but not of accounts, since the path names one
// account.
func (m *memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
