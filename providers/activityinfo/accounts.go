package activityinfo

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

type accounts struct{ *Provider }

var _ providers.Collection[*model.Account] = accounts{}

// Get makes one call per account, and none for malformed ids. A configured account that
// the vendor does not have is an error.
func (a accounts) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Account] {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !IsBillingAccount(id) })
	result := a.client.accountsByID(ctx, ids)
	providers.FailMissing(result, ids, a.client.configured, a.Connection())
	return result
}

// Page reads all billing accounts as one page, with one call per account. It omits
// accounts that belong to another owner.
func (a accounts) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Account], error) {
	if q.Parent.Type != "" {
		return nil, a.invalidArgument("accounts have no parent")
	}
	if token != "" {
		return nil, a.invalidArgument("invalid page token")
	}
	all, err := readEach(ctx, a.Provider, func(account string) (upstream.Reply[*model.Account], error) {
		return a.client.account(ctx, account)
	})
	if err != nil {
		return nil, err
	}
	return singlePage(all, isEmptyFilter(q.Filter)), nil
}

// SupportsParents reports false: accounts have no parents.
func (accounts) SupportsParents(string) bool { return false }
