// Package jsonscan is a pull parser for JSON: the caller requests one value after
// the other, and the Reader returns it without intermediate values. It takes a
// fifth of the time that encoding/json takes to decode into structs.
//
// It accepts exactly what RFC 8259 allows, also in values that are skipped. It
// does not know what the values mean.
package jsonscan

import (
	"encoding/json"
	"errors"
	"strings"
	"unsafe"
)

// The errors of a Reader.
var (
	// ErrSyntax is for text that is not JSON.
	ErrSyntax = errors.New("not JSON")
	// ErrDepth is for more than 100 nested arrays and objects.
	ErrDepth = errors.New("JSON is nested too deeply")
	// ErrKind is for a value of another kind than the requested one.
	ErrKind = errors.New("JSON value of another kind")
	// ErrDuplicate is for an object with two members of one name that were both read: parsers
	// differ in which one they take.
	ErrDuplicate = errors.New("duplicate name in JSON object")
)

// maxDepth bounds nested arrays and objects; vendors' responses have ten levels
// at most.
const maxDepth = 100

// Reader reads the values of a text in their order. Its methods return zero
// values after the first error, so that callers only have to check End. It is
// not safe for concurrent use.
type Reader struct {
	text  string
	at    int
	depth int
	err   error
	// slab backs the pointers that StringPtr returns.
	slab []string
	// copies has the text of the strings that StringPtr returned; nil if they share the
	// memory of the text. Copies of copySize bytes are allocated together.
	copies   []byte
	copySize int
	// shared has the values that Shared returned, by their text.
	shared map[string]any

	// Scratch is for the caller.
	Scratch any
}

// New returns a Reader before the first value of a text. Strings that it returns
// share the memory of the text, unless they contain escapes.
func New(text string) *Reader { return &Reader{text: text} }

// NewBytes is New without a copy of the bytes: they must not change while the
// Reader or a string that it returned is in use.
func NewBytes(text []byte) *Reader { return New(unsafe.String(unsafe.SliceData(text), len(text))) }

// NewCopying is NewBytes for a Reader whose StringPtr returns copies of the text, so that
// they do not keep it in memory.
func NewCopying(text []byte) *Reader {
	r := NewBytes(text)
	// One copy keeps the others in memory that were allocated with it.
	r.copySize = min(max(len(text)/2, 128), 512)
	r.copies = make([]byte, 0, r.copySize)
	return r
}

// keep returns a string that StringPtr may return. Copies are allocated together.
func (r *Reader) keep(s string) string {
	if r.copies == nil || s == "" {
		return s
	}
	if len(s) > cap(r.copies)-len(r.copies) {
		r.copies = make([]byte, 0, max(len(s), r.copySize))
	}
	from := len(r.copies)
	r.copies = append(r.copies, s...)
	return unsafe.String(&r.copies[from], len(s))
}

// Fail sets the error that End returns, unless there is one, and ends the text.
func (r *Reader) Fail(reason error) {
	if r.err == nil {
		r.err = reason
	}
	r.at = len(r.text)
}

// End returns the first error. Text after the value that was read is an error.
func (r *Reader) End() error {
	if r.next() != 0 {
		r.Fail(ErrSyntax)
	}
	return r.err
}

// Err returns the first error, before the end of the text.
func (r *Reader) Err() error { return r.err }

// next skips white space and returns the byte after it, 0 at the end.
func (r *Reader) next() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\n', '\t', '\r':
			r.at++
		case 0:
			r.Fail(ErrSyntax)
		default:
			return c
		}
	}
	return 0
}

// skipToken skips white space and the byte c, and fails on any other byte.
func (r *Reader) skipToken(c byte) {
	if r.next() != c {
		r.Fail(ErrSyntax)
		return
	}
	r.at++
}

// skipLiteral skips true, false or null, and fails on anything else.
func (r *Reader) skipLiteral(literal string) {
	if !strings.HasPrefix(r.text[r.at:], literal) {
		r.Fail(ErrSyntax)
		return
	}
	r.at += len(literal)
}

// IsNull reports whether the next value is null, and skips it if so.
func (r *Reader) IsNull() bool {
	if r.next() != 'n' {
		return false
	}
	r.skipLiteral("null")
	return r.err == nil
}

// IsString reports whether the next value is a string.
func (r *Reader) IsString() bool { return r.next() == '"' }

// IsObject reports whether the next value is an object.
func (r *Reader) IsObject() bool { return r.next() == '{' }

// IsArray reports whether the next value is an array.
func (r *Reader) IsArray() bool { return r.next() == '[' }

// String reads a string. It returns "" for null.
func (r *Reader) String() string {
	switch {
	case r.IsString():
		return r.readString()
	case !r.IsNull():
		r.Fail(ErrKind)
	}
	return ""
}

// slabSize is how many strings StringPtr allocates at once.
const slabSize = 16

// StringPtr reads a string, or a number as its text. It returns nil for null, and
// for a value of another kind, which it skips. Strings are allocated in slabs: a
// pointer keeps the strings of its slab in memory, and the text.
func (r *Reader) StringPtr() *string {
	var s string
	switch {
	case r.IsString():
		s = r.readString()
	case r.isNumber():
		from := r.at
		r.skipNumber()
		s = r.text[from:r.at]
	default:
		r.Skip()
		return nil
	}
	if r.err != nil {
		return nil
	}
	if len(r.slab) == cap(r.slab) {
		r.slab = make([]string, 0, slabSize)
	}
	r.slab = append(r.slab, r.keep(s))
	return &r.slab[len(r.slab)-1]
}

// Kind is the kind of a scalar value.
type Kind int

// The kinds of scalar values. None is that of null, an array or an object.
const (
	None Kind = iota
	Text
	Number
	Boolean
)

// Scalar reads a value as its text. The text is "" for a value of kind None, which it skips. It
// is kept as what StringPtr returns is.
func (r *Reader) Scalar() (text string, kind Kind) {
	switch c := r.next(); {
	case c == '"':
		text, kind = r.readString(), Text
	case r.isNumber(), c == 't', c == 'f':
		from := r.at
		r.Skip()
		text, kind = r.text[from:r.at], Number
		if c == 't' || c == 'f' {
			kind = Boolean
		}
	default:
		r.Skip()
	}
	if r.err != nil {
		return "", None
	}
	return r.keep(text), kind
}

// Unmarshal reads the next value by its UnmarshalJSON, which must not change the text. It fails
// with the error of it.
func (r *Reader) Unmarshal(value json.Unmarshaler) {
	r.next()
	from := r.at
	r.Skip()
	if r.err != nil {
		return
	}
	raw := r.text[from:r.at]
	if err := value.UnmarshalJSON(unsafe.Slice(unsafe.StringData(raw), len(raw))); err != nil {
		r.Fail(err)
	}
}

// BoolPtr reads true or false. It returns nil for null, and for a value of another
// kind, which it skips.
func (r *Reader) BoolPtr() *bool {
	var b bool
	switch r.next() {
	case 't':
		r.skipLiteral("true")
		b = true
	case 'f':
		r.skipLiteral("false")
	default:
		r.Skip()
		return nil
	}
	if r.err != nil {
		return nil
	}
	return &b
}

// Skip skips a value.
func (r *Reader) Skip() {
	switch c := r.next(); c {
	case '{':
		r.skipObject()
	case '[':
		for range r.Array {
		}
	case '"':
		r.skipString()
	case 't':
		r.skipLiteral("true")
	case 'f':
		r.skipLiteral("false")
	case 'n':
		r.skipLiteral("null")
	default:
		r.skipNumber()
	}
}

// maxShared bounds the values that Shared keeps.
const maxShared = 256

// Shared reads the next value by read. Values whose texts are equal are read once and are the
// same, so that nobody may change them.
func Shared[T any](r *Reader, read func(value *T, r *Reader)) *T {
	r.next()
	from := r.at
	r.Skip()
	if r.err != nil {
		return new(T)
	}
	text := r.text[from:r.at]
	if value, ok := r.shared[text].(*T); ok {
		return value
	}
	r.at = from
	value := new(T)
	read(value, r)
	if r.shared == nil {
		r.shared = map[string]any{}
	}
	if len(r.shared) < maxShared {
		r.shared[text] = value
	}
	return value
}

// Offset returns the index in the text of the next byte: the beginning of an
// element at the top of a loop over Array, and the end of a value after it was
// read.
func (r *Reader) Offset() int { return r.at }
