package activityinfo

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// billingAccounts returns the ids of all known billing accounts: those of the
// options in their order, then those of the visible databases in ascending order.
// If the options have some, the credential need not have access to databases. The
// credential may lack access to some of the accounts, because a database can be
// shared with it while the database's billing account belongs to another owner.
func (p *Provider) billingAccounts(ctx context.Context) ([]string, *model.Freshness, error) {
	reply, err := p.client.databases(ctx)
	if err != nil && (len(p.billing) == 0 || !isUnreadable(err)) {
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

// isUnreadable reports whether an error concerns a single account: it was deleted,
// or the credential has no access to it.
func isUnreadable(err error) bool {
	kind := providers.KindOf(err)
	return kind == providers.Forbidden || kind == providers.NotFound
}

// readEach calls read for all billing accounts in parallel. It returns the values of
// the readable accounts in the order of billing, together with the first error that
// is not isUnreadable. It fails with kind Forbidden if no account is readable and
// access to one is denied.
func readEach[T any](billing []string, read func(account string) (upstream.Reply[T], error)) ([]T, *model.Freshness, error) {
	replies := make([]upstream.Reply[T], len(billing))
	errs := make([]error, len(billing))
	var calls sync.WaitGroup
	for i, account := range billing {
		calls.Go(func() { replies[i], errs[i] = read(account) })
	}
	calls.Wait()

	var values []T
	var freshness *model.Freshness
	var forbidden, failed error
	for i, err := range errs {
		switch {
		case err == nil:
			values = append(values, replies[i].Value)
			freshness = freshness.Merge(&replies[i].Freshness)
		case !isUnreadable(err) && failed == nil:
			failed = err
		case providers.KindOf(err) == providers.Forbidden && forbidden == nil:
			forbidden = err
		}
	}
	if failed == nil && len(values) == 0 {
		failed = forbidden
	}
	return values, freshness, failed
}

// allMembers reads the members of all billing accounts. Like readEach, it returns
// the members that it could read together with an error.
func (p *Provider) allMembers(ctx context.Context, f memberFilter) ([]*model.Membership, *model.Freshness, error) {
	billing, discovered, err := p.billingAccounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	lists, freshness, err := readEach(billing, func(account string) (upstream.Reply[[]*model.Membership], error) {
		return p.client.members(ctx, account, f)
	})
	return slices.Concat(lists...), discovered.Merge(freshness), err
}
