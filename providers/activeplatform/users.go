package activeplatform

import (
	"context"
	"maps"
	"net/url"
	"reflect"

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
// searched in parallel and their results form the first page, unless the whole list takes
// fewer calls. The vendor does not document how its filter compares, so that for an
// address that it does not find the whole list follows.
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
	params := url.Values{}
	sorted := q.Order.Field != "" && u.SupportsOrder(q)
	if sorted {
		params = orderParams(q.Order)
	}
	maps.Copy(params, status)
	l := u.listUsers(params)
	l.sorted = sorted
	l.mayRepeat = len(emails) > 0
	if len(emails) > 0 && token == "" && !u.listIsCheaper(ctx, l, len(emails)) {
		page, err := u.findByEmails(ctx, emails, params)
		if err != nil {
			return nil, err
		}
		page.Sorted = sorted
		return page, nil
	}
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
