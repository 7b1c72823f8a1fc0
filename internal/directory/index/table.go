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
	// tenantOf returns the vendor id of the tenant that the id of a row names, "" if ids name
	// none.
	tenantOf(id string) string
	// hasTenant reports whether a packed row is of the tenant with a vendor id.
	hasTenant(id string) bool
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

	mu   sync.RWMutex
	rows packed
	ids  *lookup
	// emails and users are nil until all rows are there.
	emails, users *lookup
	// pages are the vendor's pages that the rows came from.
	pages []pageOfRows
	// hidden are the rows of which the vendor hides a value that queries compare.
	hidden []uint32
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

func newTable[T model.Node, R any](c codec[T, R]) *table[T, R] {
	return &table[T, R]{codec: c, ids: newLookup(0), orders: map[providers.Order][]uint32{}}
}

// add adds the rows of a page that are not in the table.
func (t *table[T, R]) add(token string, rows []T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pages = append(t.pages, pageOfRows{token, t.rows.len()})
	var w writer
	for _, row := range rows {
		keys := t.codec.keys(row)
		if t.find(keys.id) >= 0 {
			continue
		}
		w.row = w.row[:0]
		t.codec.pack(&w, row)
		if len(w.row) > chunkSize {
			continue
		}
		n := t.rows.len()
		t.rows.add(w.row)
		t.ids.add(n, keys.id, t.idOf)
		if hidesCompared(row) {
			t.hidden = append(t.hidden, uint32(n))
		}
	}
}

// hidesCompared reports whether the vendor hides a value of a row, or of the user of a
// membership, that queries compare.
func hidesCompared(row model.Node) bool {
	if m, ok := row.(*model.Membership); ok {
		if m.HasUnknown() && slices.ContainsFunc(comparedOfMemberships, m.Hides) {
			return true
		}
		row = m.User
	}
	return row.HasUnknown() && slices.ContainsFunc(comparedFields, row.Hides)
}

func (t *table[T, R]) idOf(row int) string    { return t.keys(row).id }
func (t *table[T, R]) userOf(row int) string  { return t.keys(row).user }
func (t *table[T, R]) emailOf(row int) string { return normalized(t.keys(row).email) }

// finish makes the lookups and releases memory when no row will be added any more.
func (t *table[T, R]) finish() {
	t.mu.RLock()
	ids, emails, users := t.lookupBy(t.idOf), t.lookupBy(t.emailOf), t.lookupBy(t.userOf)
	t.mu.RUnlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows.trim()
	t.ids, t.emails, t.users = ids, emails, users
}

// lookupBy returns a lookup of the rows by a text, without those that have none.
func (t *table[T, R]) lookupBy(textOf func(row int) string) *lookup {
	n := 0
	for row := range t.rows.len() {
		if textOf(row) != "" {
			n++
		}
	}
	l := newLookup(n)
	for row := range t.rows.len() {
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
	return t.codec.unpack(&reader{t.rows.row(row)}, into)
}

func (t *table[T, R]) keys(row int) rowKeys {
	return t.codec.packedKeys(&reader{t.rows.row(row)})
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
	return t.rows.len()
}

// bytes is the memory that the table takes.
func (t *table[T, R]) bytes() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.rows.bytes() + t.ids.bytes() + 4*cap(t.hidden)
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
