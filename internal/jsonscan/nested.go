package jsonscan

import "slices"

// Object reads a text that is an object, by members, which ranges over its ObjectKeys. Null is an
// object without members. The text must not change while what was read is in use.
func Object(text []byte, members func(r *Reader)) error {
	r := NewBytes(text)
	if !r.IsNull() {
		members(r)
	}
	return r.End()
}

// ObjectKeys is an iterator over the names of an object's members. The loop body
// may read the value of the member; otherwise it is skipped. A duplicate name is
// yielded each time, and ErrDuplicate if its value is read each time.
func (r *Reader) ObjectKeys(yield func(name string) bool) {
	if !r.open('{') {
		return
	}
	var read names
	for first := true; r.more('}', first); first = false {
		if !r.IsString() {
			r.Fail(ErrSyntax)
			return
		}
		name := r.readString()
		r.skipToken(':')
		at := r.at
		if !yield(name) {
			return
		}
		switch {
		case r.at == at:
			r.Skip()
		case !read.add(name):
			r.Fail(ErrDuplicate)
		}
	}
}

// names are the names of the members of an object that were read. Few objects have more than
// fit into first.
type names struct {
	first [12]string
	more  []string
	n     int
}

// add adds a name. It returns false for one that was added before.
func (a *names) add(name string) bool {
	for i := range min(a.n, len(a.first)) {
		if a.first[i] == name {
			return false
		}
	}
	if a.n < len(a.first) {
		a.first[a.n] = name
		a.n++
		return true
	}
	if slices.Contains(a.more, name) {
		return false
	}
	a.more = append(a.more, name)
	return true
}

// skipObject skips an object.
func (r *Reader) skipObject() {
	if !r.open('{') {
		return
	}
	for first := true; r.more('}', first); first = false {
		if !r.IsString() {
			r.Fail(ErrSyntax)
			return
		}
		r.skipString()
		r.skipToken(':')
		r.Skip()
	}
}

// Array is an iterator over the indices of an array. The loop body may read the
// element; otherwise it is skipped.
func (r *Reader) Array(yield func(i int) bool) {
	if !r.open('[') {
		return
	}
	for i := 0; r.more(']', i == 0); i++ {
		r.next()
		at := r.at
		if !yield(i) {
			return
		}
		if r.at == at {
			r.Skip()
		}
	}
}

// open skips the bracket before the first member or element.
func (r *Reader) open(bracket byte) bool {
	if r.next() != bracket {
		r.Fail(ErrKind)
		return false
	}
	r.at++
	if r.depth++; r.depth > maxDepth {
		r.Fail(ErrDepth)
	}
	return r.err == nil
}

// more reports whether a further member or element follows. It skips the comma
// before it, or the closing bracket after the last one.
func (r *Reader) more(bracket byte, first bool) bool {
	switch c := r.next(); {
	case r.err != nil:
		return false
	case c == bracket:
		r.at++
		r.depth--
		return false
	case first:
		if c == 0 {
			r.Fail(ErrSyntax)
		}
		return c != 0
	}
	r.skipToken(',')
	return r.err == nil
}
