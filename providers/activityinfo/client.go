package activityinfo

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// client has one method per endpoint.
type client struct {
	upstream *upstream.Client
	// configured are the distinct billing accounts of the options.
	configured []string
	// uncached reads the user lists past the cache; nil where they are cached.
	uncached *upstream.Client
}

// isConfigured reports whether the options contain a billing account.
func (c *client) isConfigured(account string) bool { return slices.Contains(c.configured, account) }

// permitted calls read for a billing account. A refusal of an account that the options
// do not contain is not repeated for the time that absences are cached. kind names what
// is read of the account.
func permitted[T any](c *client, kind, account string, read func() (T, error)) (T, error) {
	if c.isConfigured(account) {
		return read()
	}
	id := model.NewID(c.upstream.Provider().Name, model.TypeAccount, account)
	return upstream.ReadPermitted(c.upstream, kind, id, read)
}

// memberFilter is the filter of a billing account's user list. The zero value
// selects all users.
type memberFilter struct {
	ownersOnly bool
	// database selects the owners and the users who were invited to this database.
	database string
}

// query always contains owners because the vendor's default is owners only. The
// vendor documents only that any value except TRUE selects all users.
func (f memberFilter) query() string {
	q := url.Values{"owners": {"false"}}
	if f.ownersOnly {
		q.Set("owners", "TRUE")
	}
	if f.database != "" {
		q.Set("databaseId", f.database)
	}
	return q.Encode()
}

// members reads the users of a billing account as memberships. All callers decode
// to the same type, so that they share cache entries.
// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountUsers.html
func (c *client) members(ctx context.Context, account string, f memberFilter) (upstream.Reply[memberList], error) {
	path, err := upstream.Path("resources", "billingAccounts", account, "users")
	if err != nil {
		return upstream.Reply[memberList]{}, err
	}
	tags := append(c.upstream.IDs(model.TypeAccount, account), c.upstream.AnyID(model.TypeUser), c.upstream.AnyID(model.TypeMembership))
	request := upstream.Request{
		Path: path, Query: f.query(), Configured: c.isConfigured(account), Tags: tags, Format: membersFormat, MaxRows: c.upstream.MaxRows(),
		Condense: func(body io.Reader) ([]byte, error) { return packMembers(body, c.upstream.Provider(), account) },
	}
	reader := cmp.Or(c.uncached, c.upstream)
	return permitted(c, "users "+f.database, account, func() (upstream.Reply[memberList], error) {
		return upstream.Read(ctx, reader, request, func(packed []byte) (memberList, error) {
			return newMemberList(packed, c.upstream.Provider(), account)
		})
	})
}

// accountRequest is the request of one billing account. The vendor does not document
// the endpoint, but its client for R uses it. The response is the one documented for
// the billing account of a database.
// https://github.com/bedatadriven/activityinfo-R/blob/master/R/billingInfo.R
// https://www.activityinfo.org/support/docs/api/reference/getDatabaseBillingAccount.html
func (c *client) accountRequest(account string) (upstream.Request, error) {
	path, err := upstream.Path("resources", "billingAccounts", account)
	return upstream.Request{Path: path, Configured: c.isConfigured(account)}, err
}

// account reads one billing account. A response with another account fails with kind
// BadResponse.
func (c *client) account(ctx context.Context, account string) (upstream.Reply[*model.Account], error) {
	request, err := c.accountRequest(account)
	if err != nil {
		return upstream.Reply[*model.Account]{}, err
	}
	return permitted(c, "account", account, func() (upstream.Reply[*model.Account], error) {
		return upstream.Read(ctx, c.upstream, request, func(body []byte) (*model.Account, error) {
			a, err := decodeAccount(body, c.upstream.Provider())
			if err == nil && a.VendorID != account {
				err = errFormat
			}
			return a, err
		})
	})
}

// accountsByID reads billing accounts, one call each; the vendor has no
// call for several.
func (c *client) accountsByID(ctx context.Context, ids []string) providers.BatchResult[*model.Account] {
	result := providers.BatchResult[*model.Account]{Objects: map[string]*model.Account{}, Failed: map[string]error{}}
	var mu sync.Mutex
	var calls sync.WaitGroup
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		calls.Go(func() {
			account, err := permitted(c, "account", id, func() (*model.Account, error) {
				one := c.accountByID().Get(ctx, c.upstream, []string{id})
				return one.Objects[id], one.Failed[id]
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				result.Failed[id] = err
			case account != nil:
				result.Objects[id] = account
			}
		})
	}
	calls.Wait()
	return result
}

// accountByID reads one billing account.
func (c *client) accountByID() upstream.BatchRequest[*model.Account] {
	return upstream.BatchRequest[*model.Account]{
		Kind:    model.TypeAccount,
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) { return c.accountRequest(ids[0]) },
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			id, err := decodeAccountID(body)
			return map[string]json.RawMessage{id: body}, err
		},
		Decode: func(row []byte) (*model.Account, error) {
			return decodeAccount(row, c.upstream.Provider())
		},
	}
}

// databases reads which billing accounts the databases have that the token owns or that
// are shared with it.
// https://www.activityinfo.org/support/docs/api/reference/getDatabases.html
func (c *client) databases(ctx context.Context) (upstream.Reply[databaseList], error) {
	return upstream.Read(ctx, c.upstream, upstream.Request{
		Path: "/resources/databases", Collection: true, Condense: packDatabases, Format: databasesFormat, MaxRows: upstream.MaxListed,
	}, decodeDatabases)
}
