// Package blendvision reads organizations, their members and their roles from
// BlendVision One, https://developers.blendvision.com/docs/api/bv-one. An API
// token acts for one organization a call, which the header x-bv-org-id names;
// the organizations to read are configured, since none can be listed without
// knowing one.
//
// It does not know what a list is for: it neither filters nor sorts, nor does it
// remove the user who is a member of several organizations from the second one.
package blendvision

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Options is what this vendor needs beside a base URL and a token.
type Options struct {
	// Organizations are the ids of the organizations to read, in the order in
	// which they are listed. Each becomes the x-bv-org-id of its own calls, and is
	// the organization's id in the graph, spelled as here: ids are UUIDs, whose
	// case does not matter.
	Organizations []string
}

// Provider is one connection to BlendVision One. Safe for concurrent use.
type Provider struct {
	client        *client
	organizations []string
}

var _ providers.Provider = (*Provider)(nil)

// New builds a connection. It fails with BadInput on an organization id that
// cannot stand in a header or, having a slash, in a membership's id. An
// organization that is named twice is read once. Credential and VendorCode of c
// are set here.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	p := &Provider{client: &client{provider: c.Provider}}
	for _, id := range o.Organizations {
		if err := p.client.usable(id); err != nil {
			return nil, err
		}
		if !p.client.spelling.has(id) {
			p.client.spelling = append(p.client.spelling, id)
		}
	}
	p.organizations = p.client.spelling
	c.Credential = upstream.Bearer(token)
	c.VendorCode = vendorCode
	var err error
	p.client.upstream, err = upstream.New(c)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// WithCredential is the connection with another token, for the same organizations.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	lent := *p.client
	lent.upstream = lent.upstream.WithCredential(token, upstream.Bearer)
	return &Provider{&lent, p.organizations}
}

// Connection describes the connection.
func (p *Provider) Connection() *model.Provider { return p.client.provider }

// Status tells how the last calls went.
func (p *Provider) Status() model.ProviderStatus { return p.client.upstream.Status() }

// Invalidate drops what is remembered.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) {
	p.client.upstream.Invalidate(ctx, ids)
}

// Check reads the first configured organization. Without one it fails with
// BadInput.
func (p *Provider) Check(ctx context.Context) error {
	if err := p.unconfigured(); err != nil {
		return err
	}
	_, err := p.client.organization(ctx, p.organizations[0])
	return err
}

// Collections lists what the vendor has.
func (p *Provider) Collections() providers.Collections {
	return providers.Collections{
		Users:         users{p},
		Memberships:   memberships{p},
		Organizations: organizations{p},
		Roles:         p.roles,
	}
}

// unconfigured is the error of a list over all configured organizations where
// there are none.
func (p *Provider) unconfigured() error {
	if len(p.organizations) > 0 {
		return nil
	}
	return p.client.fail(providers.InvalidArgument, "no organization is configured")
}
