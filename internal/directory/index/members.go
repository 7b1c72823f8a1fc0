package index

import (
	"context"
	"strconv"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// memberLists is the list of all memberships of a vendor that lists them by user or by account
// only, as an index reads it: a page has the memberships of one such list.
type memberLists struct {
	providers.Collection[*model.Membership]
	provider    *model.Provider
	collections providers.Collections
	// users is the index of users.
	users *live

	mu    sync.Mutex
	lists []providers.Query
}

// aheadLists is the number of lists that a page names, so that they are read in parallel.
const aheadLists = 16

// Page reads the list with the number that the token is.
func (l *memberLists) Page(ctx context.Context, _ providers.Query, token string) (*providers.Page[*model.Membership], error) {
	page := &providers.Page[*model.Membership]{MayRepeat: true}
	lists, err := l.begun(ctx, token, page)
	if err != nil || token == "" && len(lists) == 0 {
		return page, err
	}
	n, _ := strconv.Atoi(token) // 0 for the first page
	if n >= len(lists) {
		return nil, &providers.Error{Kind: providers.Canceled, Provider: l.provider} // another reading has begun
	}
	rows, freshness, gaps, err := directory.ReadAll(ctx, l.provider, l.Collection, lists[n], directory.PagesPerList)
	switch providers.KindOf(err) {
	case providers.Forbidden, providers.NotFound, providers.Incomplete, providers.InvalidArgument, providers.InvalidID:
		gaps.Errors = []error{err} // the other lists can be read
	default:
		if err != nil {
			return nil, err
		}
	}
	page.Items, page.Errors, page.Hidden = rows, append(page.Errors, gaps.Errors...), page.Hidden || gaps.Hidden
	if freshness != nil {
		page.Freshness = *freshness
	}
	for i := n + 1; i < min(len(lists), n+1+aheadLists); i++ {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: strconv.Itoa(i)})
	}
	if len(page.Ahead) > 0 {
		page.Next = page.Ahead[0].Token
	}
	return page, nil
}

// begun returns the lists of a reading, which begins with the first page: what is not known of
// them is added to that page.
func (l *memberLists) begun(ctx context.Context, token string, page *providers.Page[*model.Membership]) ([]providers.Query, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if token != "" {
		return l.lists, nil
	}
	b, err := l.users.get(ctx)
	if err != nil {
		return nil, err
	}
	var users []string
	record := b.users.codec.record()
	for n := range b.users.len() {
		users = append(users, b.users.at(n, record).VendorID)
	}
	lists, gaps, err := directory.MembershipLists(ctx, l.provider, l.collections, users)
	if err != nil {
		return nil, err
	}
	l.lists = lists
	gaps.Add(b.gaps)
	page.Errors, page.Hidden = gaps.Errors, gaps.Hidden
	return lists, nil
}

// snapshotCollection is a collection of memberships that holds all of them in an index, which
// answers nothing else.
type snapshotCollection struct {
	providers.Collection[*model.Membership]
	index *collection[*model.Membership, membershipRecord]
}

// snapshotFieldCollection is one whose vendor leaves out fields.
type snapshotFieldCollection struct {
	snapshotCollection
	providers.FieldReader[*model.Membership]
}

// Snapshot implements directory.Snapshotter.
func (c snapshotCollection) Snapshot(ctx context.Context) (directory.Snapshot[*model.Membership], bool, error) {
	return c.index.Snapshot(ctx)
}

// indexMemberLists makes the memberships of a vendor that lists them by user or by account
// available as a whole. They have an index of their own, which is built when a query needs it.
func (p *Provider) indexMemberLists(uncached providers.Collections, users listSize) {
	vendor, o := p.collections.Memberships, p.live.options
	p.members = &live{ctx: p.live.ctx, options: o, version: p.live.version, invalidate: p.live.invalidate, source: source{
		memberships: &memberLists{Collection: uncached.Memberships, provider: p.Connection(), collections: uncached, users: p.live},
		provider:    p.Connection(), maxRows: o.MaxRows, concurrent: o.Concurrent, now: o.Now,
	}}
	c := snapshotCollection{vendor, &collection[*model.Membership, membershipRecord]{
		path: "memberships", live: p.members,
		table:  func(b *build) *table[*model.Membership, membershipRecord] { return b.memberships },
		sizeOf: func(providers.Query) listSize { return users },
	}}
	p.collections.Memberships = c
	if reader, ok := vendor.(providers.FieldReader[*model.Membership]); ok {
		p.collections.Memberships = snapshotFieldCollection{c, reader}
	}
}
