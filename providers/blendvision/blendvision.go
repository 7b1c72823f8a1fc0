// Package blendvision reads organizations, their members and their roles from
// BlendVision One, https://developers.blendvision.com/docs/api/bv-one. Each call acts
// for one organization, which the header x-bv-org-id names. The organizations are
// configured: the vendor lists only the children of a known organization.
//
// The provider does not filter or sort. A list of users contains a user once for each
// organization that the user is a member of.
package blendvision

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Options are the settings that only this vendor has.
type Options struct {
	// Organizations are the ids of the organizations to read, in the order of the
	// lists. An id is the x-bv-org-id of the organization's calls and its vendor id in
	// the graph. Ids are UUIDs and compared case-insensitively.
	Organizations []string
}

// Provider is one connection to BlendVision One. It is safe for concurrent use.
type Provider struct {
	client        *client
	organizations []string
}

var (
	_ providers.Indexable       = (*Provider)(nil)
	_ providers.SettingsChecker = (*Provider)(nil)
)

// New returns a provider that authenticates with token. It sets Credential and
// VendorCode of c, ignores duplicate organizations, and makes no call. It fails with
// kind InvalidID for an id that is no IsOrganizationID, and when upstream.New fails.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	p := &Provider{client: &client{provider: c.Provider, totals: newTotals(c.Provider)}}
	for _, id := range o.Organizations {
		if err := p.client.checkOrganizationID(id); err != nil {
			return nil, err
		}
		if !p.client.organizationIDs.contains(id) {
			p.client.organizationIDs = append(p.client.organizationIDs, id)
		}
	}
	p.organizations = p.client.organizationIDs
	c.Credential = upstream.Bearer(token)
	c.VendorCode = vendorCode
	var err error
	p.client.upstream, err = upstream.New(c)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// WithCredential implements providers.Provider. It reads the same organizations.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	c := *p.client
	c.upstream = c.upstream.WithCredential(token, upstream.Bearer)
	return &Provider{&c, p.organizations}
}

// Uncached implements providers.Indexable.
func (p *Provider) Uncached() providers.Collections {
	c := *p.client
	c.upstream = c.upstream.Uncached()
	return (&Provider{&c, p.organizations}).Collections()
}

// Version implements providers.Indexable.
func (p *Provider) Version() uint64 { return p.client.upstream.Version() }

// Snapshots implements providers.Indexable.
func (p *Provider) Snapshots() providers.Snapshots { return p.client.upstream.Snapshots() }

// Connection implements providers.Provider.
func (p *Provider) Connection() *model.Provider { return p.client.provider }

// Status implements providers.Provider.
func (p *Provider) Status() model.ProviderStatus { return p.client.upstream.Status() }

// Invalidate implements providers.Provider.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) {
	p.client.upstream.Invalidate(ctx, p.client.organizationIDs.canonicalIDs(ids))
}

// Check reads the first configured organization. It fails with kind InvalidArgument if
// there is none.
func (p *Provider) Check(ctx context.Context) error {
	if err := p.notConfigured(); err != nil {
		return err
	}
	_, err := p.client.organization(ctx, p.organizations[0])
	return err
}

// CheckSettings reads each configured organization.
func (p *Provider) CheckSettings(ctx context.Context) []providers.SettingCheck {
	checks := make([]providers.SettingCheck, len(p.organizations))
	parallel(len(p.organizations), func(i int) {
		id := p.organizations[i]
		reply, err := p.client.organization(ctx, id)
		if err == nil && reply.Value.VendorID != id {
			err = p.client.newError(providers.BadResponse, "the response contains another organization")
		}
		checks[i] = providers.SettingCheck{Key: "organizations", Value: id, Err: err}
	})
	return checks
}

// Collections returns users, memberships, organizations and roles.
func (p *Provider) Collections() providers.Collections {
	return providers.Collections{
		Users:         users{p},
		Memberships:   memberships{p},
		Organizations: organizations{p},
		Roles:         p.roles,

		UnreadableTenants: p.unreadableTenants,
	}
}

// notConfigured returns an error with kind InvalidArgument if no organization is
// configured.
func (p *Provider) notConfigured() error {
	if len(p.organizations) > 0 {
		return nil
	}
	return p.client.newError(providers.InvalidArgument, "no organization is configured")
}
