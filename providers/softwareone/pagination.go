package softwareone

import (
	"math"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// pageSize is the vendor's maximum; it applies a larger limit as this one
// without an error, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/resource-query-language.
const pageSize = 100

// pagination is the $meta.pagination of a list; each part may be missing.
type pagination struct {
	Offset *int64
	Limit  *int64
	Total  *int64
}

func (w *pagination) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "offset":
			w.Offset = r.Int64Ptr()
		case "limit":
			w.Limit = r.Int64Ptr()
		case "total":
			w.Total = r.Int64Ptr()
		}
	}
}

// nextPage is what follows from a page.
type nextPage struct {
	// offset of the next page, -1 on the last one.
	offset int
	// total is the length of the list, nil where it is unknown.
	total *int
}

// after returns what follows the page that was requested at offset and has so
// many rows. The next offset depends on the rows that the page has: the vendor may
// send fewer than its limit. Without a total, the list ends at an empty page. after
// fails with kind Incomplete when the page reports another offset than the requested
// one, or is empty although the total promises rows.
func (p *pagination) after(offset, rows int) (nextPage, error) {
	if p == nil {
		p = &pagination{}
	}
	if offset > 0 && p.Offset != nil && *p.Offset != int64(offset) {
		return nextPage{}, incomplete("the vendor returned another page than the requested one")
	}
	next := nextPage{offset: offset + rows}
	if p.Total != nil && *p.Total >= int64(next.offset) && *p.Total <= math.MaxInt32 {
		total := int(*p.Total)
		next.total = &total
	}
	switch {
	case next.total != nil && next.offset == *next.total, next.offset > math.MaxInt32:
		next.offset = -1
	case rows == 0 && next.total != nil:
		return nextPage{}, incomplete("the vendor's list ends before its total")
	case rows == 0:
		next.offset = -1
	}
	return next, nil
}

// ahead returns the pages that follow a page of so many rows in its part of a list.
func (n nextPage) ahead(part, rows int) []providers.Ahead {
	if n.offset < 0 {
		return nil
	}
	last, guess := n.offset, n.total == nil
	switch {
	case rows == 0:
	case !guess:
		last = *n.total - 1
	case rows == pageSize:
		last += (providers.MaxGuesses - 1) * rows
	}
	ahead := []providers.Ahead{{Token: position{part, n.offset}.String(), Guess: guess}}
	for offset := n.offset + rows; rows > 0 && offset <= last && len(ahead) < providers.MaxAhead; offset += rows {
		ahead = append(ahead, providers.Ahead{Token: position{part, offset}.String(), Guess: guess})
	}
	return ahead
}

// firstPages returns the first page of each part from one on.
func firstPages(part, parts int) []providers.Ahead {
	var ahead []providers.Ahead
	for ; part < parts; part++ {
		ahead = append(ahead, providers.Ahead{Token: position{part, 0}.String()})
	}
	return ahead
}

// position is where a page begins. A list may take several queries one after the
// other, since one query has a limited number of ids; part is the number of the
// query and offset the place in its result.
type position struct{ part, offset int }

// String returns the page token: the offset, after the number of the part where
// it is not the first: "300", "2.0".
func (p position) String() string {
	if p.part == 0 {
		return strconv.Itoa(p.offset)
	}
	return strconv.Itoa(p.part) + "." + strconv.Itoa(p.offset)
}

// parsePosition reads a page token; "" is the beginning. It fails with kind
// InvalidArgument.
func parsePosition(token string) (position, error) {
	if token == "" {
		return position{}, nil
	}
	part, offset, ok := strings.Cut(token, ".")
	if !ok {
		part, offset = "0", token
	}
	var p position
	var err error
	if p.part, err = strconv.Atoi(part); err == nil {
		p.offset, err = strconv.Atoi(offset)
	}
	if err != nil || p.part < 0 || p.offset < 0 || p.offset > math.MaxInt32 || p.String() != token {
		return p, errPageToken()
	}
	return p, nil
}
