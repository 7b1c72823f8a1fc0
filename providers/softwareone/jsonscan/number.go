package jsonscan

import "strconv"

// number passes over a number that must be there.
func (r *Reader) number() {
	r.next()
	i := r.at
	i = skipByte(r.text, i, "-")
	switch {
	case i < len(r.text) && r.text[i] == '0':
		i++
	default:
		if i = r.digits(i); i < 0 {
			return
		}
	}
	if i < len(r.text) && r.text[i] == '.' {
		if i = r.digits(i + 1); i < 0 {
			return
		}
	}
	if end := skipByte(r.text, i, "eE"); end > i {
		if i = r.digits(skipByte(r.text, end, "+-")); i < 0 {
			return
		}
	}
	r.at = i
}

// skipByte is i, or the place behind it where one of the bytes is there.
func skipByte(text string, i int, bytes string) int {
	for _, c := range []byte(bytes) {
		if i < len(text) && text[i] == c {
			return i + 1
		}
	}
	return i
}

// digits is the place behind one or more digits; negative when there is none.
func (r *Reader) digits(i int) int {
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

// Int64Ptr reads a whole number of at most 64 bits, nil for null.
func (r *Reader) Int64Ptr() *int64 {
	if r.IsNull() {
		return nil
	}
	if c := r.next(); c != '-' && (c < '0' || c > '9') {
		r.Fail(ErrKind)
		return nil
	}
	start := r.at
	r.number()
	if r.err != nil {
		return nil
	}
	n, err := strconv.ParseInt(r.text[start:r.at], 10, 64)
	if err != nil {
		r.Fail(ErrKind)
		return nil
	}
	return &n
}
