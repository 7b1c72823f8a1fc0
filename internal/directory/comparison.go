package directory

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Accepts reports whether a row is one of the list that q describes, but for its parent.
func Accepts(row model.Node, q providers.Query) bool { return accepts(row, q) }

// IsUnknown reports whether the vendor hides a value of the row that q compares, so that it
// is not known whether the row is in the list, or where.
func IsUnknown(row model.Node, q providers.Query) bool { return isUnknown(row, q) }

// Compare orders two rows. Rows without a value are last in either direction.
func Compare(a, b model.Node, order providers.Order) int { return compare(a, b, order) }

// Fold returns the form in which texts are ordered.
func Fold(s string) string { return fold(s) }

// ComparablePage returns a page whose rows hold what the query compares, as far as the
// vendor shows it. Rows that lack a part of it are read again; users of memberships from
// users, which may be nil.
func ComparablePage[T model.Node](
	ctx context.Context, c providers.Collection[T], users providers.Collection[*model.User], q providers.Query, page *providers.Page[T],
) *providers.Page[T] {
	return comparablePage(ctx, c, users, q, page)
}

// CompletePage returns a page whose rows hold these fields. Rows that lack one of them are
// read again, in one call if the vendor can. A row that could not be read is left out,
// with its error in the page.
func CompletePage[T model.Node](ctx context.Context, c providers.Collection[T], fields []string, page *providers.Page[T]) *providers.Page[T] {
	return withLackingFields(ctx, c, fields, page)
}
