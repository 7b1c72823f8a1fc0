package blendvision

import (
	"context"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// users are the accounts of the configured organizations.
type users struct{ *Provider }

// Get looks through the lists of all configured organizations, since the vendor
// has no call for one account: their first pages, then all others where some id
// was not found. An id that was not found fails when a list could not be read.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	found := providers.BatchResult[*model.User]{Objects: map[string]*model.User{}, Failed: map[string]error{}}
	missing := map[string]bool{}
	for _, id := range ids {
		missing[id] = true
	}
	failed := u.unconfigured()
	if failed == nil && len(missing) > 0 {
		failed = u.find(ctx, missing, found.Objects)
	}
	if failed != nil {
		for id := range missing {
			found.Failed[id] = failed
		}
	}
	return found
}

// find moves ids from missing to objects. Its error is why an id may be missing
// though it exists.
func (u users) find(ctx context.Context, missing map[string]bool, objects map[string]*model.User) error {
	collect := func(readings []reading[*model.Membership]) bool {
		for _, r := range readings {
			for _, m := range r.items {
				if missing[m.User.VendorID] {
					objects[m.User.VendorID] = m.User
					delete(missing, m.User.VendorID)
				}
			}
		}
		return len(missing) == 0
	}
	readings := scan(ctx, u.client, u.organizations, u.client.accounts, collect)
	if collect(readings) {
		return nil
	}
	for _, r := range readings {
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// Page lists one organization after the other. A token is
// `<organization>/<page>`. An organization that does not exist is passed over; it
// fails with NotFound when none of them does.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if err := u.acceptable(q, ""); err != nil {
		return nil, err
	}
	if err := u.unconfigured(); err != nil {
		return nil, err
	}
	place, number, err := u.parsePlace(token)
	if err != nil {
		return nil, err
	}
	for ; place < len(u.organizations); place, number = place+1, 1 {
		var page *providers.Page[*model.User]
		if page, err = u.page(ctx, q, place, number); providers.KindOf(err) != providers.NotFound {
			return page, err
		}
	}
	if token == "" {
		return nil, err
	}
	return &providers.Page[*model.User]{MayRepeat: true, Freshness: thisMoment()}, nil
}

// page reads one page of the organization in this place.
func (u users) page(ctx context.Context, q providers.Query, place, number int) (*providers.Page[*model.User], error) {
	reply, err := u.client.accounts(ctx, u.organizations[place], number)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.User]{MayRepeat: len(u.organizations) > 1, Freshness: reply.Freshness}
	for _, m := range reply.Value.items {
		page.Items = append(page.Items, m.User)
	}
	if len(u.organizations) == 1 {
		page.Total = reply.Value.count(q)
	}
	next := reply.Value.next()
	if next == "" && place+1 < len(u.organizations) {
		place, next = place+1, "1"
	}
	if next != "" {
		page.Next = u.organizations[place] + "/" + next
	}
	return page, nil
}

// SupportsOrder reports that lists come in the vendor's own order only.
func (users) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsParents reports that users have no parents here.
func (users) SupportsParents(string) bool { return false }

// parsePlace reads a token of Page: an index into the configured organizations
// and a page's number.
func (u users) parsePlace(token string) (place, number int, err error) {
	if token == "" {
		return 0, 1, nil
	}
	organization, rest, _ := strings.Cut(token, "/")
	place = slices.Index(u.organizations, organization)
	if place < 0 || rest == "" {
		return 0, 0, u.client.fail(providers.InvalidArgument, "not a page of this list")
	}
	number, err = u.client.parseNumber(rest)
	return place, number, err
}

// acceptable fails with BadInput on a parent that is of none of the types, ""
// being the whole list, and on a filter that makes no sense here.
func (p *Provider) acceptable(q providers.Query, parents ...string) error {
	if !slices.Contains(parents, q.Parent.Type) {
		return p.client.fail(providers.InvalidArgument, "there is no such list")
	}
	if q.Filter.Database != "" {
		return p.client.fail(providers.InvalidArgument, "filter by database is not supported")
	}
	return nil
}
