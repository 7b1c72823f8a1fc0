// Package activityinfo reads ActivityInfo's billing API: billing accounts are
// accounts, their users are users, and each row of a billing account's user list is
// a membership with a role and a license.
//
// ActivityInfo returns whole lists, without pagination and order. It filters only
// the user list of a billing account, by role and by database. It has no call for
// one user: the provider searches the user lists of all billing accounts. It reads
// databases only to find their billing accounts.
//
// The package is independent of GraphQL and of other vendors.
package activityinfo

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Options are the settings that only this vendor has.
type Options struct {
	// BillingAccounts are ids of billing accounts to read in addition to those of
	// the databases that are visible to the token.
	BillingAccounts []string
}

// Provider is one connection to an ActivityInfo server. It is safe for concurrent
// use.
type Provider struct{ client *client }

var (
	_ providers.Indexable       = (*Provider)(nil)
	_ providers.SettingsChecker = (*Provider)(nil)
)

// New returns a provider. token is a personal API token of an owner of the billing
// accounts. New sets Credential and VendorCode of c and makes no call. It fails if
// an option is not the id of a billing account, and when upstream.New fails.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	p := &Provider{&client{}}
	for _, account := range o.BillingAccounts {
		if !IsBillingAccount(account) {
			return nil, errors.New("activityinfo: BillingAccounts must be ids of billing accounts")
		}
		if !p.client.isConfigured(account) {
			p.client.configured = append(p.client.configured, account)
		}
	}
	c.Credential = credential(token)
	c.VendorCode = vendorCode
	var err error
	p.client.upstream, err = upstream.New(c)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// credential authenticates with a token. The vendor ignores the user name:
// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountUsers.html
func credential(token providers.Secret) upstream.Credential {
	return upstream.Basic("accountgraph", token)
}

// WithCredential implements providers.Provider.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	return &Provider{&client{upstream: p.client.upstream.WithCredential(token, credential), configured: p.client.configured}}
}

// Uncached implements providers.Indexable. The list of databases, which tells the billing
// accounts of every page, is cached.
func (p *Provider) Uncached() providers.Collections {
	c := *p.client
	c.uncached = c.upstream.Uncached()
	return (&Provider{&c}).Collections()
}

// Version implements providers.Indexable.
func (p *Provider) Version() uint64 { return p.client.upstream.Version() }

// Snapshots implements providers.Indexable.
func (p *Provider) Snapshots() providers.Snapshots { return p.client.upstream.Snapshots() }

// Connection implements providers.Provider.
func (p *Provider) Connection() *model.Provider { return p.client.upstream.Provider() }

// Status implements providers.Provider.
func (p *Provider) Status() model.ProviderStatus { return p.client.upstream.Status() }

// Invalidate implements providers.Provider.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) {
	p.client.upstream.Invalidate(ctx, ids)
}

// Check reads the first billing account of the options, or the databases if the
// options have none.
func (p *Provider) Check(ctx context.Context) error {
	if len(p.client.configured) == 0 {
		_, err := p.client.databases(ctx)
		return err
	}
	_, err := p.client.account(ctx, p.client.configured[0])
	return err
}

// CheckSettings reads each billing account of the options.
func (p *Provider) CheckSettings(ctx context.Context) []providers.SettingCheck {
	checks := make([]providers.SettingCheck, len(p.client.configured))
	var calls sync.WaitGroup
	for i, account := range p.client.configured {
		calls.Go(func() {
			_, err := p.client.account(ctx, account)
			checks[i] = providers.SettingCheck{Key: "billingAccounts", Value: account, Err: err}
		})
	}
	calls.Wait()
	return checks
}

// Collections returns users, memberships and accounts.
func (p *Provider) Collections() providers.Collections {
	return providers.Collections{
		Users: users{p}, Memberships: memberships{p}, Accounts: accounts{p},
		UnreadableTenants: p.unreadableTenants,
	}
}

// singlePage returns a whole list as its only page. applied reports whether the values
// are exactly the rows that match the filter.
func singlePage[T any](all accountReplies[T], applied bool) *providers.Page[T] {
	p := &providers.Page[T]{Items: all.values, Errors: all.errs}
	if all.freshness != nil {
		p.Freshness = *all.freshness
	}
	if applied && all.errs == nil {
		p.Total = new(len(all.values))
	}
	return p
}

// isEmptyFilter reports whether a filter has no condition on users or accounts. The
// vendor supports none of them. Conditions on memberships are not considered.
func isEmptyFilter(f providers.Filter) bool {
	f.Roles, f.Licenses, f.Database = nil, nil, ""
	return reflect.ValueOf(f).IsZero()
}

func (p *Provider) invalidArgument(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Provider: p.Connection(), Detail: detail}
}
