package upstream

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// PagePosition is a position in a list with numbered pages. Whether another page
// follows depends on the rows received, not on a requested or reported page size.
// String encodes it as a page token.
type PagePosition struct {
	// Number is the number of the next page, from 1.
	Number int
	// Rows is the number of rows on the pages before, Size that on the longest of them.
	Rows, Size int

	// previous is a digest of the ids on the page before, "" on the first page.
	previous string
	// incomplete is set if only Number is known.
	incomplete bool
}

// Start is the position before the first page.
func Start() PagePosition { return PagePosition{Number: 1} }

// Step is what follows a page.
type Step int

// The values of Step.
const (
	// End: the page was the last one.
	End Step = iota
	// More: there may be a next page.
	More
	// Repeated: the rows are those of the page before, so that the vendor does not
	// advance.
	Repeated
	// Short: the vendor has no further rows although its total is larger.
	Short
)

// IsComplete reports whether the position holds more than the number of the page: the
// rows before are known.
func (w PagePosition) IsComplete() bool { return !w.incomplete }

// Next returns the position after a page that has rows with these ids, and what follows
// the page. total is the length of the list that the vendor reports, 0 if it reports
// none. An empty page, or one that is shorter than an earlier one, is the last unless
// the total is larger than the number of rows received. Then one empty page is followed
// by another request, two are not. That as many rows were received as the total says
// does not end a list: a total may count a page, or have an upper limit.
func (w PagePosition) Next(ids []string, total int) (PagePosition, Step) {
	if w.incomplete {
		return w.nextIncomplete(len(ids) > 0)
	}
	next := PagePosition{Number: w.Number + 1, Rows: w.Rows + len(ids), Size: max(w.Size, len(ids)), previous: digest(ids)}
	switch {
	case len(ids) > 0 && next.previous == w.previous:
		return w, Repeated
	case total > next.Rows && len(ids) > 0:
		return next, More
	case total > next.Rows:
		if w.previous == next.previous || (w.Number-1)*w.Size >= total {
			return next, Short
		}
		return next, More
	case len(ids) == 0, len(ids) < w.Size:
		return next, End
	}
	return next, More
}

// nextIncomplete is Next where only the number of the page is known: an empty page is
// the last one.
func (w PagePosition) nextIncomplete(hasRows bool) (PagePosition, Step) {
	if !hasRows {
		return w, End
	}
	return PagePosition{Number: w.Number + 1, incomplete: true}, More
}

// Ahead returns the pages from this position on, which is that after a page of so many
// rows: those that the total promises, up to providers.MaxAhead. Where it promises none, it guesses a few if the page
// is as long as it can be: as requested, or as others are. Tokens begin with prefix. An
// incomplete position knows nothing of the pages ahead.
func (w PagePosition) Ahead(rows, requested, total int, prefix string) []providers.Ahead {
	if w.incomplete {
		return nil
	}
	last, guess := w.Number, total <= w.Rows
	switch {
	case !guess && rows > 0:
		last = w.Number - 1 + (total-w.Rows+w.Size-1)/w.Size
	case guess && rows > 0 && (rows >= requested || w.Number > 2 && rows == w.Size):
		last = w.Number - 1 + providers.MaxGuesses
	}
	var ahead []providers.Ahead
	for n := w.Number; n <= min(last, w.Number-1+providers.MaxAhead, maxPageNumber); n++ {
		ahead = append(ahead, providers.Ahead{Token: prefix + strconv.Itoa(n) + ".", Guess: guess})
	}
	return ahead
}

// Limits of a page token, far above what a client may read.
const (
	maxPageNumber = 1_000_000
	maxRows       = 1_000_000_000
)

// String formats the position as number, rows, size and digest: `3.200.100.5f3a09c1`. The
// first position is `1`, and an incomplete one the number and a dot: `3.`.
func (w PagePosition) String() string {
	switch {
	case w.Number == 1:
		return "1"
	case w.incomplete:
		return strconv.Itoa(w.Number) + "."
	}
	return fmt.Sprintf("%d.%d.%d.%s", w.Number, w.Rows, w.Size, w.previous)
}

// ParsePagePosition parses the output of String, and "" as the first position. It rejects every
// other text.
func ParsePagePosition(token string) (w PagePosition, ok bool) {
	if token == "" || token == "1" {
		return Start(), true
	}
	parts := strings.Split(token, ".")
	if len(parts) == 2 && parts[1] == "" {
		n, err := strconv.Atoi(parts[0])
		w = PagePosition{Number: n, incomplete: true}
		return w, err == nil && n > 1 && n <= maxPageNumber && w.String() == token
	}
	if len(parts) != 4 || len(parts[3]) != digestLength {
		return PagePosition{}, false
	}
	var numbers [3]int
	for i, limit := range []int{maxPageNumber, maxRows, maxRows} {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n > limit {
			return PagePosition{}, false
		}
		numbers[i] = n
	}
	sum, err := strconv.ParseUint(parts[3], 16, 32)
	if err != nil {
		return PagePosition{}, false
	}
	w = PagePosition{Number: numbers[0], Rows: numbers[1], Size: numbers[2], previous: formatDigest(uint32(sum))}
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
