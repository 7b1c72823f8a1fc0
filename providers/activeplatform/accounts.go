package activeplatform

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

type accounts struct{ *Provider }

var _ providers.Collection[*model.Account] = accounts{}

// Get makes one call per account.
func (a accounts) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Account] {
	return getByID(ctx, a.client, a.accountByID(), ids)
}

// Page reads one page. It applies no filter: the vendor does not document the
// values of an account's status.
func (a accounts) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Account], error) {
	if q.Parent.Type != "" {
		return nil, a.invalidArgument("accounts have no parent")
	}
	at, ok := upstream.ParsePagePosition(token)
	if !ok {
		return nil, a.invalidArgument("invalid page token")
	}
	l := a.listAccounts(orderParams(q.Order))
	l.sorted = supportsOrder(q.Order)
	page, decoded, err := pageAt(ctx, a.Provider, l, at)
	if decoded {
		a.accountByID().Prime(ctx, a.client, page.Items, page.Freshness)
	}
	return page, err
}

// SupportsParents reports false: accounts have no parents.
func (accounts) SupportsParents(string) bool { return false }
