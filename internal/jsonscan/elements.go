package jsonscan

import (
	"cmp"
	"io"
	"unsafe"
)

// ForEachElement reads an array from a stream, and calls read with each element as it arrives.
// It takes no memory but that of the longest element. The strings of the Reader are valid until
// read returns. The error is that of the stream, or ErrKind if the text is no array, or else that
// of a Reader.
func ForEachElement(stream io.Reader, read func(r *Reader)) error {
	s := source{stream: stream, buffer: make([]byte, 0, sourceSize)}
	if s.next() != '[' {
		return s.fail(ErrKind)
	}
	s.at++
	if s.next() == ']' {
		return s.end()
	}
	r := new(Reader)
	for {
		element := s.element()
		if len(element) == 0 {
			return s.fail(ErrSyntax)
		}
		*r = Reader{text: unsafe.String(unsafe.SliceData(element), len(element))}
		read(r)
		if err := r.End(); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.at++
			s.next()
		case ']':
			return s.end()
		default:
			return s.fail(ErrSyntax)
		}
	}
}

// sourceSize is the size of a source's buffer at first.
const sourceSize = 16 << 10

// source is the part of a stream that has been read and not used.
type source struct {
	stream io.Reader
	buffer []byte
	// at is the index of the next byte.
	at int
	// err ended the stream.
	err error
}

// fill reads further bytes, and reports whether there are any. It moves those that have not been
// used to the start of the buffer.
func (s *source) fill() bool {
	s.buffer = s.buffer[:copy(s.buffer, s.buffer[s.at:])]
	s.at = 0
	if len(s.buffer) == cap(s.buffer) {
		s.buffer = append(make([]byte, 0, 2*cap(s.buffer)), s.buffer...)
	}
	for s.err == nil {
		var n int
		n, s.err = s.stream.Read(s.buffer[len(s.buffer):cap(s.buffer)])
		if n > 0 {
			s.buffer = s.buffer[:len(s.buffer)+n]
			return true
		}
	}
	return false
}

// next skips white space and returns the byte after it, 0 at the end.
func (s *source) next() byte {
	for {
		for ; s.at < len(s.buffer); s.at++ {
			switch c := s.buffer[s.at]; c {
			case ' ', '\n', '\t', '\r':
			default:
				return c
			}
		}
		if !s.fill() {
			return 0
		}
	}
}

// element returns the bytes up to the end of the next value, which begins here, and skips them:
// nothing if the stream ends before. They are valid until the next call.
func (s *source) element() []byte {
	var depth int
	var inText, escaped bool
	for n := 0; ; {
		for rest := s.buffer[s.at:]; n < len(rest); n++ {
			c := rest[n]
			switch {
			case escaped:
				escaped = false
				continue
			case inText:
				inText, escaped = c != '"', c == '\\'
				if inText || depth > 0 {
					continue
				}
				return s.take(n + 1)
			}
			switch c {
			case '"':
				inText = true
			case '{', '[':
				depth++
			case '}', ']':
				if depth == 0 {
					return s.take(n)
				}
				if depth--; depth == 0 {
					return s.take(n + 1)
				}
			case ',', ' ', '\n', '\t', '\r':
				if depth == 0 {
					return s.take(n)
				}
			}
		}
		if !s.fill() {
			return nil
		}
	}
}

// take returns the next n bytes, and skips them.
func (s *source) take(n int) []byte {
	s.at += n
	return s.buffer[s.at-n : s.at]
}

// end skips the closing bracket. Anything after it is an error.
func (s *source) end() error {
	s.at++
	if s.next() != 0 || s.at < len(s.buffer) {
		return ErrSyntax
	}
	return s.fail(nil)
}

// fail returns the error of the stream, or else the other one.
func (s *source) fail(other error) error {
	if s.err == io.EOF { //nolint:errorlint // never wrapped
		return other
	}
	return cmp.Or(s.err, other)
}
