package blendvision

import (
	"context"
	"maps"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

type organizations struct{ *Provider }

var _ providers.Collection[*model.Organization] = organizations{}

// Get makes one call per organization. It fails with kind Forbidden for an organization
// that the token has no access to, and with kind BadResponse for a response with another
// organization.
func (o organizations) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Organization] {
	spellings := group(ids, o.client.organizationIDs.canonical)
	requested := slices.Collect(maps.Keys(spellings))
	batch := o.client.organizationByID().Get(ctx, o.client.upstream, requested)
	providers.FailMissing(batch, requested, o.organizations, o.Connection())
	result := providers.BatchResult[*model.Organization]{Objects: map[string]*model.Organization{}, Failed: map[string]error{}}
	for canonical, requested := range spellings {
		for _, id := range requested {
			if object := batch.Objects[canonical]; object != nil {
				result.Objects[id] = object
			}
			if err := batch.Failed[canonical]; err != nil {
				result.Failed[id] = err
			}
		}
	}
	return result
}

// Page reads the configured organizations as one page, or a page of the direct children
// of an organization, whose token is its place. The former has an error for each
// organization that cannot be read, and fails if none can.
func (o organizations) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Organization], error) {
	if err := o.checkQuery(q, "", model.TypeOrganization); err != nil {
		return nil, err
	}
	if q.Parent.Type == "" {
		return o.configured(ctx, q, token)
	}
	parent, err := o.singleParent(q)
	if err != nil {
		return nil, err
	}
	at, err := o.client.parsePageToken(token)
	if err != nil {
		return nil, err
	}
	return readAt(ctx, o.client, o.client.subOrganizations(parent), at, isUnfiltered(q))
}

func (o organizations) configured(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Organization], error) {
	if err := o.notConfigured(); err != nil {
		return nil, err
	}
	if token != "" {
		return nil, o.client.newError(providers.InvalidArgument, "invalid page token")
	}
	replies := make([]upstream.Reply[*model.Organization], len(o.organizations))
	errs := make([]error, len(o.organizations))
	parallel(len(o.organizations), func(i int) {
		replies[i], errs[i] = o.client.organization(ctx, o.organizations[i])
	})
	page := &providers.Page[*model.Organization]{}
	var freshness *model.Freshness
	for i, err := range errs {
		id := o.organizations[i]
		if err == nil && replies[i].Value.VendorID != id {
			err = o.client.newError(providers.BadResponse, "the response contains another organization")
		}
		switch {
		case err == nil:
			freshness = freshness.Merge(&replies[i].Freshness)
			page.Items = append(page.Items, replies[i].Value)
		case providers.IsUnreadable(err):
			page.Errors = append(page.Errors, ofOrganization(err, id))
		default:
			return nil, err
		}
	}
	if freshness == nil {
		return nil, page.Errors[0]
	}
	page.Freshness = *freshness
	if isUnfiltered(q) && page.Errors == nil {
		page.Total = new(len(page.Items))
	}
	return page, nil
}

// ofOrganization names the organization that could not be read.
func ofOrganization(err error, id string) error { return providers.WithDetail(err, "organization "+id) }

// unreadableTenants returns the configured organizations whose members the vendor
// refuses to list.
func (p *Provider) unreadableTenants(ctx context.Context) (ids []string, errs []error) {
	refused := make([]error, len(p.organizations))
	parallel(len(p.organizations), func(i int) {
		_, refused[i] = readNumber(ctx, p.client, p.client.accounts(p.organizations[i]), 1)
	})
	for i, err := range refused {
		switch {
		case providers.IsRefused(err):
			ids = append(ids, p.organizations[i])
		case err != nil:
			errs = append(errs, ofOrganization(err, p.organizations[i]))
		}
	}
	return ids, errs
}

// SupportsParents reports false: a list belongs to one organization.
func (organizations) SupportsParents(string) bool { return false }
