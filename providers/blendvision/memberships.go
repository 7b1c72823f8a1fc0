package blendvision

import (
	"context"
	"maps"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// memberships are the accounts of organizations: a row of the vendor contains the
// account and its role.
type memberships struct{ *Provider }

var _ providers.IndexedCollection[*model.Membership] = memberships{}

// Get searches the list of each organization that an id names, configured or not. It
// reads the first page and, unless it contains all ids, all other pages.
func (m memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	spellings := group(ids, m.client.organizationIDs.canonicalMembership)
	byOrganization := map[string]map[string]bool{}
	for id := range spellings {
		organization, _ := model.SplitMembership(id)
		if organization == "" {
			continue
		}
		if byOrganization[organization] == nil {
			byOrganization[organization] = map[string]bool{}
		}
		byOrganization[organization][id] = true
	}
	organizations := slices.Sorted(maps.Keys(byOrganization))
	found := map[string]*model.Membership{}
	// collect reports whether ids of the i-th organization are missing.
	collect := func(results []scanResult[*model.Membership], i int) bool {
		wanted := byOrganization[organizations[i]]
		for _, row := range results[i].items {
			if wanted[row.VendorID] {
				found[row.VendorID] = row
				delete(wanted, row.VendorID)
			}
		}
		return len(wanted) > 0
	}
	results := scan(ctx, m.client, m.client.accountsOf(organizations), collect)
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	for i, organization := range organizations {
		collect(results, i)
		err := results[i].firstError()
		if err == nil || providers.KindOf(err) == providers.NotFound && !m.client.organizationIDs.contains(organization) {
			continue // the organization does not have these members, or does not exist
		}
		for id := range byOrganization[organization] {
			for _, requested := range spellings[id] {
				result.Failed[requested] = err
			}
		}
	}
	for id, row := range found {
		for _, requested := range spellings[id] {
			result.Objects[requested] = row
		}
	}
	return result
}

// Page reads a page of the members of one organization, whose token is its place,
// or the memberships of users as one page. The latter reads the lists of all configured
// organizations, with an error for each that cannot be read.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.checkQuery(q, model.TypeOrganization, model.TypeUser); err != nil {
		return nil, err
	}
	if q.Parent.Type == model.TypeUser {
		return m.ofUsers(ctx, q, token)
	}
	organization, err := m.singleParent(q)
	if err != nil {
		return nil, err
	}
	at, err := m.client.parsePageToken(token)
	if err != nil {
		return nil, err
	}
	return readAt(ctx, m.client, m.client.accounts(organization), at, isUnfiltered(q))
}

func (m memberships) ofUsers(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.notConfigured(); err != nil {
		return nil, err
	}
	if token != "" {
		return nil, m.client.newError(providers.InvalidArgument, "invalid page token")
	}
	rows, freshness, errs, err := mergeReadable(scan(ctx, m.client, m.client.accountsOf(m.organizations), readAll))
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.Membership]{Freshness: freshness, Errors: errs}
	seen := map[string]bool{}
	for _, row := range rows {
		if slices.Contains(q.Parent.IDs, row.User.VendorID) && !seen[row.VendorID] {
			seen[row.VendorID] = true
			page.Items = append(page.Items, row)
		}
	}
	if isUnfiltered(q) && errs == nil {
		page.Total = new(len(page.Items))
	}
	return page, nil
}

// SupportsOrder reports true for the vendor's order only.
func (memberships) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsFilter reports true for the members of an organization without a filter. The
// vendor does not list the organizations of a user.
func (memberships) SupportsFilter(q providers.Query) bool {
	return q.Parent.Type == model.TypeOrganization && isUnfiltered(q)
}

// SupportsGet reports false: the vendor has no call for one account.
func (memberships) SupportsGet() bool { return false }

// SupportsParents reports true for users: the same lists are read for any number of
// users.
func (memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
