package activeplatform

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

type users struct{ *Provider }

var _ providers.Collection[*model.User] = users{}

// Get makes one call per user.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	return getByID(ctx, u.client, u.userByID(), ids)
}

// Page reads one page. The vendor filters by e-mail address and by status; the
// syntax of date ranges is not documented, so the core applies them. Several
// addresses are searched in parallel and their results form one page.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.invalidArgument("users have no parent")
	}
	at, ok := upstream.ParseWalk(token)
	emails := searchableEmails(q.Filter.Emails)
	if !ok || len(emails) > 0 && token != "" {
		return nil, u.invalidArgument("invalid page token")
	}
	status, possible := statusParams(q.Filter.Status)
	if !possible {
		return emptyPage[*model.User](), nil
	}
	params := orderParams(q.Order)
	maps.Copy(params, status)
	if len(emails) > 0 {
		return u.findByEmails(ctx, emails, params)
	}
	page, decoded, err := pageAt(ctx, u.Provider, u.listUsers(params), at)
	if decoded {
		u.userByID().Prime(u.client, page.Items, page.Freshness)
	}
	return page, err
}

// SupportsOrder reports true for the vendor's order and for dates, except for
// several addresses, whose results are concatenated.
func (users) SupportsOrder(q providers.Query) bool {
	return q.Order.Field == "" || supportsOrder(q.Order) && len(searchableEmails(q.Filter.Emails)) < 2
}

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }

// findByEmails searches each address, in parallel.
func (u users) findByEmails(ctx context.Context, emails []string, params url.Values) (*providers.Page[*model.User], error) {
	pages := make([]*providers.Page[*model.User], len(emails))
	errs := make([]error, len(emails))
	var calls sync.WaitGroup
	for i, email := range emails {
		calls.Go(func() { pages[i], errs[i] = u.findByEmail(ctx, email, params) })
	}
	calls.Wait()
	all := &providers.Page[*model.User]{}
	var freshness *model.Freshness
	for i, page := range pages {
		if errs[i] != nil {
			return nil, errs[i]
		}
		all.Items, all.Errors = append(all.Items, page.Items...), append(all.Errors, page.Errors...)
		freshness = freshness.Merge(&page.Freshness)
	}
	all.Freshness = *freshness
	return all, nil
}

// maxEmailPages limits the pages that are read for one address. A user has a
// unique address, so the first page is normally enough.
const maxEmailPages = 100

// findByEmail returns the users that the vendor finds for an address. The vendor
// does not document whether it compares whole addresses. If the first page is not
// exactly the user with this address, all pages are read. Assumption: the
// comparison is not stricter than a case-insensitive one.
func (u users) findByEmail(ctx context.Context, email string, params url.Values) (*providers.Page[*model.User], error) {
	query := url.Values{"filters[email]": {email}}
	maps.Copy(query, params)
	all := &providers.Page[*model.User]{}
	var freshness *model.Freshness
	for token := ""; ; token = all.Next {
		at, _ := upstream.ParseWalk(token) // the token of a page
		if at.Number > maxEmailPages {
			return nil, u.newError(providers.Incomplete, "too many users match one e-mail address")
		}
		page, _, err := pageAt(ctx, u.Provider, u.listUsers(query), at)
		if err != nil {
			return nil, err
		}
		all.Items, all.Errors, all.Next = append(all.Items, page.Items...), append(all.Errors, page.Errors...), page.Next
		freshness = freshness.Merge(&page.Freshness)
		if page.Next == "" || at.Number == 1 && len(page.Items) == 1 && page.Items[0].Email != nil && strings.EqualFold(*page.Items[0].Email, email) {
			break
		}
	}
	all.Next = ""
	all.Freshness = *freshness
	return all, nil
}

// searchableEmails returns the distinct addresses, sorted. It returns none if one
// of them is not printable ASCII: the vendor does not document how it compares
// other characters.
func searchableEmails(emails []string) []string {
	for _, email := range emails {
		if email == "" || strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(emails)))
}
