package blendvision

import (
	"context"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// users are the accounts of the configured organizations.
type users struct{ *Provider }

var _ providers.IndexedCollection[*model.User] = users{}

// Get searches the lists of all configured organizations; the vendor has no call for
// one account. It reads the first pages and, unless they contain all ids, all other
// pages. If a list could not be read, an id that was not found fails with its error.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	result := providers.BatchResult[*model.User]{Objects: map[string]*model.User{}, Failed: map[string]error{}}
	missing := map[string]bool{}
	for _, id := range ids {
		missing[id] = true
	}
	failed := u.notConfigured()
	if failed == nil && len(missing) > 0 {
		failed = u.find(ctx, missing, result.Objects)
	}
	if failed != nil {
		for id := range missing {
			result.Failed[id] = failed
		}
	}
	return result
}

// find moves ids from missing to objects. It returns the first error of a list, unless
// all ids were found.
func (u users) find(ctx context.Context, missing map[string]bool, objects map[string]*model.User) error {
	collect := func(results []scanResult[*model.Membership], _ int) bool {
		for _, r := range results {
			for _, m := range r.items {
				if missing[m.User.VendorID] {
					objects[m.User.VendorID] = m.User
					delete(missing, m.User.VendorID)
				}
			}
		}
		return len(missing) > 0
	}
	results := scan(ctx, u.client, u.client.accountsOf(u.organizations), collect)
	if !collect(results, 0) {
		return nil
	}
	for _, r := range results {
		if err := r.firstError(); err != nil {
			return err
		}
	}
	return nil
}

// Page reads the lists of the configured organizations, one after the other. A token is
// `<organization>/<place>`. The first page is that of the first organization that can be
// read, and has the errors of those before; Page fails if none can. Any other page of an
// organization that cannot be read has no rows, but its error.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if err := u.checkQuery(q, ""); err != nil {
		return nil, err
	}
	if err := u.notConfigured(); err != nil {
		return nil, err
	}
	index, at, err := u.parsePageToken(token)
	if err != nil {
		return nil, err
	}
	counted := len(u.organizations) == 1 && isUnfiltered(q)
	var errs []error
	for ; index < len(u.organizations); index, at = index+1, upstream.Start() {
		members, err := readAt(ctx, u.client, u.client.accounts(u.organizations[index]), at, counted)
		switch {
		case err == nil:
			page := u.page(index, members)
			page.Errors = append(errs, page.Errors...)
			return page, nil
		case !providers.IsUnreadable(err):
			return nil, err
		}
		errs = append(errs, ofOrganization(err, u.organizations[index]))
		if token != "" {
			return u.page(index, &providers.Page[*model.Membership]{Freshness: now(), Errors: errs}), nil
		}
	}
	return nil, errs[0]
}

// page returns a page of the members of the configured organization with this index as a
// page of users. The first pages of the organizations behind it follow.
func (u users) page(index int, members *providers.Page[*model.Membership]) *providers.Page[*model.User] {
	page := &providers.Page[*model.User]{
		Total: members.Total, MayRepeat: len(u.organizations) > 1, Errors: members.Errors, Freshness: members.Freshness,
	}
	for _, m := range members.Items {
		page.Items = append(page.Items, m.User)
	}
	prefix := u.organizations[index] + "/"
	if members.Next != "" {
		page.Next = prefix + members.Next
	}
	for _, a := range members.Ahead {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: prefix + a.Token, Guess: a.Guess})
	}
	if members.At != nil {
		page.At = func(token string) *providers.Page[*model.User] {
			rest, ok := strings.CutPrefix(token, prefix)
			if complete := members.At(rest); ok && complete != nil {
				return u.page(index, complete)
			}
			return nil
		}
		return page
	}
	for _, organization := range u.organizations[index+1:] {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: organization + "/" + upstream.Start().String()})
	}
	if page.Next == "" && len(page.Ahead) > 0 {
		page.Next = page.Ahead[0].Token
	}
	return page
}

// SupportsOrder reports true for the vendor's order only.
func (users) SupportsOrder(q providers.Query) bool { return q.Order == providers.Order{} }

// SupportsFilter reports true for a query without a filter: the vendor has none.
func (users) SupportsFilter(q providers.Query) bool { return isUnfiltered(q) }

// SupportsGet reports false: the vendor has no call for one account.
func (users) SupportsGet() bool { return false }

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }

// parsePageToken parses a token of Page to an index into the configured organizations
// and a place in the list of its members.
func (u users) parsePageToken(token string) (index int, at upstream.PagePosition, err error) {
	if token == "" {
		return 0, upstream.Start(), nil
	}
	organization, rest, _ := strings.Cut(token, "/")
	index = slices.Index(u.organizations, organization)
	if index < 0 || rest == "" {
		return 0, at, u.client.newError(providers.InvalidArgument, "invalid page token")
	}
	at, err = u.client.parsePageToken(rest)
	return index, at, err
}
