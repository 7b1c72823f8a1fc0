package activeplatform

import (
	"context"
	"encoding/json"
	"net/url"

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

// checkUsers reads one user to verify the credential:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
func (p *Provider) checkUsers(ctx context.Context) error {
	q := url.Values{"page": {"1"}, "per_page": {"1"}}
	_, err := upstream.ReadList(ctx, p.client, upstream.Request{Path: usersPath, Query: q.Encode(), Collection: true}, decodeRows(p.decodeUser))
	return err
}

// listUsers is the list of users:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
func (p *Provider) listUsers(params url.Values) list[*model.User] {
	l := list[*model.User]{path: usersPath, params: params, decode: p.decodeUser}
	if len(params) == 0 {
		l.pages = p.detected.userPages
	}
	return l
}

// listAccounts is the list of accounts:
// https://docs.activeplatform.com/api-guide/2.0/en/klienty-v1/poluchenie-spiska-klientov
func (p *Provider) listAccounts(params url.Values) list[*model.Account] {
	return list[*model.Account]{path: accountsPath, params: params, decode: p.decodeAccount}
}

// readAccountUsers reads all users of an account:
// https://docs.activeplatform.com/api-guide/6.0/en/klienty-v1/poluchenie-spiska-pol-zovatelej-klienta
func (p *Provider) readAccountUsers(ctx context.Context, account string) (*providers.Page[*model.User], error) {
	path, err := upstream.Path("accounts", account, "users.json")
	if err != nil {
		return nil, p.newError(providers.InvalidID, "the id of the account is not valid in a URL path")
	}
	return readChildren(ctx, p, p.detected.accountUsersPaged, list[*model.User]{
		path: root + path, tags: p.client.IDs(model.TypeAccount, account), decode: p.decodeUser,
	})
}

// readUserAccounts reads all accounts of a user. The vendor's guide only names the
// method. Assumption: its rows are those of the list of accounts:
// https://docs.activeplatform.com/api-guide/6.0/en
func (p *Provider) readUserAccounts(ctx context.Context, user string) (*providers.Page[*model.Account], error) {
	path, err := upstream.Path("users", user, "accounts.json")
	if err != nil {
		return nil, p.newError(providers.InvalidID, "the id of the user is not valid in a URL path")
	}
	return readChildren(ctx, p, p.detected.userAccountsPaged, list[*model.Account]{
		path: root + path, tags: p.client.IDs(model.TypeUser, user), decode: p.decodeAccount,
	})
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
// number.
func getByID[T any](ctx context.Context, c *upstream.Client, request upstream.BatchRequest[T], ids []string) providers.BatchResult[T] {
	var numbers []string
	for _, id := range ids {
		if isID(id) {
			numbers = append(numbers, id)
		}
	}
	return request.Get(ctx, c, numbers)
}
