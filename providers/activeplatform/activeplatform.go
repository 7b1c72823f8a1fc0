// Package activeplatform reads users and accounts of an ActivePlatform
// installation through its vendor API v1:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
//
// The vendor does not document how pages are numbered and limited, how a list
// ends, how filters compare, or what error responses look like. Each assumption is
// stated where it is used; reading stays correct if the assumption does not hold.
// Undocumented properties are detected once per process: see detected.
//
// The package is independent of GraphQL and of other vendors.
package activeplatform

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Options are the settings that only this vendor has.
type Options struct {
	// FirstPage is the vendor's number of the first page of a list, 0 or 1. Nil has the
	// provider find it out.
	FirstPage *int
}

// Provider is one connection to an installation. It is safe for concurrent use.
type Provider struct {
	client   *upstream.Client
	detected *detected
}

// detected holds the undocumented properties of an installation. All credentials
// share them.
type detected struct {
	// firstPage is the vendor's number of the first page.
	firstPage *upstream.Detected[int]
	// accountUsersPaged and userAccountsPaged tell whether the vendor divides the users
	// of an account and the accounts of a user into pages.
	accountUsersPaged, userAccountsPaged *upstream.Detected[bool]
	// userPages is the number of pages of the list of users when it was last read to its
	// end, 0 if it never was.
	userPages *atomic.Int64
}

var _ providers.Indexable = (*Provider)(nil)

// New returns a provider that authenticates with token. It sets Credential and
// VendorCode of c, makes no call, and returns the errors of upstream.New.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	c.Credential = credential(token)
	c.VendorCode = func(body []byte) string {
		code := vendorCode(body)
		if !token.Empty() && strings.Contains(code, token.Reveal()) {
			return ""
		}
		return code
	}
	client, err := upstream.New(c)
	if err != nil {
		return nil, err
	}
	f := &detected{
		firstPage:         upstream.NewDetected[int](c.Provider),
		accountUsersPaged: upstream.NewDetected[bool](c.Provider),
		userAccountsPaged: upstream.NewDetected[bool](c.Provider),
		userPages:         new(atomic.Int64),
	}
	if o.FirstPage != nil {
		f.firstPage.Set(*o.FirstPage)
	}
	return &Provider{client, f}, nil
}

func credential(token providers.Secret) upstream.Credential {
	return upstream.QueryParameter("api_token", token)
}

// WithCredential implements providers.Provider.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	return &Provider{p.client.WithCredential(token, credential), p.detected}
}

// Uncached implements providers.Indexable.
func (p *Provider) Uncached() providers.Collections {
	return (&Provider{p.client.Uncached(), p.detected}).Collections()
}

// Version implements providers.Indexable.
func (p *Provider) Version() uint64 { return p.client.Version() }

// Snapshots implements providers.Indexable.
func (p *Provider) Snapshots() providers.Snapshots { return p.client.Snapshots() }

// Connection implements providers.Provider.
func (p *Provider) Connection() *model.Provider { return p.client.Provider() }

// Status implements providers.Provider.
func (p *Provider) Status() model.ProviderStatus { return p.client.Status() }

// Invalidate implements providers.Provider.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) { p.client.Invalidate(ctx, ids) }

// Check reads one user.
func (p *Provider) Check(ctx context.Context) error { return p.checkUsers(ctx) }

// Collections returns users, their accounts, and the memberships between them.
func (p *Provider) Collections() providers.Collections {
	return providers.Collections{Users: users{p}, Memberships: memberships{p}, Accounts: accounts{p}}
}

// emptyPage is the result for a filter that no object can match. It is returned
// without a call, so it is as fresh as the current time.
func emptyPage[T any]() *providers.Page[T] {
	return &providers.Page[T]{Total: new(0), Freshness: model.Freshness{FetchedAt: time.Now()}}
}

func (p *Provider) invalidArgument(detail string) error {
	return p.newError(providers.InvalidArgument, detail)
}

func (p *Provider) newError(kind providers.Kind, detail string) error {
	return &providers.Error{Kind: kind, Provider: p.Connection(), Detail: detail}
}
