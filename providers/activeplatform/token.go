package activeplatform

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// place is a page in a list and what was seen on the way to it. The vendor tells
// neither how long a list is nor how many rows a page may have at most, so the
// end is found by looking: an empty page is behind it; a page that is shorter
// than an earlier one is the last; a page that begins like the one before comes
// from a server that does not turn pages.
type place struct {
	number int
	// size is the largest number of rows that a page before had.
	size int
	// first is the id that the page before began with.
	first string
}

const (
	// maxNumber and maxSize bound what a token may say: far more than a reader of
	// a list is allowed.
	maxNumber = 1_000_000
	maxSize   = 100_000
)

// String is the page token: the page's number, the size and the first id of what
// came before, `3.100.2002984`; "" for the first page.
func (p place) String() string {
	if p.number == 1 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%s", p.number, p.size, p.first)
}

// parsePlace reads a page token. Only what String writes is accepted.
func parsePlace(token string) (place, bool) {
	if token == "" {
		return place{number: 1}, true
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !isID(parts[2]) {
		return place{}, false
	}
	number, err := strconv.Atoi(parts[0])
	if err != nil || number < 2 || number > maxNumber {
		return place{}, false
	}
	size, err := strconv.Atoi(parts[1])
	if err != nil || size < 1 || size > maxSize {
		return place{}, false
	}
	p := place{number, size, parts[2]}
	return p, p.String() == token
}

// turn looks at the rows of the page at p and tells which of them are new, and
// the place of the page behind them, or false at the end.
func turn[T model.Node](p place, rows []T) ([]T, place, bool) {
	if len(rows) == 0 {
		return nil, place{}, false
	}
	first := rows[0].GlobalID().VendorID()
	if first == p.first {
		return nil, place{}, false
	}
	if len(rows) < p.size || p.number == maxNumber || len(rows) > maxSize {
		return rows, place{}, false
	}
	return rows, place{p.number + 1, max(p.size, len(rows)), first}, true
}
