package activityinfo

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// billingAccounts are the ids of those that the options name, in their order,
// then of those that the visible databases belong to, ascending. The credential
// need not see databases where the options name accounts. Some of the accounts
// may be closed to the credential: a database can be shared with it while its
// billing account is someone else's.
func (p *Provider) billingAccounts(ctx context.Context) ([]string, *model.Freshness, error) {
	reply, err := p.client.databases(ctx)
	if err != nil && (len(p.billing) == 0 || !closed(err)) {
		return nil, nil, err
	}
	if err != nil {
		return p.billing, nil, nil
	}
	ids := slices.Clone(p.billing)
	for _, id := range reply.Value {
		if !slices.Contains(p.billing, id) {
			ids = append(ids, id)
		}
	}
	return ids, &reply.Freshness, nil
}

// closed reports whether an error tells of one account only: it is gone, or it
// is someone else's.
func closed(err error) bool {
	kind := providers.KindOf(err)
	return kind == providers.Forbidden || kind == providers.NotFound
}

// each reads something of all billing accounts at once and returns what it got
// in their order, together with the first error that is not about one account
// alone. Closed accounts are left out, but to be refused everywhere is an error.
func each[T any](billing []string, read func(account string) (upstream.Reply[T], error)) ([]T, *model.Freshness, error) {
	replies := make([]upstream.Reply[T], len(billing))
	errs := make([]error, len(billing))
	var wg sync.WaitGroup
	for i, account := range billing {
		wg.Go(func() { replies[i], errs[i] = read(account) })
	}
	wg.Wait()

	var values []T
	var freshness *model.Freshness
	var refused error
	var failed error
	for i, err := range errs {
		switch {
		case err == nil:
			values = append(values, replies[i].Value)
			freshness = freshness.Merge(&replies[i].Freshness)
		case !closed(err) && failed == nil:
			failed = err
		case providers.KindOf(err) == providers.Forbidden && refused == nil:
			refused = err
		}
	}
	if failed == nil && len(values) == 0 {
		failed = refused
	}
	return values, freshness, failed
}

// page is a whole list as its only page.
func page[T any](items []T, freshness *model.Freshness, exact bool) *providers.Page[T] {
	p := &providers.Page[T]{Items: items}
	if freshness != nil {
		p.Freshness = *freshness
	}
	if exact {
		p.Total = new(len(items))
	}
	return p
}

// asksNothing reports whether a filter has no condition on users or accounts.
// The vendor can apply none of those.
func asksNothing(f providers.Filter) bool {
	return len(f.Emails) == 0 && f.Name == "" && len(f.Status) == 0 &&
		f.CreatedAfter == nil && f.CreatedBefore == nil && f.UpdatedAfter == nil && f.UpdatedBefore == nil
}

type accounts struct{ *Provider }

var _ providers.Collection[*model.Account] = accounts{}

// Get makes one call an account. What cannot be an id is not asked for.
func (a accounts) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Account] {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isBillingAccount(id) })
	return a.client.objects().Get(ctx, a.client.upstream, ids)
}

// Page reads all billing accounts, one call each; there is one page.
func (a accounts) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Account], error) {
	if q.Parent.Type != "" || token != "" {
		return nil, a.badInput("accounts are one list of one page")
	}
	billing, discovered, err := a.billingAccounts(ctx)
	if err != nil {
		return nil, err
	}
	all, freshness, err := each(billing, func(account string) (upstream.Reply[*model.Account], error) {
		return a.client.account(ctx, account)
	})
	if err != nil {
		return nil, err
	}
	return page(all, discovered.Merge(freshness), asksNothing(q.Filter)), nil
}

// SupportsOrder is true for the vendor's own order only.
func (accounts) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

// SupportsParents is false: accounts are nobody's children.
func (accounts) SupportsParents(string) bool { return false }
