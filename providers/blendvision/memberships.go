package blendvision

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
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
// organizations, with an error for each that cannot be read. Without a parent, it reads a
// page of these lists.
func (m memberships) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.checkQuery(q, "", model.TypeOrganization, model.TypeUser); err != nil {
		return nil, err
	}
	switch q.Parent.Type {
	case "":
		return m.ofAll(ctx, q, token)
	case model.TypeUser:
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

// FirstPages implements providers.MultiList for the list without a parent.
func (m memberships) FirstPages(_ context.Context, q providers.Query) []providers.Ahead {
	if q.Parent.Type != "" {
		return nil
	}
	return m.firstPages(1)
}

// firstPages returns the first pages of the configured organizations from this index on.
func (m memberships) firstPages(index int) (pages []providers.Ahead) {
	for _, organization := range m.organizations[min(index, len(m.organizations)):] {
		pages = append(pages, providers.Ahead{Token: organization + "/" + upstream.Start().String()})
	}
	return pages
}

// ofAll reads the lists of the configured organizations, one after the other. A token is
// `<organization>/<place>`. The first page is that of the first organization that can be
// read, and has the errors of those before; ofAll fails if none can. Any other page of an
// organization that cannot be read has no rows, but its error.
func (m memberships) ofAll(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	if err := m.notConfigured(); err != nil {
		return nil, err
	}
	index, at, err := m.parsePageToken(token)
	if err != nil {
		return nil, err
	}
	counted := len(m.organizations) == 1 && isUnfiltered(q)
	var errs []error
	for ; index < len(m.organizations); index, at = index+1, upstream.Start() {
		members, err := readAt(ctx, m.client, m.client.accounts(m.organizations[index]), at, counted)
		switch {
		case err == nil:
			page := m.pageOfAll(index, members)
			page.Errors = append(errs, page.Errors...)
			return page, nil
		case !providers.IsUnreadable(err):
			return nil, err
		}
		errs = append(errs, ofOrganization(err, m.organizations[index]))
		if token != "" {
			return m.pageOfAll(index, &providers.Page[*model.Membership]{Freshness: now(), Errors: errs}), nil
		}
	}
	return nil, errs[0]
}

// pageOfAll returns a page of the members of the configured organization with this index as
// a page of all memberships. The first pages of the organizations behind it follow.
func (m memberships) pageOfAll(index int, members *providers.Page[*model.Membership]) *providers.Page[*model.Membership] {
	page := &providers.Page[*model.Membership]{
		Items: members.Items, Total: members.Total, MayRepeat: len(m.organizations) > 1, Errors: members.Errors, Freshness: members.Freshness,
	}
	prefix := m.organizations[index] + "/"
	if members.Next != "" {
		page.Next = prefix + members.Next
	}
	for _, a := range members.Ahead {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: prefix + a.Token, Guess: a.Guess})
	}
	if members.At != nil {
		page.At = func(token string) *providers.Page[*model.Membership] {
			rest, ok := strings.CutPrefix(token, prefix)
			if complete := members.At(rest); ok && complete != nil {
				return m.pageOfAll(index, complete)
			}
			return nil
		}
		return page
	}
	page.Ahead = append(page.Ahead, m.firstPages(index+1)...)
	if page.Next == "" && len(page.Ahead) > 0 {
		page.Next = page.Ahead[0].Token
	}
	return page
}

// parsePageToken parses a token of ofAll to an index into the configured organizations
// and a place in the list of its members.
func (m memberships) parsePageToken(token string) (index int, at upstream.PagePosition, err error) {
	if token == "" {
		return 0, upstream.Start(), nil
	}
	organization, rest, _ := strings.Cut(token, "/")
	index = slices.Index(m.organizations, organization)
	if index < 0 || rest == "" {
		return 0, at, m.client.newError(providers.InvalidArgument, "invalid page token")
	}
	at, err = m.client.parsePageToken(rest)
	return index, at, err
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
