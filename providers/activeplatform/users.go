package activeplatform

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

type users struct{ *Provider }

// Get makes one call a user.
func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	return u.getUsers(ctx, ids)
}

// Page reads one page. The vendor filters by e-mail and by status; ranges of
// dates have no documented syntax and are left to the caller. Several addresses
// are looked up in parallel and make one page.
func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Parent.Type != "" {
		return nil, u.badInput("users have no parent here")
	}
	at, ok := parsePlace(token)
	emails := askable(q.Filter.Emails)
	if !ok || len(emails) > 0 && token != "" {
		return nil, u.badInput("not a page token of this list")
	}
	status, possible := statusParameters(q.Filter.Status)
	if !possible {
		return notAsked[*model.User](), nil
	}
	params := sorting(q.Order)
	maps.Copy(params, status)
	if len(emails) > 0 {
		return u.withEmails(ctx, emails, params)
	}
	reply, err := u.listUsers(ctx, at.number, params)
	if err != nil {
		return nil, err
	}
	if reply.Decoded {
		u.userObjects().Prime(u.client, reply.Value, reply.Freshness)
	}
	rows, next, more := turn(at, reply.Value)
	page := &providers.Page[*model.User]{Items: rows, Freshness: reply.Freshness}
	if more {
		page.Next = next.String()
	}
	return page, nil
}

// SupportsOrder is true for dates, but not of several addresses, which are several lists.
func (users) SupportsOrder(q providers.Query) bool {
	return q.Order.Field == "" || dated(q.Order) && len(askable(q.Filter.Emails)) < 2
}

// SupportsParents is always false: users have no parents here.
func (users) SupportsParents(string) bool { return false }

// withEmails looks up each address.
func (u users) withEmails(ctx context.Context, emails []string, params url.Values) (*providers.Page[*model.User], error) {
	found := make([]*providers.Page[*model.User], len(emails))
	failed := make([]error, len(emails))
	var calls sync.WaitGroup
	for i, email := range emails {
		calls.Go(func() { found[i], failed[i] = u.withEmail(ctx, email, params) })
	}
	calls.Wait()
	all := &providers.Page[*model.User]{Freshness: model.Freshness{}}
	var freshness *model.Freshness
	for i, page := range found {
		if failed[i] != nil {
			return nil, failed[i]
		}
		all.Items = append(all.Items, page.Items...)
		freshness = freshness.Merge(&page.Freshness)
	}
	all.Freshness = *freshness
	return all, nil
}

// maxLookup bounds the pages of one address, which is a login and should be on
// the first.
const maxLookup = 100

// withEmail reads what the vendor finds for an address. Whether it compares
// whole addresses is not documented: where it finds anything but the one user,
// reading goes on to the end, since the right one may come late. That it does
// not compare more strictly than letter by letter, whatever their case, is
// assumed.
func (u users) withEmail(ctx context.Context, email string, params url.Values) (*providers.Page[*model.User], error) {
	query := url.Values{"filters[email]": {email}}
	maps.Copy(query, params)
	all := &providers.Page[*model.User]{}
	var freshness *model.Freshness
	for at, more, pages := (place{number: 1}), true, 0; more; pages++ {
		if pages == maxLookup {
			return nil, &providers.Error{Kind: providers.Incomplete, Provider: u.Connection(), Detail: "too many users are found for one address"}
		}
		reply, err := u.listUsers(ctx, at.number, query)
		if err != nil {
			return nil, err
		}
		var rows []*model.User
		rows, at, more = turn(at, reply.Value)
		all.Items = append(all.Items, rows...)
		freshness = freshness.Merge(&reply.Freshness)
		if pages == 0 && len(rows) == 1 && rows[0].Email != nil && strings.EqualFold(*rows[0].Email, email) {
			break
		}
	}
	all.Freshness = *freshness
	return all, nil
}

// askable are the addresses, each once, when the vendor can be asked for all of
// them: how it compares letters outside ASCII is not documented.
func askable(emails []string) []string {
	for _, email := range emails {
		if email == "" || strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(emails)))
}

// dates are the vendor's names of what can be ordered by here. The vendor orders
// by any field, but in which order it puts letters is not documented: text in
// its order would not merge with that of other vendors.
var dates = map[model.UserOrderField]string{
	model.OrderByCreatedAt: "created_at",
	model.OrderByUpdatedAt: "updated_at",
}

func dated(o providers.Order) bool {
	_, ok := dates[o.Field]
	return ok
}

// sorting asks for an order. It is empty for the vendor's own.
func sorting(o providers.Order) url.Values {
	field, ok := dates[o.Field]
	if !ok {
		return url.Values{}
	}
	reversed := "false"
	if o.Descending {
		reversed = "true"
	}
	return url.Values{"sorting[field]": {field}, "sorting[reversed]": {reversed}}
}

// statusParameters asks for a status. The vendor takes one word, so it is asked
// only when one word is wanted. It is not possible when none of its users can
// have any of the statuses.
func statusParameters(statuses []string) (params url.Values, possible bool) {
	if len(statuses) == 0 {
		return nil, true
	}
	active := slices.Contains(statuses, string(model.UserActive))
	inactive := slices.Contains(statuses, string(model.UserInactive))
	other := slices.Contains(statuses, string(model.UserOther))
	switch {
	case other || active && inactive:
		return nil, true
	case active:
		return url.Values{"filters[status]": {"active"}}, true
	case inactive:
		return url.Values{"filters[status]": {"inactive"}}, true
	}
	return nil, false
}
