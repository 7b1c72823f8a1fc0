package activeplatform

import (
	"context"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

type users struct{ *Provider }

var _ providers.IndexedCollection[*model.User] = users{}

// Get makes one call per user.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	return getByID(ctx, u.client, u.userByID(), ids)
}

// Page reads one page. The vendor filters by e-mail address and by status; the
// syntax of date ranges is not documented, so the core applies them. Addresses are
// searched in parallel and their results form the first page. The vendor does not
// document how its filter compares, so that for an address that it does not find the
// whole list follows.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.invalidArgument("users have no parent")
	}
	at, ok := upstream.ParsePagePosition(token)
	emails := searchableEmails(q.Filter.Emails)
	if !ok {
		return nil, u.invalidArgument("invalid page token")
	}
	status, possible := statusParams(q.Filter.Status)
	if !possible {
		return emptyPage[*model.User](), nil
	}
	params := orderParams(q.Order)
	maps.Copy(params, status)
	if len(emails) > 0 && token == "" {
		return u.findByEmails(ctx, emails, params)
	}
	l := u.listUsers(params)
	l.mayRepeat = len(emails) > 0
	page, decoded, err := pageAt(ctx, u.Provider, l, at)
	if decoded {
		u.userByID().Prime(ctx, u.client, page.Items, page.Freshness)
	}
	return page, err
}

// SupportsOrder reports true for the vendor's order and for dates, except for
// several addresses, whose results are concatenated.
func (users) SupportsOrder(q providers.Query) bool {
	return q.Order.Field == "" || supportsOrder(q.Order) && len(searchableEmails(q.Filter.Emails)) < 2
}

// SupportsFilter reports true for a filter by one status, and for none. The vendor's filter
// by address does not find every spelling of it.
func (users) SupportsFilter(q providers.Query) bool {
	status, possible := statusParams(q.Filter.Status)
	if !possible {
		return true
	}
	applied := len(q.Filter.Status) == 0 || len(status) > 0
	q.Filter.Status = nil
	return applied && reflect.ValueOf(q.Filter).IsZero()
}

// SupportsGet reports true.
func (users) SupportsGet() bool { return true }

// SupportsParents reports false: users have no parents.
func (users) SupportsParents(string) bool { return false }

// findByEmails searches each address, in parallel. If an address is not found, the next
// page is the first one of the list.
func (u users) findByEmails(ctx context.Context, emails []string, params url.Values) (*providers.Page[*model.User], error) {
	pages := make([]*providers.Page[*model.User], len(emails))
	errs := make([]error, len(emails))
	var calls sync.WaitGroup
	for i, email := range emails {
		calls.Go(func() { pages[i], errs[i] = u.findByEmail(ctx, email, params) })
	}
	calls.Wait()
	all := &providers.Page[*model.User]{MayRepeat: true}
	var freshness *model.Freshness
	for i, page := range pages {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if len(page.Items) == 0 {
			all.Next = upstream.Start().String()
			all.Ahead = []providers.Ahead{{Token: all.Next}}
		}
		all.Items = append(all.Items, page.Items...)
		freshness = freshness.Merge(&page.Freshness)
	}
	all.Freshness = *freshness
	return all, nil
}

// findByEmail returns the users with an address on the first page of those that the
// vendor finds. Assumption: one page has all users that the vendor has with one
// address, in the spelling that it finds.
func (u users) findByEmail(ctx context.Context, email string, params url.Values) (*providers.Page[*model.User], error) {
	query := url.Values{"filters[email]": {email}}
	maps.Copy(query, params)
	page, _, err := pageAt(ctx, u.Provider, u.listUsers(query), upstream.Start())
	if err != nil {
		return nil, err
	}
	found := &providers.Page[*model.User]{Freshness: page.Freshness}
	for _, user := range page.Items {
		if user.Email != nil && strings.EqualFold(strings.TrimSpace(*user.Email), email) {
			found.Items = append(found.Items, user)
		}
	}
	return found, nil
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
