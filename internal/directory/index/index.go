// Package index keeps compact rows of a provider's users and memberships in memory, and
// answers from them what the vendor can neither look up, filter nor sort. An index is built
// by reading the vendor's list to its end, past the cache of pages.
//
// The package knows no vendor. What it returns is what a reading of the list would return;
// the directory, which reads through it, checks each row against the query again.
package index

import (
	"context"
	"math"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Source is the source of an answer of an index, in the trace of an operation.
const Source pagecache.Source = "INDEX"

// Options configure the indexes of one provider.
type Options struct {
	// Fresh is how long an index is served without being built again, Stale how long after
	// that it is served while it is built again or the vendor fails.
	Fresh, Stale time.Duration
	// MinRows is the length of the shortest list that is indexed. Shorter ones are read page
	// by page.
	MinRows int
	// MaxRows bounds the users of an index; it may have twice as many memberships. 0 is no
	// bound.
	MaxRows int
	// ListPages is the number of pages that a list which is too long for an index may have to
	// be read without one.
	ListPages int
	// Concurrent is the number of pages that a reading requests at a time; 0 means 1.
	Concurrent int
	// Settings are what an index depends on beside the credential. Replicas share it only with
	// replicas that have the same.
	Settings string
	// CursorKey is the key of the digests of rows in page tokens.
	CursorKey *directory.CursorKey
	// Warm is set to build the index when Wrap is called.
	Warm bool
	// Observe is called when a reading has ended: with a nil error, or why it failed and the
	// time until it may be repeated, 0 if the next query repeats it. It may be nil.
	Observe func(err error, retryAfter time.Duration)
	// Now replaces time.Now; it may be nil.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.MaxRows == 0 {
		o.MaxRows = math.MaxInt
	}
	o.Concurrent = max(o.Concurrent, 1)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(error, time.Duration) {}
	}
	return o
}

// Provider is a provider with an index. A connection with a caller's credential has none.
type Provider struct {
	providers.Indexable
	collections providers.Collections
	live        *live
	// members is the index of all memberships of a vendor that lists them by user or by account;
	// nil for others.
	members *live
}

// Wrap returns a provider that answers from an index what the vendor cannot do. The readings
// end with ctx. A provider whose lists cannot be indexed is returned as it is.
func Wrap(ctx context.Context, inner providers.Provider, o Options) providers.Provider {
	p, ok := inner.(providers.Indexable)
	if !ok {
		return inner
	}
	o = o.withDefaults()
	w := &Provider{Indexable: p, collections: p.Collections()}
	users, ok := w.collections.Users.(providers.IndexedCollection[*model.User])
	if !ok {
		return inner
	}
	uncached := p.Uncached()
	w.live = &live{ctx: ctx, options: o, version: p.Version, source: source{
		users: uncached.Users, provider: p.Connection(), maxRows: o.MaxRows, concurrent: o.Concurrent, now: o.Now,
	}}
	w.live.shared = newShared(p.Snapshots(), o.Settings)
	w.live.invalidate = func() { p.Invalidate(ctx, nil) }
	memberships, ok := w.collections.Memberships.(providers.IndexedCollection[*model.Membership])
	if ok {
		w.live.source.memberships = uncached.Memberships
	}
	size := &size[*model.User]{options: o, version: p.Version, isIndexed: w.live.exists, collection: users}
	w.collections.Users = decorate(&collection[*model.User, userRecord]{
		IndexedCollection: users, path: "users", live: w.live,
		table:      func(b *build) *table[*model.User, userRecord] { return b.users },
		tenantOfID: func(string) string { return "" },
		sizeOf:     func(providers.Query) listSize { return size },
	})
	switch {
	case ok:
		w.indexMemberships(memberships, size)
	case w.collections.Memberships != nil:
		w.indexMemberLists(uncached, size)
	}
	if o.Warm {
		w.live.warm()
	}
	return w
}

// indexMemberships makes memberships answer from the index: those of users where the list of
// users is large, and the members of a tenant that has many.
func (p *Provider) indexMemberships(vendor providers.IndexedCollection[*model.Membership], users listSize) {
	p.collections.Memberships = decorate(&collection[*model.Membership, membershipRecord]{
		IndexedCollection: vendor, path: "memberships", live: p.live,
		table: func(b *build) *table[*model.Membership, membershipRecord] { return b.memberships },
		tenantOfID: func(id string) string {
			tenant, _ := model.SplitMembership(id)
			return tenant
		},
		sizeOf: func(q providers.Query) listSize {
			if tenantOf(q.Parent) == "" {
				return users
			}
			return &size[*model.Membership]{options: p.live.options, version: p.Version, isIndexed: func() bool { return false },
				collection: vendor, query: providers.Query{Parent: q.Parent}}
		},
	})
}

// Collections returns the collections, of which users and memberships are indexed.
func (p *Provider) Collections() providers.Collections { return p.collections }

// Index describes the index for clients.
func (p *Provider) Index() model.ProviderIndex {
	s := p.Stats()
	i := model.ProviderIndex{State: s.State, Rows: s.Rows}
	if !s.BuiltAt.IsZero() {
		i.BuiltAt = &s.BuiltAt
	}
	return i
}

// Stats describes the index. Its bytes include those of an index of memberships beside it.
func (p *Provider) Stats() Stats {
	s := p.live.stats()
	if p.members != nil {
		s.Bytes += p.members.stats().Bytes
	}
	return s
}
