package activityinfo

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// client has one method per endpoint.
type client struct{ upstream *upstream.Client }

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
	tags := append(c.upstream.IDs(model.TypeAccount, account), c.upstream.AnyID(model.TypeUser))
	request := upstream.Request{Path: path, Query: f.query(), Tags: tags}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) (memberList, error) {
		return decodeMembers(body, c.upstream.Provider(), account)
	})
}

// accountRequest is the request of one billing account. The vendor does not document
// the endpoint, but its client for R uses it. The response is the one documented for
// the billing account of a database.
// https://github.com/bedatadriven/activityinfo-R/blob/master/R/billingInfo.R
// https://www.activityinfo.org/support/docs/api/reference/getDatabaseBillingAccount.html
func accountRequest(account string) (upstream.Request, error) {
	path, err := upstream.Path("resources", "billingAccounts", account)
	return upstream.Request{Path: path}, err
}

// account reads one billing account. A response with another account fails with kind
// BadResponse.
func (c *client) account(ctx context.Context, account string) (upstream.Reply[*model.Account], error) {
	request, err := accountRequest(account)
	if err != nil {
		return upstream.Reply[*model.Account]{}, err
	}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) (*model.Account, error) {
		a, err := decodeAccount(body, c.upstream.Provider())
		if err == nil && a.VendorID != account {
			err = errFormat
		}
		return a, err
	})
}

// accountByID reads one billing account per call; the vendor has no call for several.
func (c *client) accountByID() upstream.BatchRequest[*model.Account] {
	return upstream.BatchRequest[*model.Account]{
		Kind:    model.TypeAccount,
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) { return accountRequest(ids[0]) },
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
	return upstream.Read(ctx, c.upstream, upstream.Request{Path: "/resources/databases", Collection: true}, decodeDatabases)
}
