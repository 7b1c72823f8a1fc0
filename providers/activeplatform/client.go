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

// The suffix .json is optional in the vendor's examples and part of every
// heading.
const (
	root         = "/api/vendor/v1"
	usersPath    = root + "/users.json"
	accountsPath = root + "/accounts.json"
)

// perPage is how many rows are asked for. Neither the default nor the largest
// size is documented; a server that gives less is read in its own steps.
const perPage = 100

// checkUsers reads one user, to see whether the credential is accepted:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
func (p *Provider) checkUsers(ctx context.Context) error {
	_, err := upstream.Read(ctx, p.client, upstream.Request{Path: usersPath, Query: pageQuery(1, 1, nil)}, many(p.user))
	return err
}

// listUsers reads a page of users:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
func (p *Provider) listUsers(ctx context.Context, page int, params url.Values) (upstream.Reply[[]*model.User], error) {
	request := upstream.Request{Path: usersPath, Query: pageQuery(page, perPage, params)}
	return upstream.Read(ctx, p.client, request, many(p.user))
}

// listAccounts reads a page of accounts:
// https://docs.activeplatform.com/api-guide/2.0/en/klienty-v1/poluchenie-spiska-klientov
func (p *Provider) listAccounts(ctx context.Context, page int, params url.Values) (upstream.Reply[[]*model.Account], error) {
	request := upstream.Request{Path: accountsPath, Query: pageQuery(page, perPage, params)}
	return upstream.Read(ctx, p.client, request, many(p.account))
}

// usersOf reads all users of an account; the vendor's page knows no paging:
// https://docs.activeplatform.com/api-guide/6.0/en/klienty-v1/poluchenie-spiska-pol-zovatelej-klienta
func (p *Provider) usersOf(ctx context.Context, account string) (upstream.Reply[[]*model.User], error) {
	path, err := upstream.Path("accounts", account, "users.json")
	if err != nil {
		return upstream.Reply[[]*model.User]{}, p.badInput("an id cannot stand in a path")
	}
	return upstream.Read(ctx, p.client, upstream.Request{Path: root + path}, many(p.user))
}

// accountsOf reads all accounts of a user. The vendor's guide names the method
// beside the others; that its rows are those of the list of accounts, and that
// there are no pages, is assumed:
// https://docs.activeplatform.com/api-guide/6.0/en
func (p *Provider) accountsOf(ctx context.Context, user string) (upstream.Reply[[]*model.Account], error) {
	path, err := upstream.Path("users", user, "accounts.json")
	if err != nil {
		return upstream.Reply[[]*model.Account]{}, p.badInput("an id cannot stand in a path")
	}
	return upstream.Read(ctx, p.client, upstream.Request{Path: root + path}, many(p.account))
}

// getUsers makes one call a user, since none can take more:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-informatsii-o-pol-zovatele
func (p *Provider) getUsers(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	return get(ctx, p.client, p.userObjects(), ids)
}

func (p *Provider) userObjects() upstream.BatchRequest[*model.User] {
	return single("user", "users", p.user)
}

// getAccounts makes one call an account, since none can take more:
// https://docs.activeplatform.com/api-guide/2.0/en/klienty-v1/poluchenie-informatsii-o-kliente
func (p *Provider) getAccounts(ctx context.Context, ids []string) providers.BatchResult[*model.Account] {
	return get(ctx, p.client, p.accountObjects(), ids)
}

func (p *Provider) accountObjects() upstream.BatchRequest[*model.Account] {
	return single("account", "accounts", p.account)
}

// pageQuery asks for one page. Both numbers are always sent, since the defaults
// are not documented; that pages count from 1 is assumed.
func pageQuery(page, size int, params url.Values) string {
	q := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(size)}}
	for key, values := range params {
		q[key] = values
	}
	return q.Encode()
}

func single[T any](kind, segment string, decode func([]byte) (T, error)) upstream.BatchRequest[T] {
	return upstream.BatchRequest[T]{
		Kind:    kind,
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) {
			path, err := upstream.Path(segment, ids[0]+".json")
			return upstream.Request{Path: root + path}, err
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			id, err := idOf(body)
			return map[string]json.RawMessage{id: body}, err
		},
		Decode: decode,
	}
}

// get reads objects one by one. An id that is not a number does not exist and is
// not asked for; an object that the vendor gave for another id is dropped.
func get[T any](ctx context.Context, c *upstream.Client, o upstream.BatchRequest[T], ids []string) providers.BatchResult[T] {
	var numbers []string
	for _, id := range ids {
		if isID(id) {
			numbers = append(numbers, id)
		}
	}
	found := o.Get(ctx, c, numbers)
	for id := range found.Objects {
		if !slices.Contains(numbers, id) {
			delete(found.Objects, id)
		}
	}
	return found
}
