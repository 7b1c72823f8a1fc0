package blendvision

import (
	"context"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// spelling are the configured organizations' ids. An answer may spell one in
// another case; everything that is read of it goes by the configured one.
type spelling []string

func (s spelling) has(id string) bool {
	return slices.ContainsFunc(s, func(known string) bool { return strings.EqualFold(known, id) })
}

// of is the id as it is configured, or as it is where it is not.
func (s spelling) of(id string) string {
	for _, known := range s {
		if strings.EqualFold(known, id) {
			return known
		}
	}
	return id
}

// organizations are the configured ones and what lies below one.
type organizations struct{ *Provider }

// Get makes one call an organization, acting for it. An organization that the
// token may not act for fails with Forbidden. An answer about another
// organization than the one asked for counts as not found.
func (o organizations) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Organization] {
	return o.client.byID().Get(ctx, o.client.upstream, ids)
}

// Page lists the configured organizations, all in one page, or those directly
// below one, a token being the page's number. The former fails when one of the
// organizations cannot be read; one that does not exist is left out.
func (o organizations) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Organization], error) {
	if err := o.acceptable(q, "", model.TypeOrganization); err != nil {
		return nil, err
	}
	if q.Parent.Type == "" {
		return o.configured(ctx, q, token)
	}
	parent, err := o.parent(q)
	if err != nil {
		return nil, err
	}
	number, err := o.client.parseNumber(token)
	if err != nil {
		return nil, err
	}
	reply, err := o.client.subOrganizations(ctx, parent, number)
	if err != nil {
		return nil, err
	}
	return &providers.Page[*model.Organization]{
		Items:     reply.Value.items,
		Next:      reply.Value.next(),
		Total:     reply.Value.count(q),
		Freshness: reply.Freshness,
	}, nil
}

func (o organizations) configured(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Organization], error) {
	if err := o.unconfigured(); err != nil {
		return nil, err
	}
	if token != "" {
		return nil, o.client.fail(providers.InvalidArgument, "not a page of this list")
	}
	replies := make([]upstream.Reply[*model.Organization], len(o.organizations))
	errs := make([]error, len(o.organizations))
	parallel(len(o.organizations), func(i int) {
		replies[i], errs[i] = o.client.organization(ctx, o.organizations[i])
	})
	page := &providers.Page[*model.Organization]{}
	var freshness *model.Freshness
	var absent error
	for i, err := range errs {
		switch {
		case providers.KindOf(err) == providers.NotFound:
			absent = err
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
		return nil, absent
	}
	page.Freshness = *freshness
	if unfiltered(q) {
		total := len(page.Items)
		page.Total = &total
	}
	return page, nil
}

// SupportsOrder reports that lists come in the vendor's own order only.
func (organizations) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsParents reports that a list is that of one organization.
func (organizations) SupportsParents(string) bool { return false }

// roles reads all roles of an organization, be it configured or not. One that
// does not exist has none.
func (p *Provider) roles(ctx context.Context, organization string) ([]*model.Role, error) {
	roles, _, err := gather(scan(ctx, p.client, []string{organization}, p.client.roles, never))
	return roles, err
}
