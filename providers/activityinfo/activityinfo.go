// Package activityinfo translates ActivityInfo's billing API into the graph:
// billing accounts are accounts, their users are users, and each row of a
// billing account's user list is a membership with a role and a license.
//
// ActivityInfo gives whole lists: no pages, no order, no filter but the two that
// the list of a billing account has. Nor can it be asked for one user; that one
// is looked for in the lists of all billing accounts.
//
// It does not know who asks, what was asked before, or how answers are kept; it
// reads the vendor's databases only to learn which billing accounts there are.
package activityinfo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Options are the settings that only this vendor has.
type Options struct {
	// BillingAccounts are ids of billing accounts to read beside those that the
	// databases visible to the token belong to.
	BillingAccounts []string
}

// Provider is one connection to an ActivityInfo server. Safe for concurrent use.
type Provider struct {
	client *client
	// billing are the billing accounts named by the options, each once.
	billing []string
}

var _ providers.Provider = (*Provider)(nil)

// New builds the provider; it makes no call. The token is a personal API token
// of an owner of the billing accounts. New fails when an option is not the id of
// a billing account.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	p := &Provider{}
	for _, account := range o.BillingAccounts {
		if !isBillingAccount(account) {
			return nil, fmt.Errorf("billingAccounts: %q is not a positive whole number", account)
		}
		if !slices.Contains(p.billing, account) {
			p.billing = append(p.billing, account)
		}
	}
	c.Credential = credential(token)
	c.VendorCode = vendorCode
	u, err := upstream.New(c)
	if err != nil {
		return nil, err
	}
	p.client = &client{u}
	return p, nil
}

// credential sends a token; the vendor ignores the user name:
// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountUsers.html
func credential(token providers.Secret) upstream.Credential {
	return upstream.Basic("accountgraph", token)
}

// WithCredential is the connection as another user.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	return &Provider{&client{p.client.upstream.WithCredential(token, credential)}, p.billing}
}

// Connection describes the connection.
func (p *Provider) Connection() *model.Provider { return p.client.upstream.Provider() }

// Status tells how the last calls went.
func (p *Provider) Status() model.ProviderStatus { return p.client.upstream.Status() }

// Invalidate drops what is remembered.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) {
	p.client.upstream.Invalidate(ctx, ids)
}

// Check reads the first billing account of the options; where they name none,
// the databases.
func (p *Provider) Check(ctx context.Context) error {
	if len(p.billing) == 0 {
		_, err := p.client.databases(ctx)
		return err
	}
	_, err := p.client.account(ctx, p.billing[0])
	return err
}

// Collections are the users, the memberships and the accounts.
func (p *Provider) Collections() providers.Collections {
	return providers.Collections{
		Users:       users{p},
		Memberships: memberships{p},
		Accounts:    accounts{p},
	}
}

func (p *Provider) badInput(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Provider: p.Connection(), Detail: detail}
}

// vendorCode finds the error word in a body such as {"code":"FORBIDDEN"}.
func vendorCode(body []byte) string {
	var failure struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &failure) != nil {
		return ""
	}
	return failure.Code
}
