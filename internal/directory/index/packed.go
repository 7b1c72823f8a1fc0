package index

import (
	"encoding/binary"
	"time"
	"unsafe"
)

// chunkSize is the size of a chunk of packed rows. A row is in one chunk; one that is longer
// has a chunk for itself.
const chunkSize = 1 << 20

// chunks are an append-only list of bytes.
type chunks struct{ all [][]byte }

// add appends the bytes of a row and returns its place: the number of its chunk and the
// offset in it.
func (c *chunks) add(row []byte) (place uint32) {
	last := len(c.all) - 1
	if last < 0 || len(c.all[last])+len(row) > chunkSize {
		c.all = append(c.all, make([]byte, 0, chunkSize))
		last++
	}
	place = uint32(last)*chunkSize + uint32(len(c.all[last]))
	c.all[last] = append(c.all[last], row...)
	return place
}

// at returns the bytes from a place on, to the end of its chunk.
func (c *chunks) at(place uint32) []byte { return c.all[place/chunkSize][place%chunkSize:] }

// trim releases what add has allocated ahead.
func (c *chunks) trim() {
	if last := len(c.all) - 1; last >= 0 {
		c.all[last] = append(make([]byte, 0, len(c.all[last])), c.all[last]...)
	}
}

// bytes is the memory that the chunks take.
func (c *chunks) bytes() (n int) {
	for _, chunk := range c.all {
		n += cap(chunk)
	}
	return n
}

// A text is packed as its length + 2 and its bytes, as absent where there is none, or as
// same where it is that of the row's key text.
const (
	absent = iota
	same
	lengthBase
)

type writer struct{ row []byte }

func (w *writer) number(n uint64) { w.row = binary.AppendUvarint(w.row, n) }

func (w *writer) text(s *string, key string) {
	switch {
	case s == nil:
		w.number(absent)
	case *s == key && key != "":
		w.number(same)
	default:
		w.number(uint64(len(*s)) + lengthBase)
		w.row = append(w.row, *s...)
	}
}

// time packs an instant as its seconds + 1 and its nanoseconds, and 0 for none.
func (w *writer) time(t *time.Time) {
	if t == nil {
		w.number(0)
		return
	}
	seconds := t.Unix()
	w.number(uint64(seconds<<1^seconds>>63) + 1)
	w.number(uint64(t.Nanosecond()))
}

// reader reads a row. The texts that it returns share the memory of the row.
type reader struct{ rest []byte }

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return n
}

// text reads a text into place and returns place, nil for none. key is the row's key text.
func (r *reader) text(place *string, key *string) *string {
	n := r.number()
	switch n {
	case absent:
		return nil
	case same:
		return key
	}
	n -= lengthBase
	*place = unsafe.String(unsafe.SliceData(r.rest), n)
	r.rest = r.rest[n:]
	return place
}

func (r *reader) time(place *time.Time) *time.Time {
	n := r.number()
	if n == 0 {
		return nil
	}
	n--
	*place = time.Unix(int64(n>>1)^-int64(n&1), int64(r.number())).UTC()
	return place
}

// words numbers the distinct values of a property, from 1; 0 is none.
type words struct {
	numbers map[string]uint64
	all     []string
}

func (w *words) number(s string) uint64 {
	if n, ok := w.numbers[s]; ok {
		return n
	}
	if w.numbers == nil {
		w.numbers = map[string]uint64{}
	}
	w.all = append(w.all, s)
	n := uint64(len(w.all))
	w.numbers[s] = n
	return n
}

func (w *words) numberOf(s *string) uint64 {
	if s == nil {
		return 0
	}
	return w.number(*s)
}

func (w *words) word(n uint64) string { return w.all[n-1] }

func (w *words) wordOf(n uint64) *string {
	if n == 0 {
		return nil
	}
	return &w.all[n-1]
}
