package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// primeListing primes the loaders with the complete objects of a listing and their
// complete owners, so that they are not loaded by id.
func primeListing[T model.Node](ctx context.Context, l *Loader[T], listing *directory.Listing[T]) {
	if listing == nil || listing.Connection == nil {
		return
	}
	owners := l.loaders.table.of(l.row.typ).owners
	for _, e := range listing.Edges {
		l.prime(ctx, e.Node)
		for _, owner := range owners {
			if n := owner.node(e.Node); n != nil {
				l.loaders.loaderOf(owner.target).primeNode(ctx, n)
			}
		}
	}
}

func (l *Loader[T]) prime(ctx context.Context, object T) {
	if !isNil(object) && object.Complete() {
		l.byID.Prime(ctx, object.GlobalID(), object)
	}
}

func (l *Loader[T]) primeNode(ctx context.Context, n model.Node) { l.prime(ctx, l.row.cast(n)) }
