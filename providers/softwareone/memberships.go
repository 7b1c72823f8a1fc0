package softwareone

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// memberships are the users of accounts. The platform has no list of all of
// them: it lists them by account or by user.
type memberships struct {
	client   *upstream.Client
	decoder  decoder
	accounts *collection[*model.Account]
	// path is the path of an account's users, with accountPlaceholder.
	path     string
	detected *detected
}

// flat reports whether rows are users with additional properties, as they are
// where the vendor moved the list in 2026, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/users.
// Otherwise rows are objects that contain a user. Only requests depend on it;
// the decoder reads both.
func (m *memberships) flat() bool { return strings.Contains(m.path, "/accounts/accounts/") }

// userSelects names what a short reference to the user in a row lacks.
var userSelects = strings.Join(userType.names(userType.row, "user."), ",")

// selects is the select list of every request but those of GetFields.
func (m *memberships) selects() string {
	if m.flat() {
		return membershipType.selects
	}
	return membershipType.selects + "," + userSelects
}

var _ providers.FieldReader[*model.Membership] = (*memberships)(nil)

// Get reads memberships by their ids: 100 users of one account per call.
func (m *memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	return m.get(ctx, ids, membershipType.selected, m.selects())
}

// GetFields reads memberships with a request that names what the records lack.
func (m *memberships) GetFields(ctx context.Context, records []*model.Membership, fields []string) providers.BatchResult[*model.Membership] {
	named := membershipType.missing(upstream.NodesIn(records), fields)
	var nested map[string]string
	if !m.flat() {
		// select knows no status of a row that contains a user.
		named &^= membershipType.set("status")
		nested = map[string]string{"user": userSelects}
		if !slices.Contains(fields, "user") {
			nested["status"] = "user.status"
		}
	}
	result := m.get(ctx, vendorIDs(records), named, selectList(membershipType.names(named, ""), nested, fields))
	keepFields(membershipType, result, records)
	return result
}

func (m *memberships) get(ctx context.Context, ids []string, named propertySet, selects string) providers.BatchResult[*model.Membership] {
	byAccount := map[string][]string{}
	for _, id := range ids {
		account, user := model.SplitMembership(id)
		if isText(account) && isText(user) {
			byAccount[account] = append(byAccount[account], id)
		}
	}
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for account, ids := range byAccount {
		wg.Go(func() {
			batch := m.getOfAccount(ctx, account, ids, named, selects)
			for id, err := range batch.Failed {
				// An account that does not exist has no members.
				if providers.KindOf(err) == providers.NotFound && providers.IfExists(ctx, m.accounts, account, err) == nil {
					delete(batch.Failed, id)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(result.Objects, batch.Objects)
			maps.Copy(result.Failed, batch.Failed)
		})
	}
	wg.Wait()
	return result
}

// getOfAccount reads memberships of one account. No page of the vendor promises that rows
// can be filtered by their user: where the platform rejects the filter, or it has never
// matched a row, the whole list tells which members there are, as it does for a user whose
// id no query can contain.
func (m *memberships) getOfAccount(ctx context.Context, account string, ids []string, named propertySet, selects string) providers.BatchResult[*model.Membership] {
	if m.detected.noUserFilter.Load() {
		return m.scan(ctx, account, ids, named, selects)
	}
	quotable := distinct(ids, func(id string) bool {
		_, user := model.SplitMembership(id)
		return isQuotable(user)
	})
	result := m.batch(account, named, selects).Get(ctx, m.client, quotable)
	if len(result.Objects) > 0 {
		m.detected.userFilter.Store(true)
	}
	isUnsure := func(id string) bool {
		if err := result.Failed[id]; err != nil {
			return isBadRequest(err)
		}
		return result.Objects[id] == nil && !(m.detected.userFilter.Load() && slices.Contains(quotable, id))
	}
	unsure := distinct(ids, isUnsure)
	if len(unsure) == 0 {
		return result
	}
	scanned := m.scan(ctx, account, unsure, named, selects)
	for _, id := range unsure {
		object, err := scanned.Objects[id], scanned.Failed[id]
		if works := err != nil || result.Failed[id] == nil && object == nil; !works && slices.Contains(quotable, id) {
			m.detected.noUserFilter.Store(true)
		}
		delete(result.Failed, id)
		switch {
		case err != nil:
			result.Failed[id] = err
		case object != nil:
			result.Objects[id] = object
		}
	}
	return result
}

// scan reads the list of an account's users until it has found all ids.
func (m *memberships) scan(ctx context.Context, account string, ids []string, named propertySet, selects string) providers.BatchResult[*model.Membership] {
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	wanted, seen := map[string]bool{}, map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var failure error
	rows := 0
	err := eachPage(ctx, func(ctx context.Context, offset int) (offsetPage[listPage[*model.Membership]], error) {
		page, err := m.list(account, offset, named, selects)
		if err != nil {
			return offsetPage[listPage[*model.Membership]]{}, err
		}
		reply, err := page.read(ctx, m.client)
		return offsetPage[listPage[*model.Membership]]{reply.Value, reply.Value.rows, reply.Value.pagination}, err
	}, func(page offsetPage[listPage[*model.Membership]], last bool) (more bool, err error) {
		known := len(seen)
		for _, row := range page.reply.items {
			seen[row.VendorID] = true
			if wanted[row.VendorID] {
				result.Objects[row.VendorID] = row
			}
		}
		rows += page.rows
		failure = cmp.Or(failure, page.reply.leftOut)
		switch {
		case len(seen) == known && len(page.reply.items) > 0:
			return false, errRepeatedPage()
		case !last && rows >= maxMemberRows:
			return false, incomplete("an account has more than 10000 users")
		}
		return len(result.Objects) < len(wanted), nil
	})
	failure = cmp.Or(err, failure)
	for id := range wanted {
		if failure != nil && result.Objects[id] == nil {
			result.Failed[id] = withProvider(m.client.Provider(), failure)
		}
	}
	return result
}

// maxMemberRows bounds the rows that a scan reads.
const maxMemberRows = 10_000

// list describes a page of the users of an account.
func (m *memberships) list(account string, offset int, named propertySet, selects string) (listRequest[*model.Membership], error) {
	path, err := accountUsers(m.path, account)
	return listRequest[*model.Membership]{
		path: path, query: query{selects: selects, order: "id", limit: pageSize, offset: offset}, named: named,
		tags: m.client.IDs(model.TypeAccount, account),
		open: m.decoder.open,
		decode: func(r *jsonscan.Reader, in decodeContext) (*model.Membership, error) {
			return m.decoder.member(r, account, in)
		},
	}, err
}

// batch describes how memberships of one account are read by their ids.
func (m *memberships) batch(account string, named propertySet, selects string) upstream.BatchRequest[*model.Membership] {
	property := "user.id"
	if m.flat() {
		property = "id"
	}
	return upstream.BatchRequest[*model.Membership]{
		Kind:    model.TypeMembership + " with " + selects,
		PerCall: maxIDsPerCall,
		Size:    idSize, MaxSize: maxIDBytes,
		// Until the filter has matched a row, the list tells which members there are.
		Unfiltered: !m.detected.userFilter.Load(),
		Request: func(ids []string) (upstream.Request, error) {
			path, err := accountUsers(m.path, account)
			if err != nil {
				return upstream.Request{}, err
			}
			users := make([]string, len(ids))
			for i, id := range ids {
				_, users[i] = model.SplitMembership(id)
			}
			q := query{conditions: []condition{in(property, users)}, selects: selects, limit: pageSize}
			return upstream.Request{Path: path, Query: q.String()}, nil
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			id := func(row *jsonscan.Reader) string {
				user := readUserID(row)
				if user == "" {
					return ""
				}
				return model.JoinMembership(account, user)
			}
			return rowsByID(body, id, membershipType)
		},
		// A row that does not tell its user may be that of any missing id.
		More: func(body []byte) bool { return hasMore(body) || hasUnknown(body, readUserID) },
		Decode: func(stored []byte) (*model.Membership, error) {
			row, omitted, err := splitOmitted(stored)
			if err != nil {
				return nil, err
			}
			decode := func(r *jsonscan.Reader, in decodeContext) (*model.Membership, error) {
				return m.decoder.member(r, account, in)
			}
			return decodeText(m.decoder.open(row), decode, decodeContext{source: byID, omitted: omitted, named: named})
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
	case at.without != 0:
		return nil, errPageToken()
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
	l, err := m.list(account, at.offset, membershipType.selected, m.selects())
	if err != nil {
		return nil, err
	}
	// Every member that matchesNoMember does not exclude has these.
	rest := q.Filter
	rest.Roles, rest.Licenses = nil, nil
	exact := reflect.ValueOf(rest).IsZero()
	if token != "" || !exact || q.Order.Field != "" {
		q.Rows = 0
	}
	return l.firstPage(ctx, m.client, m.detected, at, 1, exact, q.Rows)
}

// matchesNoMember reports whether no member can match: members have no license,
// and RoleMember is their only role.
func matchesNoMember(f providers.Filter) bool {
	return len(f.Licenses) > 0 || len(f.Roles) > 0 && !slices.Contains(f.Roles, model.RoleMember)
}

// SupportsParents reports whether one call can list the memberships of several
// parents of this type: of users, but not of accounts, since the path names one
// account.
func (m *memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
