package upstream

import (
	"fmt"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// Bounds of a response, whatever maxBody allows: a row or a text takes many times its length
// when it is decoded, and is kept in caches.
const (
	// maxPageRows is ten times the rows that a page is requested with: a vendor may ignore the
	// requested number.
	maxPageRows = 1000
	// MaxListed is the number of rows of the lists that objects contain, and of a list of an
	// object that a vendor may send without pages.
	MaxListed = 100_000
	// maxText is the length of a text in bytes. No vendor documents one above 4 kB.
	maxText = 64 << 10
	// maxNumber is the length of a number.
	maxNumber = 1 << 10
	// maxMembers is the number of members of objects between two elements of arrays.
	maxMembers = 10_000
	// maxSpace is the length of white space between two tokens.
	maxSpace = 64 << 10
	// maxNesting is the number of arrays and objects within each other. Vendors' responses
	// have ten levels.
	maxNesting = 100
)

// boundsError says which bound a response exceeds. It contains nothing of the response.
type boundsError string

// Error implements error.
func (e boundsError) Error() string { return string(e) }

// bounds counts what a JSON text contains while it arrives, without memory for it. It does not
// check that the text is JSON.
type bounds struct {
	// maxRows is the number of elements of an array that is in no other array, maxNested that of
	// all others.
	maxRows, maxNested int
	// rows are the elements of the last array that is in no other one, nested all others.
	rows, nested int
	// members are those since the last element, space is the length of the current white space.
	members, space int

	// isArray has the kinds of the open arrays and objects, depth is their number and arrays
	// that of the arrays.
	isArray       [maxNesting]bool
	depth, arrays int

	// length is that of the current text or number.
	length          int
	inText, escaped bool
	// hasEscape is set if the last text has an escape, and end has its last two bytes.
	hasEscape bool
	end       [2]byte
	// isID is set if the next value is that of a key that names an id.
	isID bool
}

// boundsOf returns the bounds of the response to a request.
func boundsOf(r Request) bounds {
	rows := r.MaxRows
	if rows == 0 {
		rows = maxPageRows
	}
	return bounds{maxRows: rows, maxNested: MaxListed}
}

// objectBounds returns the bounds of one object, whose lists are in no array.
func objectBounds() bounds { return bounds{maxRows: MaxListed, maxNested: MaxListed} }

// check checks a whole text.
func (b bounds) check(text []byte) error { return b.add(text) }

// add checks the next part. Its error is a boundsError.
func (b *bounds) add(p []byte) error {
	for i := 0; i < len(p); {
		if b.inText {
			i += b.readText(p[i:])
			if b.length > model.MaxID {
				if err := b.checkLength(); err != nil {
					return err
				}
			}
			continue
		}
		c := p[i]
		i++
		switch {
		case c == '"':
			b.inText, b.length, b.hasEscape, b.end = true, 0, false, [2]byte{}
		case isSpace(c):
			from := i - 1
			for i < len(p) && isSpace(p[i]) {
				i++
			}
			if from > 0 {
				b.space = 0
			}
			if b.length, b.space = 0, b.space+i-from; b.space > maxSpace {
				return boundsError(fmt.Sprintf("response has more than %d KiB of white space in a row", maxSpace>>10))
			}
		case c == ':':
			// An escape may write any letter.
			b.isID, b.length = b.hasEscape || b.end[0]|0x20 == 'i' && b.end[1]|0x20 == 'd', 0
		case c == ',':
			b.isID, b.length = false, 0
			if b.depth > 0 && b.isArray[b.depth-1] {
				b.countElement()
				if err := b.checkElements(); err != nil {
					return err
				}
			} else if b.members++; b.members >= maxMembers {
				return boundsError(fmt.Sprintf("response has more than %d members of objects in a row", maxMembers))
			}
		case c == '[' || c == '{':
			if err := b.open(c == '['); err != nil {
				return err
			}
		case c == ']' || c == '}':
			b.close()
		case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E':
			if b.length++; b.length > maxNumber {
				return boundsError(fmt.Sprintf("response has a number of more than %d digits", maxNumber))
			}
		default:
			b.length = 0
		}
	}
	if n := len(p); n > 0 && (b.inText || !isSpace(p[n-1])) {
		b.space = 0
	}
	return nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// open begins an array or an object. An array counts as its first element.
func (b *bounds) open(isArray bool) error {
	if b.depth == maxNesting {
		return boundsError(fmt.Sprintf("response has more than %d arrays and objects within each other", maxNesting))
	}
	b.isArray[b.depth], b.isID, b.length = isArray, false, 0
	b.depth++
	if isArray {
		if b.arrays++; b.arrays == 1 {
			b.rows, b.nested = 0, b.nested+b.rows
		}
		b.countElement()
	}
	return b.checkElements()
}

func (b *bounds) close() {
	if b.depth == 0 {
		return
	}
	b.depth--
	b.length = 0
	if b.isArray[b.depth] {
		b.arrays--
	}
}

func (b *bounds) countElement() {
	b.members = 0
	if b.arrays == 1 {
		b.rows++
		return
	}
	b.nested++
}

func (b *bounds) checkElements() error {
	switch {
	case b.rows > b.maxRows:
		return boundsError(fmt.Sprintf("response has more than %d rows", b.maxRows))
	case b.nested > b.maxNested:
		return boundsError(fmt.Sprintf("response has more than %d rows in lists of its rows", b.maxNested))
	}
	return nil
}

// readText reads the current text up to its end or an escape, and returns the number of bytes.
func (b *bounds) readText(p []byte) int {
	if b.escaped {
		b.escaped = false
		b.length++
		return 1
	}
	n := jsonscan.PlainLen(p)
	for n < len(p) && p[n] != '"' && p[n] != '\\' {
		n++
	}
	b.length += n
	switch {
	case n >= 2:
		b.end = [2]byte{p[n-2], p[n-1]}
	case n == 1:
		b.end = [2]byte{b.end[1], p[0]}
	}
	if n == len(p) {
		return n
	}
	if p[n] == '"' {
		b.inText = false
		return n + 1
	}
	b.escaped, b.hasEscape = true, true
	b.length++
	return n + 1
}

// checkLength checks the current text, or the last one.
func (b *bounds) checkLength() error {
	switch {
	case b.isID && b.length > model.MaxID:
		return boundsError(fmt.Sprintf("response has an id of more than %d bytes", model.MaxID))
	case b.length > maxText:
		return boundsError(fmt.Sprintf("response has a text of more than %d KiB", maxText>>10))
	}
	return nil
}
