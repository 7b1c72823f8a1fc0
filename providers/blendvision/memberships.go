package blendvision

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// memberships are the accounts of organizations: the vendor tells the account
// and its role in one row.
type memberships struct{ *Provider }

// Get looks through the list of each organization that an id names, be it
// configured or not: its first page, then all others where some id was not found.
func (m memberships) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Membership] {
	wanted := map[string]map[string]bool{}
	for _, id := range ids {
		organization, _ := model.SplitMembership(id)
		if organization == "" {
			continue
		}
		if wanted[organization] == nil {
			wanted[organization] = map[string]bool{}
		}
		wanted[organization][id] = true
	}
	found := providers.BatchResult[*model.Membership]{Objects: map[string]*model.Membership{}, Failed: map[string]error{}}
	organizations := slices.Sorted(maps.Keys(wanted))
	var mu sync.Mutex
	parallel(len(organizations), func(i int) {
		objects, err := m.of(ctx, organizations[i], wanted[organizations[i]])
		mu.Lock()
		defer mu.Unlock()
		maps.Copy(found.Objects, objects)
		for id := range wanted[organizations[i]] {
			if objects[id] == nil && err != nil {
				found.Failed[id] = err
			}
		}
	})
	return found
}

// of finds memberships of one organization. Its error is why one may be missing
// though it exists.
func (m memberships) of(ctx context.Context, organization string, ids map[string]bool) (map[string]*model.Membership, error) {
	objects := map[string]*model.Membership{}
	collect := func(readings []reading[*model.Membership]) bool {
		for _, row := range readings[0].items {
			if ids[row.VendorID] && objects[row.VendorID] == nil {
				objects[row.VendorID] = row
			}
		}
		return len(objects) == len(ids)
	}
	readings := scan(ctx, m.client, []string{organization}, m.client.accounts, collect)
	if collect(readings) {
		return objects, nil
	}
	return objects, readings[0].err
}

// Page lists the members of one organization, a token being the page's number,
// or the memberships of users, all in one page. The latter reads the lists of
// all configured organizations and fails when one of them fails.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.acceptable(q, model.TypeOrganization, model.TypeUser); err != nil {
		return nil, err
	}
	if q.Parent.Type == model.TypeUser {
		return m.ofUsers(ctx, q, token)
	}
	organization, err := m.parent(q)
	if err != nil {
		return nil, err
	}
	number, err := m.client.parseNumber(token)
	if err != nil {
		return nil, err
	}
	reply, err := m.client.accounts(ctx, organization, number)
	if err != nil {
		return nil, err
	}
	return &providers.Page[*model.Membership]{
		Items:     reply.Value.items,
		Next:      reply.Value.next(),
		Total:     reply.Value.count(q),
		Freshness: reply.Freshness,
	}, nil
}

func (m memberships) ofUsers(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.unconfigured(); err != nil {
		return nil, err
	}
	if token != "" {
		return nil, m.client.fail(providers.InvalidArgument, "not a page of this list")
	}
	readings := scan(ctx, m.client, m.organizations, m.client.accounts, never)
	rows, freshness, err := gather(readings)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.Membership]{Freshness: freshness}
	seen := map[string]bool{}
	for _, row := range rows {
		if slices.Contains(q.Parent.IDs, row.User.VendorID) && !seen[row.VendorID] {
			seen[row.VendorID] = true
			page.Items = append(page.Items, row)
		}
	}
	if unfiltered(q) {
		total := len(page.Items)
		page.Total = &total
	}
	return page, nil
}

// SupportsOrder reports that lists come in the vendor's own order only.
func (memberships) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsParents reports that the lists are read once for any number of users.
func (memberships) SupportsParents(parentType string) bool { return parentType == model.TypeUser }

// parent is the one organization that a list belongs to.
func (p *Provider) parent(q providers.Query) (string, error) {
	if len(q.Parent.IDs) != 1 {
		return "", p.client.fail(providers.InvalidArgument, "this list belongs to one organization")
	}
	return q.Parent.IDs[0], nil
}
