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
	// MaxRows is the length of the longest list that is indexed; 0 is no limit.
	MaxRows int
	// Concurrent is the number of pages that a reading requests at a time; 0 means 1.
	Concurrent int
	// Warm is set to build the index of users when Wrap is called.
	Warm bool
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
	return o
}

// Provider is a provider with indexes. A connection with a caller's credential has none.
type Provider struct {
	providers.Indexable
	collections providers.Collections
	users       *live[*model.User, userRecord]
	// memberships is nil where the vendor has no list of all memberships.
	memberships *live[*model.Membership, membershipRecord]
}

// Wrap returns a provider that answers from indexes what the vendor cannot do. The readings
// end with ctx. A provider whose lists cannot be indexed is returned as it is.
func Wrap(ctx context.Context, inner providers.Provider, o Options) providers.Provider {
	p, ok := inner.(providers.Indexable)
	if !ok {
		return inner
	}
	o = o.withDefaults()
	w := &Provider{Indexable: p, collections: p.Collections()}
	uncached := p.Uncached()
	users, ok := w.collections.Users.(providers.IndexedCollection[*model.User])
	if !ok {
		return inner
	}
	w.users = &live[*model.User, userRecord]{
		path: "users", ctx: ctx, options: o, version: p.Version,
		source: source[*model.User]{uncached.Users, p.Connection(), o.MaxRows, o.Concurrent},
		codec:  func() codec[*model.User, userRecord] { return &userCodec{provider: p.Connection()} },
	}
	size := &size[*model.User]{options: o, version: p.Version, isIndexed: w.users.exists, collection: users}
	w.collections.Users = decorate(&collection[*model.User, userRecord]{users, w.users, func(providers.Query) listSize { return size }})
	if memberships, ok := w.collections.Memberships.(providers.IndexedCollection[*model.Membership]); ok {
		w.indexMemberships(ctx, memberships, uncached.Memberships, o, size)
	}
	if o.Warm {
		w.users.warm()
	}
	return w
}

// indexMemberships makes memberships answer from an index: those of users where the list of
// users is large, and the members of a tenant that has many.
func (p *Provider) indexMemberships(
	ctx context.Context, vendor providers.IndexedCollection[*model.Membership], uncached providers.Collection[*model.Membership],
	o Options, users listSize,
) {
	p.memberships = &live[*model.Membership, membershipRecord]{
		path: "memberships", ctx: ctx, options: o, version: p.Version,
		source: source[*model.Membership]{uncached, p.Connection(), o.MaxRows, o.Concurrent},
		codec: func() codec[*model.Membership, membershipRecord] {
			return &membershipCodec{users: userCodec{provider: p.Connection()}}
		},
	}
	sizeOf := func(q providers.Query) listSize {
		if tenantOf(q.Parent) == "" {
			return users
		}
		return &size[*model.Membership]{options: o, version: p.Version, isIndexed: func() bool { return false },
			collection: vendor, query: providers.Query{Parent: q.Parent}}
	}
	p.collections.Memberships = decorate(&collection[*model.Membership, membershipRecord]{vendor, p.memberships, sizeOf})
}

// Collections returns the collections, of which users and memberships are indexed.
func (p *Provider) Collections() providers.Collections { return p.collections }

// Index describes the index of users for clients.
func (p *Provider) Index() model.ProviderIndex {
	s := p.Stats()
	i := model.ProviderIndex{State: s.State, Rows: s.Rows}
	if !s.BuiltAt.IsZero() {
		i.BuiltAt = &s.BuiltAt
	}
	return i
}

// Stats describes the index of users. Bytes are those of both indexes.
func (p *Provider) Stats() Stats {
	s := p.users.stats()
	if p.memberships != nil {
		s.Bytes += p.memberships.stats().Bytes
	}
	return s
}
