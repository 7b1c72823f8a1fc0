package blendvision

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

type organizations struct{ *Provider }

var _ providers.Collection[*model.Organization] = organizations{}

// Get makes one call per organization. It fails with kind Forbidden for an organization
// that the token has no access to. A response with another organization counts as not
// found.
func (o organizations) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Organization] {
	return o.client.organizationByID().Get(ctx, o.client.upstream, ids)
}

// Page reads the configured organizations as one page, or a page of the direct children
// of an organization, whose token is the page number. The former omits organizations
// that do not exist, and fails if one cannot be read or none exists.
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
	number, err := o.client.parsePageNumber(token)
	if err != nil {
		return nil, err
	}
	reply, err := o.client.subOrganizations(ctx, parent, number)
	if err != nil {
		return nil, err
	}
	return &providers.Page[*model.Organization]{
		Items:     reply.Value.items,
		Next:      reply.Value.nextToken(),
		Total:     reply.Value.totalFor(q),
		Freshness: reply.Freshness,
	}, nil
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
	var notFound error
	for i, err := range errs {
		switch {
		case providers.KindOf(err) == providers.NotFound:
			notFound = err
		case err != nil:
			return nil, err
		default:
			freshness = freshness.Merge(&replies[i].Freshness)
			if replies[i].Value.VendorID == o.organizations[i] {
				page.Items = append(page.Items, replies[i].Value)
			}
		}
	}
	if freshness == nil {
		return nil, notFound
	}
	page.Freshness = *freshness
	if isUnfiltered(q) {
		page.Total = new(len(page.Items))
	}
	return page, nil
}

// SupportsOrder reports true for the vendor's order only.
func (organizations) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsParents reports false: a list belongs to one organization.
func (organizations) SupportsParents(string) bool { return false }
