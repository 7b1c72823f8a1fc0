package activeplatform

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// pageToken identifies a page of a list and describes the pages before it. The
// vendor reports neither the length of a list nor the maximum page size, so the
// end of a list is derived: an empty page is past the end; a page shorter than an
// earlier one is the last; a page that begins like the previous one comes from a
// server that ignores the page number.
type pageToken struct {
	// number counts from 1. The zero pageToken is past the end of the list.
	number int
	// size is the number of rows of the longest page before this one.
	size int
	// first is the id of the first row of the previous page.
	first string
}

// Limits of a page token, far above what a client may read.
const (
	maxPageNumber = 1_000_000
	maxPageSize   = 100_000
)

// String formats a token as number, size and first id, `3.100.2002984`. It returns
// "" for the first page and for the zero token.
func (p pageToken) String() string {
	if p.number <= 1 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%s", p.number, p.size, p.first)
}

// parsePageToken parses the output of String and rejects every other text.
func parsePageToken(token string) (pageToken, bool) {
	if token == "" {
		return pageToken{number: 1}, true
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !isID(parts[2]) {
		return pageToken{}, false
	}
	number, err := strconv.Atoi(parts[0])
	if err != nil || number < 2 || number > maxPageNumber {
		return pageToken{}, false
	}
	size, err := strconv.Atoi(parts[1])
	if err != nil || size < 1 || size > maxPageSize {
		return pageToken{}, false
	}
	p := pageToken{number, size, parts[2]}
	return p, p.String() == token
}

// nextPage returns the rows of the current page without repeated ones, and the
// token of the next page, zero at the end of the list.
func nextPage[T model.Node](current pageToken, rows []T) ([]T, pageToken) {
	if len(rows) == 0 {
		return nil, pageToken{}
	}
	first := rows[0].GlobalID().VendorID()
	if first == current.first {
		return nil, pageToken{}
	}
	if len(rows) < current.size || current.number == maxPageNumber || len(rows) > maxPageSize {
		return rows, pageToken{}
	}
	return rows, pageToken{current.number + 1, max(current.size, len(rows)), first}
}
