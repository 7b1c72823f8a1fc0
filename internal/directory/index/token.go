package index

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// A page token of an index is the number of rows before the page, what identifies the key of
// cursors, and a keyed digest of each of the last few rows: `~300.90d2c1ee.5f3a09c1.77b0e1d2`. In an index that was built
// again, the page begins after the row that has one of the digests. The digest is one of
// what identifies the row and of what the order compares: a row that has moved in the
// order has another one. A token of another key is invalid.
const (
	tokenMark = "~"
	// anchors is the number of digests. As long as one of these rows has not changed, the
	// list continues exactly where it ended.
	anchors      = 4
	digestLength = 8
)

// isToken reports whether a page token is one of an index.
func isToken(token string) bool { return strings.HasPrefix(token, tokenMark) }

// tokenAt returns the token of the page that begins at a position of rows.
func (t *table[T, R]) tokenAt(rows []uint32, at int, order providers.Order, key *directory.CursorKey) string {
	var b strings.Builder
	b.WriteString(tokenMark + strconv.Itoa(at))
	if at > 0 {
		fmt.Fprintf(&b, ".%0*x", digestLength, key.Check())
	}
	scratch := t.codec.record()
	for i := at - 1; i >= max(0, at-anchors); i-- {
		fmt.Fprintf(&b, ".%0*x", digestLength, t.digest(rows[i], order, key, scratch))
	}
	return b.String()
}

// position returns the position in rows at which the page of a token begins. exact is false
// if none of the rows that the token identifies is there.
func (t *table[T, R]) position(rows []uint32, token string, order providers.Order, key *directory.CursorKey) (at int, exact, ok bool) {
	at, digests, ok := parseToken(token)
	if !ok || len(digests) == 0 {
		return 0, ok, ok
	}
	if digests[0] != key.Check() {
		return 0, false, false
	}
	digests = digests[1:]
	scratch := t.codec.record()
	if at <= len(rows) && t.digest(rows[at-1], order, key, scratch) == digests[0] {
		return at, true, true
	}
	at = min(at, len(rows))
	found, anchor := -1, len(digests)
	for i, row := range rows {
		digest := t.digest(row, order, key, scratch)
		for n, d := range digests[:min(anchor+1, len(digests))] {
			if d == digest && (n < anchor || distance(i, at-1-n) < distance(found, at-1-n)) {
				found, anchor = i, n
				break
			}
		}
	}
	if found < 0 {
		return at, false, true
	}
	return found + 1, true, true
}

func distance(a, b int) int { return max(a-b, b-a) }

// parseToken returns the number of rows and, unless it is 0, what identifies the key, and the
// digests.
func parseToken(token string) (at int, digests []uint32, ok bool) {
	parts := strings.Split(strings.TrimPrefix(token, tokenMark), ".")
	at, err := strconv.Atoi(parts[0])
	if !isToken(token) || err != nil || at < 0 || len(parts)-1 != min(at, 1)+min(at, anchors) {
		return 0, nil, false
	}
	for _, part := range parts[1:] {
		digest, err := strconv.ParseUint(part, 16, 32)
		if err != nil || len(part) != digestLength {
			return 0, nil, false
		}
		digests = append(digests, uint32(digest))
	}
	return at, digests, true
}

// digest identifies a row and its place in an order, to who has the key.
func (t *table[T, R]) digest(row uint32, order providers.Order, secret *directory.CursorKey, scratch *R) uint32 {
	record := t.at(int(row), scratch)
	key := keyOf(record, order)
	return secret.Short("row", t.codec.keys(record).id, key.text, strconv.FormatInt(key.seconds, 36), strconv.Itoa(key.nanoseconds))
}
