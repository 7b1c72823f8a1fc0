package upstream

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// Walk is a place in a list whose pages are numbered: before the page with this number.
// It goes on by the rows that came and not by what a response claims: neither the
// requested nor a reported page size counts. Its text is a page token.
type Walk struct {
	// Number is the number of the next page, from 1.
	Number int
	// Rows is the number of rows on the pages before, Size that on the longest of them.
	Rows, Size int

	// previous is a digest of the ids on the page before, "" on the first page.
	previous string
}

// Start is the place before the first page.
func Start() Walk { return Walk{Number: 1} }

// Step is what follows a page.
type Step int

// The steps of a walk.
const (
	// End: the page was the last one.
	End Step = iota
	// More: there may be a next page.
	More
	// Repeated: the rows are those of the page before, so that the vendor does not
	// advance.
	Repeated
	// Short: the vendor has no further rows although its total promises more.
	Short
)

// Total is what a vendor says of the length of a list.
type Total struct {
	// Rows is the number of rows, 0 if the vendor tells none.
	Rows int
	// Exact is set if the number counts the whole list and not a page of it.
	Exact bool
}

// Next returns the place after a page that has rows with these ids, and what follows
// the page. An empty page, or one that is shorter than an earlier one, is the last
// unless the total promises more rows. Past one empty page the walk goes on where the
// total promises rows; it does not go on past two.
func (w Walk) Next(ids []string, total Total) (Walk, Step) {
	next := Walk{Number: w.Number + 1, Rows: w.Rows + len(ids), Size: max(w.Size, len(ids)), previous: digest(ids)}
	switch {
	case len(ids) > 0 && next.previous == w.previous:
		return w, Repeated
	case total.Rows > next.Rows && len(ids) > 0:
		return next, More
	case total.Rows > next.Rows:
		if w.previous == next.previous || (w.Number-1)*w.Size >= total.Rows {
			return next, Short
		}
		return next, More
	case len(ids) == 0, len(ids) < w.Size, total.Exact && total.Rows == next.Rows:
		return next, End
	}
	return next, More
}

// Limits of a page token, far above what a client may read.
const (
	maxPageNumber = 1_000_000
	maxRows       = 1_000_000_000
)

// String formats the place as number, rows, size and digest: `3.200.100.5f3a09c1`. The
// first place is `1`.
func (w Walk) String() string {
	if w.Number == 1 {
		return "1"
	}
	return fmt.Sprintf("%d.%d.%d.%s", w.Number, w.Rows, w.Size, w.previous)
}

// ParseWalk parses the output of String, and "" as the first place. It rejects every
// other text.
func ParseWalk(token string) (w Walk, ok bool) {
	if token == "" || token == "1" {
		return Start(), true
	}
	parts := strings.Split(token, ".")
	if len(parts) != 4 || len(parts[3]) != digestLength {
		return Walk{}, false
	}
	var numbers [3]int
	for i, limit := range []int{maxPageNumber, maxRows, maxRows} {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n > limit {
			return Walk{}, false
		}
		numbers[i] = n
	}
	sum, err := strconv.ParseUint(parts[3], 16, 32)
	if err != nil {
		return Walk{}, false
	}
	w = Walk{Number: numbers[0], Rows: numbers[1], Size: numbers[2], previous: formatDigest(uint32(sum))}
	return w, w.Number > 1 && w.Size <= w.Rows && w.String() == token
}

const digestLength = 8

// digest identifies a page by the ids of its rows.
func digest(ids []string) string {
	h := fnv.New32a()
	for _, id := range ids {
		_, _ = h.Write([]byte(id))
		_, _ = h.Write([]byte{0})
	}
	return formatDigest(h.Sum32())
}

func formatDigest(sum uint32) string { return fmt.Sprintf("%0*x", digestLength, sum) }
