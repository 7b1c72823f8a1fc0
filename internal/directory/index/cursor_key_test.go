package index_test

import (
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// The digests in a page token are of rows with their addresses. Who does not have the key cannot
// compute them; who has it continues the list, also after a restart.
func TestIndex_TokensAreKeyed(t *testing.T) {
	q := providers.Query{Order: providers.Order{Field: model.OrderByEmail}}
	first := func(secret string) (token string, rest func(*model.Cursor) (ids []string, errs []error), end *model.Cursor) {
		t.Helper()
		o := options
		o.CursorKey = directory.NewCursorKey([]byte(secret))
		d, _ := indexed(t, newVendor(users(30)...), o)
		d.SetCursorKey(o.CursorKey)
		listing := read(t, d, q, 10, nil)
		if len(listing.Errors) > 0 || !listing.PageInfo.HasNextPage {
			t.Fatal(listing.Errors)
		}
		rest = func(after *model.Cursor) ([]string, []error) {
			l := read(t, d, q, 30, after)
			return vendorIDs(l.Nodes()), l.Errors
		}
		return listing.PageInfo.Last.Positions[0].Token, rest, listing.PageInfo.Last
	}
	a, _, end := first("a")
	again, restOfA, _ := first("a")
	b, restOfB, _ := first("b")
	if a != again {
		t.Errorf("tokens %s and %s with one key", a, again)
	}
	parts := strings.Split(a, ".")
	if len(parts) < 2 {
		t.Fatalf("the token %s has no digest", a)
	}
	for _, digest := range parts[1:] {
		if strings.Contains(b, digest) {
			t.Errorf("token %s with another key has the digest %s", b, digest)
		}
	}
	if ids, errs := restOfA(end); len(errs) > 0 || len(ids) != 20 {
		t.Errorf("with the same key: %d rows, %v", len(ids), errs)
	}
	if ids, errs := restOfB(end); len(ids) > 0 || len(errs) != 1 || providers.KindOf(errs[0]) != providers.InvalidArgument {
		t.Errorf("with another key: %d rows, %v", len(ids), errs)
	}
}

// The digest of the rows before a cursor is keyed, too. With another key, the list continues but
// does not claim to be complete.
func TestIndex_SeenIsKeyed(t *testing.T) {
	start := func(secret string) *step {
		t.Helper()
		s := newStep(t, 35)
		o := options
		o.MinRows, o.CursorKey = 30, directory.NewCursorKey([]byte(secret))
		s.d, _ = indexed(t, s.v, o)
		s.d.SetCursorKey(o.CursorKey)
		s.next()
		return s
	}
	a, again, other := start("a"), start("a"), start("b")
	seen := func(s *step) uint64 { return s.last.Positions[0].Seen }
	if seen(a) == 0 || seen(a) != seen(again) || seen(a) == seen(other) {
		t.Errorf("digests %x and %x with one key, %x with another", seen(a), seen(again), seen(other))
	}
	again.last, other.last = a.last, a.last
	again.rest()
	again.check(true)
	other.rest()
	if other.complete || len(other.errors) == 0 {
		t.Errorf("with another key the list is complete: %d rows", len(other.rows))
	}
}
