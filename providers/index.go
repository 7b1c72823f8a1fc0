package providers

import (
	"context"
	"io"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// MembershipsPerUser is how many memberships an index may have for each user that it may have.
const MembershipsPerUser = 2

// Indexable is a Provider of which an index can be built: all rows of a list, read from
// its start to its end, for what the vendor cannot look up, filter or sort.
type Indexable interface {
	Provider
	// Uncached returns the collections of this connection for reading whole lists. Their
	// Page stores nothing in the cache, and takes from it only pages that are fresh, whose
	// Freshness tells when they were fetched.
	Uncached() Collections
	// Version changes with every invalidation of what was cached for this connection, by
	// Invalidate, by another replica, or because the vendor rejected the credential. What
	// was read before is invalid then.
	Version() uint64
	// Snapshots is where replicas share the index of this connection; nil if they do not.
	Snapshots() Snapshots
}

// IndexedCollection is a Collection that tells what its vendor cannot do, so that an
// index does it. For an empty query, Page reads all rows of the connection. Memberships hold
// complete users, and a list of all memberships contains, for each tenant of which it has
// rows, all members in the order of the tenant's list. The users of a provider whose
// memberships are an IndexedCollection are those of the list of all memberships: a page has
// the users of the page of memberships with the same token.
type IndexedCollection[T model.Node] interface {
	Collection[T]
	// SupportsFilter and SupportsOrder change from true to false if the first page shows that
	// the vendor rejects a part of the query.

	// SupportsFilter reports whether Page reads about as many rows as match q: the vendor
	// applies the filter and knows the parent, or comes close to that.
	SupportsFilter(q Query) bool
	// SupportsOrder reports whether Page returns rows of q in q.Order; true without an order.
	SupportsOrder(q Query) bool
	// SupportsGet reports whether Get reads objects by their ids, and does not search
	// lists.
	SupportsGet() bool
}

// Resumable is a Collection whose pages come from more than one source, the index of a list
// and the vendor, whose tokens and rows differ.
type Resumable[T model.Node] interface {
	Collection[T]
	// ResumeAt returns the collection whose rows a position counts, which continues the
	// list. A list that begins is read from the Resumable.
	ResumeAt(at model.Position) Collection[T]
	// Rows returns the rows of the list of a query that has so many rows or more, where a
	// vendor's page that may repeat rows does not tell which of them are new. It is nil if the
	// list has to be read page by page, as far as err is the reason.
	Rows(ctx context.Context, q Query, atLeast int) (*Rows, error)
}

// Rows are the different rows of a list at one time, in the vendor's order.
type Rows struct {
	Len int
	// ID returns the vendor id of the row at a position.
	ID func(i int) string
	// TokenAt returns the token with which the list continues there. It is at most Len.
	TokenAt func(i int) string
}

// Snapshots keeps the latest index of a connection where all replicas of the server find it. It
// may be slow, empty or away at any time: then nothing is found, and nothing is kept. What is
// found is what a replica has kept for the same credential and name, and nothing was
// invalidated since that replica took its Lease. The methods are safe for concurrent use.
type Snapshots interface {
	// Latest describes the latest snapshot with a name; ok is false if there is none.
	Latest(name string) (s Snapshot, ok bool)
	// Open reads a snapshot that Latest has returned. Where a part is missing or invalid,
	// Read fails.
	Open(s Snapshot) io.Reader
	// Reject deletes a snapshot that cannot be used.
	Reject(s Snapshot)
	// Acquire takes the right to make the next snapshot with a name. taken reports that
	// another replica has it; neither is returned if that is not known.
	Acquire(name string) (l SnapshotLease, taken bool)
}

// Snapshot describes what was kept. Its times have a precision of milliseconds.
type Snapshot struct {
	Name    string
	Created time.Time
	// FreshFor is the time from Created on for which it is fresh, StaleFor how long it may be
	// served afterwards.
	FreshFor, StaleFor time.Duration
	// ID identifies the snapshot, which has so many Chunks.
	ID     string
	Chunks int
}

// SnapshotLease is the right to make a snapshot. It is renewed until Release, and ends a few
// seconds after the replica has died.
type SnapshotLease interface {
	// Keep keeps what write writes, and reports whether it did. Of s, it reads the times. It can
	// be called again.
	Keep(s Snapshot, write func(io.Writer) error) (kept bool)
	Release()
}
