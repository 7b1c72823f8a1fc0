package activeplatform

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type accounts struct{ *Provider }

// Get makes one call an account.
func (a accounts) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Account] {
	return a.getAccounts(ctx, ids)
}

// Page reads one page. The words of an account's status are not documented, so
// that none is asked for.
func (a accounts) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Account], error) {
	if q.Parent.Type != "" {
		return nil, a.badInput("accounts have no parent here")
	}
	at, ok := parsePlace(token)
	if !ok {
		return nil, a.badInput("not a page token of this list")
	}
	reply, err := a.listAccounts(ctx, at.number, sorting(q.Order))
	if err != nil {
		return nil, err
	}
	if reply.Decoded {
		a.accountObjects().Prime(a.client, reply.Value, reply.Freshness)
	}
	rows, next, more := turn(at, reply.Value)
	page := &providers.Page[*model.Account]{Items: rows, Freshness: reply.Freshness}
	if more {
		page.Next = next.String()
	}
	return page, nil
}

// SupportsOrder is true for dates.
func (accounts) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" || dated(q.Order) }

// SupportsParents is always false: accounts have no parents here.
func (accounts) SupportsParents(string) bool { return false }
