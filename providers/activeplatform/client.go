package activeplatform

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// The suffix .json is optional in the vendor's examples and part of every heading.
const (
	root         = "/api/vendor/v1"
	usersPath    = root + "/users.json"
	accountsPath = root + "/accounts.json"
)

// perPage is the requested page size. The vendor documents neither the default nor
// the maximum; a server may return shorter pages.
const perPage = 100

// checkUsers reads one user to verify the credential:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
func (p *Provider) checkUsers(ctx context.Context) error {
	_, err := upstream.Read(ctx, p.client, upstream.Request{Path: usersPath, Query: pageQuery(1, 1, nil)}, decodeRows(p.decodeUser))
	return err
}

// listUsers reads a page of users:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
func (p *Provider) listUsers(ctx context.Context, page int, params url.Values) (upstream.Reply[[]*model.User], error) {
	request := upstream.Request{Path: usersPath, Query: pageQuery(page, perPage, params)}
	return upstream.Read(ctx, p.client, request, decodeRows(p.decodeUser))
}

// listAccounts reads a page of accounts:
// https://docs.activeplatform.com/api-guide/2.0/en/klienty-v1/poluchenie-spiska-klientov
func (p *Provider) listAccounts(ctx context.Context, page int, params url.Values) (upstream.Reply[[]*model.Account], error) {
	request := upstream.Request{Path: accountsPath, Query: pageQuery(page, perPage, params)}
	return upstream.Read(ctx, p.client, request, decodeRows(p.decodeAccount))
}

// listAccountUsers reads all users of an account. The vendor documents no
// pagination for this list:
// https://docs.activeplatform.com/api-guide/6.0/en/klienty-v1/poluchenie-spiska-pol-zovatelej-klienta
func (p *Provider) listAccountUsers(ctx context.Context, account string) (upstream.Reply[[]*model.User], error) {
	path, err := upstream.Path("accounts", account, "users.json")
	if err != nil {
		return upstream.Reply[[]*model.User]{}, p.invalidArgument("invalid account id")
	}
	request := upstream.Request{Path: root + path, Tags: p.client.IDs(model.TypeAccount, account)}
	return upstream.Read(ctx, p.client, request, decodeRows(p.decodeUser))
}

// listUserAccounts reads all accounts of a user. The vendor's guide only names the
// method. Assumptions: its rows are those of the list of accounts, and it has no
// pagination:
// https://docs.activeplatform.com/api-guide/6.0/en
func (p *Provider) listUserAccounts(ctx context.Context, user string) (upstream.Reply[[]*model.Account], error) {
	path, err := upstream.Path("users", user, "accounts.json")
	if err != nil {
		return upstream.Reply[[]*model.Account]{}, p.invalidArgument("invalid user id")
	}
	request := upstream.Request{Path: root + path, Tags: p.client.IDs(model.TypeUser, user)}
	return upstream.Read(ctx, p.client, request, decodeRows(p.decodeAccount))
}

// userByID reads one user per call; the vendor has no call for several:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-informatsii-o-pol-zovatele
func (p *Provider) userByID() upstream.BatchRequest[*model.User] {
	return byIDRequest("user", "users", p.decodeUser)
}

// accountByID reads one account per call; the vendor has no call for several:
// https://docs.activeplatform.com/api-guide/2.0/en/klienty-v1/poluchenie-informatsii-o-kliente
func (p *Provider) accountByID() upstream.BatchRequest[*model.Account] {
	return byIDRequest("account", "accounts", p.decodeAccount)
}

// pageQuery returns the query of one page. It always contains both numbers because
// their defaults are not documented. Assumption: pages count from 1.
func pageQuery(page, size int, params url.Values) string {
	q := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}}
	for key, values := range params {
		q[key] = values
	}
	return q.Encode()
}

func byIDRequest[T any](kind, segment string, decode func([]byte) (T, error)) upstream.BatchRequest[T] {
	return upstream.BatchRequest[T]{
		Kind:    kind,
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) {
			path, err := upstream.Path(segment, ids[0]+".json")
			return upstream.Request{Path: root + path}, err
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			id, err := decodeID(body)
			return map[string]json.RawMessage{id: body}, err
		},
		Decode: decode,
	}
}

// getByID reads objects one by one. It makes no call for an id that is not a
// number, and drops an object whose id was not requested.
func getByID[T any](ctx context.Context, c *upstream.Client, request upstream.BatchRequest[T], ids []string) providers.BatchResult[T] {
	var numbers []string
	for _, id := range ids {
		if isID(id) {
			numbers = append(numbers, id)
		}
	}
	result := request.Get(ctx, c, numbers)
	for id := range result.Objects {
		if !slices.Contains(numbers, id) {
			delete(result.Objects, id)
		}
	}
	return result
}
