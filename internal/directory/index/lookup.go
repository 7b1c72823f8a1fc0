package index

import "hash/maphash"

// lookup finds rows by a text. It holds row numbers only: the caller compares the texts.
// Several rows may have one text.
type lookup struct {
	seed  maphash.Seed
	slots []uint32 // row + 1; 0 is empty
	n     int
}

// newLookup returns a table with places for so many rows; it grows if there are more.
func newLookup(rows int) *lookup {
	return &lookup{seed: maphash.MakeSeed(), slots: make([]uint32, max(minSlots, 4*rows/3+1))}
}

// minSlots is the size of the smallest table.
const minSlots = 16

// add adds a row. textOf returns the text of a row.
func (l *lookup) add(row int, text string, textOf func(row int) string) {
	if 4*(l.n+1) > 3*len(l.slots)+4 {
		l.grow(textOf)
	}
	l.put(row, text)
	l.n++
}

func (l *lookup) put(row int, text string) {
	at := l.start(text)
	for l.slots[at] != 0 {
		at = (at + 1) % len(l.slots)
	}
	l.slots[at] = uint32(row) + 1
}

func (l *lookup) start(text string) int {
	return int(maphash.String(l.seed, text) % uint64(len(l.slots)))
}

func (l *lookup) grow(textOf func(row int) string) {
	old := l.slots
	l.slots = make([]uint32, 2*len(old))
	for _, slot := range old {
		if slot != 0 {
			l.put(int(slot)-1, textOf(int(slot)-1))
		}
	}
}

// find calls yield for the rows whose text may be this one, in any order, until it returns
// false.
func (l *lookup) find(text string, yield func(row int) bool) {
	for at := l.start(text); l.slots[at] != 0; at = (at + 1) % len(l.slots) {
		if !yield(int(l.slots[at]) - 1) {
			return
		}
	}
}

// bytes is the memory that the table takes.
func (l *lookup) bytes() int { return 4 * cap(l.slots) }
