package activityinfo

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// billing is the list of the known billing accounts.
type billing struct {
	// ids are those of the options in their order, then those of the visible databases
	// in ascending order.
	ids       []string
	freshness *model.Freshness
	// errs tell why ids of databases are missing.
	errs []error
}

// billingAccounts lists the billing accounts. If the options have some, the databases
// need not be readable. The credential may lack access to an account of a database,
// because a database can be shared while its billing account belongs to another owner.
func (p *Provider) billingAccounts(ctx context.Context) (billing, error) {
	b := billing{ids: slices.Clone(p.client.configured)}
	reply, err := p.client.databases(ctx)
	switch {
	case err == nil:
		b.freshness = &reply.Freshness
		if n := reply.Value.Omitted; n > 0 {
			b.errs = []error{p.badRows("%d of the databases name no billing account, whose users may be missing", n)}
		}
	case len(b.ids) > 0 && providers.IsUnreadable(err):
		b.errs = []error{providers.WithDetail(err, "the list of databases")}
	default:
		return b, err
	}
	for _, id := range reply.Value.Accounts {
		if !p.client.isConfigured(id) {
			b.ids = append(b.ids, id)
		}
	}
	return b, nil
}

// isForeign reports whether err means that an account belongs to another owner: the
// options do not contain it, and access is denied.
func (p *Provider) isForeign(id string, err error) bool {
	return !p.client.isConfigured(id) && providers.KindOf(err) == providers.Forbidden
}

// accountReplies are the values that were read of billing accounts.
type accountReplies[T any] struct {
	values    []T
	freshness *model.Freshness
	// errs tell why values are missing: one for each account that is unreadable and not
	// foreign.
	errs []error
}

// readEach calls read for all billing accounts in parallel. The values are in the order
// of the accounts. It fails if no account is readable, and with the first error that is
// not about a single account; the values that were read are returned with the error.
func readEach[T any](ctx context.Context, p *Provider, read func(account string) (upstream.Reply[T], error)) (accountReplies[T], error) {
	b, err := p.billingAccounts(ctx)
	all := accountReplies[T]{freshness: b.freshness, errs: b.errs}
	if err != nil {
		return all, err
	}
	replies := make([]upstream.Reply[T], len(b.ids))
	errs := make([]error, len(b.ids))
	var calls sync.WaitGroup
	for i, account := range b.ids {
		calls.Go(func() { replies[i], errs[i] = read(account) })
	}
	calls.Wait()

	var failed, foreign error
	for i, err := range errs {
		switch {
		case err == nil:
			all.values = append(all.values, replies[i].Value)
			all.freshness = all.freshness.Merge(&replies[i].Freshness)
		case p.isForeign(b.ids[i], err):
			foreign = err
		case providers.IsUnreadable(err):
			all.errs = append(all.errs, ofAccount(err, b.ids[i]))
		case failed == nil:
			failed = err
		}
	}
	if failed == nil && len(all.values) == 0 {
		failed = firstError(all.errs, foreign)
	}
	return all, failed
}

// membersOf reads the memberships of users in all billing accounts, as readEach does.
func (p *Provider) membersOf(ctx context.Context, users []string, f memberFilter) (accountReplies[*model.Membership], error) {
	wanted := make(map[string]bool, len(users))
	for _, id := range users {
		wanted[id] = true
	}
	lists, err := readEach(ctx, p, func(account string) (upstream.Reply[memberList], error) {
		return p.client.members(ctx, account, f)
	})
	all := accountReplies[*model.Membership]{freshness: lists.freshness, errs: lists.errs}
	for _, list := range lists.values {
		all.values = append(all.values, list.find(wanted)...)
		all.errs = append(all.errs, p.omissions(list)...)
	}
	return all, err
}

// omissions returns the error for the rows that a list omits, if it omits some.
func (p *Provider) omissions(list memberList) []error {
	if list.omitted == 0 {
		return nil
	}
	return []error{p.badRows("billing account "+list.account.VendorID+": %d rows have no valid id", list.omitted)}
}

// badRows is the error for n rows without an id. detail is a format with their number.
func (p *Provider) badRows(detail string, n int) error {
	return &providers.Error{Kind: providers.BadResponse, Provider: p.Connection(), Detail: fmt.Sprintf(detail, n)}
}

// unreadableTenants returns the billing accounts whose user lists the vendor refuses.
func (p *Provider) unreadableTenants(ctx context.Context) (ids []string, errs []error) {
	b, err := p.billingAccounts(ctx)
	if err != nil {
		return nil, []error{err}
	}
	refused := make([]error, len(b.ids))
	var calls sync.WaitGroup
	for i, id := range b.ids {
		calls.Go(func() { _, refused[i] = p.client.members(ctx, id, memberFilter{}) })
	}
	calls.Wait()
	errs = b.errs
	for i, err := range refused {
		switch {
		case providers.IsRefused(err):
			ids = append(ids, b.ids[i])
		case err != nil:
			errs = append(errs, ofAccount(err, b.ids[i]))
		}
	}
	return ids, errs
}

// ofAccount names the billing account that could not be read.
func ofAccount(err error, id string) error {
	return providers.WithDetail(err, "billing account "+id)
}

// firstError returns the first of errs, or else the other one.
func firstError(errs []error, other error) error {
	if len(errs) > 0 {
		return errs[0]
	}
	return other
}
