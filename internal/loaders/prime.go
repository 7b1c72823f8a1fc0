package loaders

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// primeListing primes the loaders with the complete objects of a listing and their
// complete owners, so that they are not loaded by id.
func primeListing[T model.Node](l *Loader[T], listing *directory.Listing[T]) {
	if listing == nil || listing.Connection == nil {
		return
	}
	owners := l.loaders.table.of(l.row.typ).owners
	ids, objects := make([]model.ID, 0, len(listing.Edges)), make([]T, 0, len(listing.Edges))
	for _, e := range listing.Edges {
		if !isNil(e.Node) && e.Node.Complete() {
			ids, objects = append(ids, e.Node.GlobalID()), append(objects, e.Node)
		}
		for _, owner := range owners {
			if n := owner.node(e.Node); n != nil {
				l.loaders.loaderOf(owner.target).primeNode(n)
			}
		}
	}
	l.byID.primeAll(ids, objects)
}

func (l *Loader[T]) prime(object T) {
	if !isNil(object) && object.Complete() {
		l.byID.prime(object.GlobalID(), object)
	}
}

func (l *Loader[T]) primeNode(n model.Node) { l.prime(l.row.cast(n)) }
