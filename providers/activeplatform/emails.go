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

// maxProbing is the number of addresses that are searched without regard to the length of
// the list, if that is not known.
const maxProbing = 4

// listIsCheaper reports whether the whole list takes fewer calls than a search for so many
// addresses, which takes one for each. The length is that of the last reading to the end.
// If there was none, one call for a page shows whether the list has as many pages as there
// are addresses.
func (u users) listIsCheaper(ctx context.Context, l list[*model.User], addresses int) bool {
	pages := int(u.detected.userPages.Load())
	switch {
	case addresses == 1:
		return false
	case pages > 0:
		return pages <= addresses
	case addresses <= maxProbing:
		return false
	}
	var reply upstream.Reply[rows[*model.User]]
	var err error
	var calls sync.WaitGroup
	calls.Go(func() { reply, err = readPage(ctx, u.Provider, l, addresses) })
	calls.Go(func() { _, _ = readPage(ctx, u.Provider, l, 1) }) // the list begins with it
	calls.Wait()
	return err == nil && len(reply.Value.ids) == 0 || hasNoPage(err)
}

// findByEmails searches each address, in parallel. An address that could not be searched
// is an error of the page, which fails if none could. If an address is not found, the next
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
			all.Errors = append(all.Errors, errs[i])
			continue
		}
		if len(page.Items) == 0 {
			all.Next = upstream.Start().String()
			all.Ahead = []providers.Ahead{{Token: all.Next}}
		}
		all.Items = append(all.Items, page.Items...)
		freshness = freshness.Merge(&page.Freshness)
	}
	if freshness == nil {
		return nil, all.Errors[0]
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
