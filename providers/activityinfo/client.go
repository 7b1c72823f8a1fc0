package activityinfo

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// client has one method an endpoint.
type client struct{ upstream *upstream.Client }

// narrowing is what the list of a billing account's users can be narrowed to;
// the zero narrowing asks for everyone.
type narrowing struct {
	ownersOnly bool
	// database leaves those who were invited to this database, and the owners.
	database string
}

// query always says what is wanted of owners, since the vendor's default is
// owners only. Of the word for "everyone" the vendor says only that it is not
// TRUE.
func (n narrowing) query() string {
	q := url.Values{"owners": {"false"}}
	if n.ownersOnly {
		q.Set("owners", "TRUE")
	}
	if n.database != "" {
		q.Set("databaseId", n.database)
	}
	return q.Encode()
}

// members reads the users of a billing account. What they are is decoded in one
// way only, whatever is looked for, so that all readers can share an answer.
// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountUsers.html
func (c *client) members(ctx context.Context, account string, n narrowing) (upstream.Reply[[]*model.Membership], error) {
	path, err := upstream.Path("resources", "billingAccounts", account, "users")
	if err != nil {
		return upstream.Reply[[]*model.Membership]{}, err
	}
	request := upstream.Request{Path: path, Query: n.query()}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) ([]*model.Membership, error) {
		return decodeMembers(body, c.upstream.Provider(), account)
	})
}

// accountRequest asks for one billing account. The endpoint has no page of its
// own; the vendor's client for R calls it, and the answer is as documented for
// the billing account of a database.
// https://github.com/bedatadriven/activityinfo-R/blob/master/R/billingInfo.R
// https://www.activityinfo.org/support/docs/api/reference/getDatabaseBillingAccount.html
func accountRequest(account string) (upstream.Request, error) {
	path, err := upstream.Path("resources", "billingAccounts", account)
	return upstream.Request{Path: path}, err
}

// account reads one billing account. An answer about another one is not
// understood.
func (c *client) account(ctx context.Context, account string) (upstream.Reply[*model.Account], error) {
	request, err := accountRequest(account)
	if err != nil {
		return upstream.Reply[*model.Account]{}, err
	}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) (*model.Account, error) {
		a, err := decodeAccount(body, c.upstream.Provider())
		if err == nil && a.VendorID != account {
			err = errShape
		}
		return a, err
	})
}

// objects reads billing accounts by their ids, one a call: the vendor has no
// call for several.
func (c *client) objects() upstream.BatchRequest[*model.Account] {
	return upstream.BatchRequest[*model.Account]{
		Kind:    model.TypeAccount,
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) { return accountRequest(ids[0]) },
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			id, err := accountID(body)
			return map[string]json.RawMessage{id: body}, err
		},
		Decode: func(row []byte) (*model.Account, error) {
			return decodeAccount(row, c.upstream.Provider())
		},
	}
}

// databases reads which billing accounts the databases belong to that the token
// owns or that are shared with it: each id once, in ascending order.
// https://www.activityinfo.org/support/docs/api/reference/getDatabases.html
func (c *client) databases(ctx context.Context) (upstream.Reply[[]string], error) {
	return upstream.Read(ctx, c.upstream, upstream.Request{Path: "/resources/databases"}, decodeDatabases)
}
