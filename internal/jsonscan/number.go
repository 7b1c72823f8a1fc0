package jsonscan

import "strconv"

// skipNumber skips a number and fails on anything else.
func (r *Reader) skipNumber() {
	r.next()
	i := skipByte(r.text, r.at, "-")
	switch {
	case i < len(r.text) && r.text[i] == '0':
		i++
	default:
		if i = r.skipDigits(i); i < 0 {
			return
		}
	}
	if i < len(r.text) && r.text[i] == '.' {
		if i = r.skipDigits(i + 1); i < 0 {
			return
		}
	}
	if end := skipByte(r.text, i, "eE"); end > i {
		if i = r.skipDigits(skipByte(r.text, end, "+-")); i < 0 {
			return
		}
	}
	r.at = i
}

// skipByte returns i+1 where one of the bytes is at i, else i.
func skipByte(text string, i int, bytes string) int {
	for _, c := range []byte(bytes) {
		if i < len(text) && text[i] == c {
			return i + 1
		}
	}
	return i
}

// skipDigits returns the index after one or more digits at i. Without a digit it
// fails and returns -1.
func (r *Reader) skipDigits(i int) int {
	start := i
	for i < len(r.text) && r.text[i] >= '0' && r.text[i] <= '9' {
		i++
	}
	if i == start {
		r.Fail(ErrSyntax)
		return -1
	}
	return i
}

// isNumber reports whether the next value is a number.
func (r *Reader) isNumber() bool {
	c := r.next()
	return c == '-' || c >= '0' && c <= '9'
}

// Int64Ptr reads a whole number of at most 64 bits. It returns nil for null, and for
// any other value, which it skips.
func (r *Reader) Int64Ptr() *int64 {
	isNumber := r.isNumber()
	start := r.at
	r.Skip()
	if r.err != nil || !isNumber {
		return nil
	}
	n, err := strconv.ParseInt(r.text[start:r.at], 10, 64)
	if err != nil {
		return nil
	}
	return &n
}
