package index

import (
	"slices"
	"sort"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// codec packs rows of one type. R is an unpacked row with the memory of its values.
type codec[T model.Node, R any] interface {
	keys(row T) rowKeys
	// packedKeys are the keys of a packed row, from the beginning of which they are read.
	packedKeys(r *reader) rowKeys
	pack(w *writer, row T)
	record() *R
	// unpack reads a row into a record. It shares the memory of the reader.
	unpack(r *reader, into *R) T
	// complete sets what only a record that is handed out needs.
	complete(row T)
}

// rowKeys are what rows are looked up by.
type rowKeys struct {
	// id is the vendor id.
	id string
	// user is the vendor id of the user of a membership, "" for other rows.
	user string
	// tenant is the global id of the tenant of a membership, "" for other rows.
	tenant model.ID
	email  *string
}

// table holds the rows of one list, in the vendor's order, the first of those with one
// id. It is safe for concurrent use.
type table[T model.Node, R any] struct {
	codec codec[T, R]
	// sorting is held while an order is made.
	sorting sync.Mutex

	// mu is that of all tables that share chunks.
	mu     *sync.RWMutex
	chunks *chunks
	// rows are the places of the rows in the chunks.
	rows []uint32
	ids  *lookup
	// emails and users are nil until all rows are there.
	emails, users *lookup
	// pages are the vendor's pages that the rows came from.
	pages []pageOfRows
	// unknown are the rows of which a value that queries compare is hidden or invalid.
	// invalid are those of which it is invalid.
	unknown, invalid []uint32
	// orders are the rows in orders that were requested.
	orders map[providers.Order][]uint32
	// found are the rows of the latest filters.
	found []matching
}

// pageOfRows is a page of the vendor.
type pageOfRows struct {
	token string
	// first is the number of the first row that the page added.
	first int
}

func newTable[T model.Node, R any](c codec[T, R], mu *sync.RWMutex, rows *chunks) *table[T, R] {
	return &table[T, R]{codec: c, mu: mu, chunks: rows, ids: newLookup(0), orders: map[providers.Order][]uint32{}}
}

// The methods beginPage, has, pack and insert fill a table. Their caller holds mu.

// beginPage makes the rows that are inserted next those of a page.
func (t *table[T, R]) beginPage(token string) {
	t.pages = append(t.pages, pageOfRows{token, len(t.rows)})
}

// has reports whether the table has a row with the id of this one.
func (t *table[T, R]) has(row T) bool { return t.find(t.codec.keys(row).id) >= 0 }

// pack inserts a row that the table does not have, and returns its place.
func (t *table[T, R]) pack(w *writer, row T) (place uint32) {
	w.row = w.row[:0]
	t.codec.pack(w, row)
	place = t.chunks.add(w.row)
	t.insert(row, place)
	return place
}

// insert inserts a row that the table does not have, and that is packed at a place.
func (t *table[T, R]) insert(row T, place uint32) {
	n := len(t.rows)
	t.rows = append(t.rows, place)
	t.ids.add(n, t.codec.keys(row).id, t.idOf)
	if compared(row, model.Node.IsUnknown) {
		t.unknown = append(t.unknown, uint32(n))
	}
	if compared(row, model.Node.IsInvalid) {
		t.invalid = append(t.invalid, uint32(n))
	}
}

// compared reports whether a field of a row, or of the user of a membership, that queries
// compare is as described.
func compared(row model.Node, is func(row model.Node, field string) bool) bool {
	has := func(row model.Node, fields []string) bool {
		return row.HasUnknown() && slices.ContainsFunc(fields, func(field string) bool { return is(row, field) })
	}
	if m, ok := row.(*model.Membership); ok {
		return has(m, comparedOfMemberships) || has(m.User, comparedFields)
	}
	return has(row, comparedFields)
}

func (t *table[T, R]) idOf(row int) string    { return t.keys(row).id }
func (t *table[T, R]) userOf(row int) string  { return t.keys(row).user }
func (t *table[T, R]) emailOf(row int) string { return normalized(t.keys(row).email) }

// finish makes the lookups and releases memory when no row will be inserted any more.
func (t *table[T, R]) finish() {
	t.mu.RLock()
	rows := append(make([]uint32, 0, len(t.rows)), t.rows...)
	ids, emails, users := t.lookupBy(t.idOf), t.lookupBy(t.emailOf), t.lookupBy(t.userOf)
	t.mu.RUnlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows, t.ids, t.emails, t.users = rows, ids, emails, users
}

// lookupBy returns a lookup of the rows by a text, without those that have none.
func (t *table[T, R]) lookupBy(textOf func(row int) string) *lookup {
	n := 0
	for row := range len(t.rows) {
		if textOf(row) != "" {
			n++
		}
	}
	l := newLookup(n)
	for row := range len(t.rows) {
		if text := textOf(row); text != "" {
			l.add(row, text, textOf)
		}
	}
	return l
}

func normalized(email *string) string {
	if email == nil {
		return ""
	}
	return directory.NormalizeEmail(*email)
}

// at unpacks a row. The values are valid until the record is used again.
func (t *table[T, R]) at(row int, into *R) T {
	return t.codec.unpack(&reader{t.chunks.at(t.rows[row])}, into)
}

func (t *table[T, R]) keys(row int) rowKeys {
	return t.codec.packedKeys(&reader{t.chunks.at(t.rows[row])})
}

// find returns the row with an id, -1 if there is none.
func (t *table[T, R]) find(id string) int {
	found := -1
	t.ids.find(id, func(row int) bool {
		if t.keys(row).id == id {
			found = row
		}
		return found < 0
	})
	return found
}

// idAt returns the vendor id of a row.
func (t *table[T, R]) idAt(row uint32) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.keys(int(row)).id
}

// records returns rows as records of their own.
func (t *table[T, R]) records(rows []uint32) []T {
	t.mu.RLock()
	defer t.mu.RUnlock()
	records := make([]T, len(rows))
	for i, row := range rows {
		records[i] = t.at(int(row), t.codec.record())
		t.codec.complete(records[i])
	}
	return records
}

// pageOf returns the tokens of the page that a row came from and of its neighbors.
func (t *table[T, R]) pageOf(id string) (page string, neighbors []string, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	row := t.find(id)
	if row < 0 {
		return "", nil, false
	}
	at := sort.Search(len(t.pages), func(i int) bool { return t.pages[i].first > row }) - 1
	if at > 0 {
		neighbors = append(neighbors, t.pages[at-1].token)
	}
	if at+1 < len(t.pages) {
		neighbors = append(neighbors, t.pages[at+1].token)
	}
	return t.pages[at].token, neighbors, true
}

func (t *table[T, R]) len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.rows)
}

// bytes is the memory that the table takes, without the chunks.
func (t *table[T, R]) bytes() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := 4*cap(t.rows) + t.ids.bytes() + 4*(cap(t.unknown)+cap(t.invalid))
	if t.emails != nil {
		n += t.emails.bytes() + t.users.bytes()
	}
	for _, p := range t.pages {
		n += len(p.token) + 24
	}
	for _, o := range t.orders {
		n += 4 * cap(o)
	}
	for _, m := range t.found {
		n += 4 * cap(m.rows)
	}
	return n
}
