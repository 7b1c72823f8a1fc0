package blendvision

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// memberships are the accounts of organizations: a row of the vendor contains the
// account and its role.
type memberships struct{ *Provider }

var _ providers.Collection[*model.Membership] = memberships{}

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
	result := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	organizations := slices.Sorted(maps.Keys(byOrganization))
	var mu sync.Mutex
	parallel(len(organizations), func(i int) {
		wanted := byOrganization[organizations[i]]
		objects, err := m.findIn(ctx, organizations[i], wanted)
		mu.Lock()
		defer mu.Unlock()
		for id := range wanted {
			for _, requested := range spellings[id] {
				switch object := objects[id]; {
				case object != nil:
					result.Objects[requested] = object
				case err != nil:
					result.Failed[requested] = err
				}
			}
		}
	})
	return result
}

// findIn searches memberships of one organization. It returns the error of the list,
// unless all ids were found. An organization that is not configured and does not exist
// has no members.
func (m memberships) findIn(ctx context.Context, organization string, ids map[string]bool) (map[string]*model.Membership, error) {
	objects := map[string]*model.Membership{}
	collect := func(results []scanResult[*model.Membership]) bool {
		for _, row := range results[0].items {
			if ids[row.VendorID] && objects[row.VendorID] == nil {
				objects[row.VendorID] = row
			}
		}
		return len(objects) == len(ids)
	}
	results := scan(ctx, m.client, []string{organization}, m.client.accounts, collect)
	if collect(results) {
		return objects, nil
	}
	err := results[0].err
	if providers.KindOf(err) == providers.NotFound && !m.client.organizationIDs.contains(organization) {
		return objects, nil
	}
	return objects, err
}

// Page reads a page of the members of one organization, whose token is the page number,
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
	number, err := m.client.parsePageNumber(token)
	if err != nil {
		return nil, err
	}
	reply, err := m.client.accounts(ctx, organization, number)
	if err != nil {
		return nil, err
	}
	return &providers.Page[*model.Membership]{
		Items:     reply.Value.items,
		Next:      reply.Value.nextToken(),
		Total:     reply.Value.totalFor(q),
		Freshness: reply.Freshness,
	}, nil
}

func (m memberships) ofUsers(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.notConfigured(); err != nil {
		return nil, err
	}
	if token != "" {
		return nil, m.client.newError(providers.InvalidArgument, "invalid page token")
	}
	results := scan(ctx, m.client, m.organizations, m.client.accounts, readAll)
	rows, freshness, errs, err := mergeReadable(m.organizations, results)
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

// SupportsParents reports true for users: the same lists are read for any number of
// users.
func (memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }
