package softwareone

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
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

// length returns how many rows the page seems to have, pageSize at most.
func (p *pagination) length() int {
	if p == nil || p.Total == nil {
		return 0
	}
	rows := *p.Total
	if p.Offset != nil {
		rows -= *p.Offset
	}
	return int(min(max(rows, 0), pageSize))
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

// ahead returns the pages that follow the one at a position, with so many rows, in its part
// of a list.
func (n nextPage) ahead(at position, rows int) []providers.Ahead {
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
	at.offset = n.offset
	ahead := []providers.Ahead{{Token: at.String(), Guess: guess}}
	for at.offset += rows; rows > 0 && at.offset <= last && len(ahead) < providers.MaxAhead; at.offset += rows {
		ahead = append(ahead, providers.Ahead{Token: at.String(), Guess: guess})
	}
	return ahead
}

// nextParts returns the first page of each part after the one of a position.
func nextParts(at position, parts int) []providers.Ahead {
	var ahead []providers.Ahead
	at.offset = 0
	for at.part++; at.part < parts; at.part++ {
		ahead = append(ahead, providers.Ahead{Token: at.String()})
	}
	return ahead
}

// position is where a page begins. A list may take several queries one after the
// other, since one query has a limited number of ids; part is the number of the
// query and offset the place in its result. without are the ranges that the queries lack: it
// is the same on all pages of a list.
type position struct {
	part, offset int
	without      pushDowns
}

// String returns the page token: the letters of the ranges that are not pushed down, the
// number of the part where it is not the first, and the offset: "300", "2.0", "c100".
func (p position) String() string {
	if p.part == 0 {
		return p.without.letters() + strconv.Itoa(p.offset)
	}
	return p.without.letters() + strconv.Itoa(p.part) + "." + strconv.Itoa(p.offset)
}

// parsePosition reads a page token; "" is the beginning. It fails with kind
// InvalidArgument.
func parsePosition(token string) (position, error) {
	if token == "" {
		return position{}, nil
	}
	var p position
	without, rest := cutRanges(token)
	part, offset, ok := strings.Cut(rest, ".")
	if !ok {
		part, offset = "0", rest
	}
	p.without = without
	var err error
	if p.part, err = strconv.Atoi(part); err == nil {
		p.offset, err = strconv.Atoi(offset)
	}
	if err != nil || p.part < 0 || p.offset < 0 || p.offset > math.MaxInt32 || p.String() != token {
		return p, errPageToken()
	}
	return p, nil
}

// offsetPage is a page of a list that is read to its end.
type offsetPage[R any] struct {
	reply      R
	rows       int
	pagination *pagination
}

// eachPage calls use for the pages of a list in their order, until it returns false or an
// error. last is set for the last page. Pages are read ahead: as many as were used before, so
// that few are too many where use returns false.
func eachPage[R any](
	ctx context.Context, read func(ctx context.Context, offset int) (offsetPage[R], error), use func(page offsetPage[R], last bool) (more bool, err error),
) error {
	reader := readahead.New(ctx, readahead.Concurrent, func(ctx context.Context, token string) (*providers.Page[offsetPage[R]], error) {
		at, err := parsePosition(token)
		if err != nil {
			return nil, err
		}
		p, err := read(ctx, at.offset)
		if err != nil {
			return nil, err
		}
		next, err := p.pagination.after(at.offset, p.rows)
		if err != nil {
			return nil, err
		}
		page := &providers.Page[offsetPage[R]]{Items: []offsetPage[R]{p}, Ahead: next.ahead(at, p.rows)}
		if len(page.Ahead) > 0 {
			page.Next = page.Ahead[0].Token
		}
		return page, nil
	})
	defer reader.Stop()
	token := ""
	for wanted := 1; ; wanted++ {
		page, err := reader.Page(token, wanted)
		if err != nil {
			return err
		}
		more, err := use(page.Items[0], page.Next == "")
		if err != nil || !more || page.Next == "" {
			return err
		}
		token = page.Next
	}
}
