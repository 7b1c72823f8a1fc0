package directory

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// peopleSource is the users of one provider.
type peopleSource struct {
	provider providers.Provider
	// leftOut is the kind of the error with which an earlier page has left it out; 0 if none has.
	leftOut int
	Snapshot[*model.User]
}

// login is a user of a person: a row of a source.
type login struct{ source, row uint32 }

// peopleTable groups users of several sources by address. It holds the numbers of rows
// only. It is safe for concurrent use, and immutable but for what it caches.
type peopleTable struct {
	// logins are the users with an address, in the order of their addresses, then of their
	// sources. first holds for each person the index of its first login, and then their
	// number.
	logins []login
	first  []uint32
	// hides is set for each source in which the address of a user is not known.
	hides []bool

	mu sync.Mutex
	// found are the people of the latest filters and orders.
	found []*foundPeople
}

// foundPeople are the people that a filter selects, in an order.
type foundPeople struct {
	key  string
	ids  []any
	once sync.Once
	// people are their numbers. gaps are not empty if it is not known of others whether the
	// filter selects them.
	people []uint32
	gaps   Gaps
}

// newPeopleTable groups the users of sources.
func newPeopleTable(sources []peopleSource) *peopleTable {
	type addressed struct {
		email string
		login
	}
	var all []addressed
	t := &peopleTable{hides: make([]bool, len(sources))}
	for s, source := range sources {
		at := source.Reader()
		for n := range source.Len {
			u := at(n)
			if u.IsUnknown("email") {
				t.hides[s] = true
				continue
			}
			if !hasAddress(u.Email) {
				continue
			}
			all = append(all, addressed{NormalizeEmail(*u.Email), login{uint32(s), uint32(n)}})
		}
	}
	slices.SortFunc(all, func(a, b addressed) int {
		return cmp.Or(strings.Compare(a.email, b.email), cmp.Compare(a.source, b.source), cmp.Compare(a.row, b.row))
	})
	t.logins = make([]login, len(all))
	for i, a := range all {
		if i == 0 || a.email != all[i-1].email {
			t.first = append(t.first, uint32(i))
		}
		t.logins[i] = a.login
	}
	t.first = slices.Clip(append(t.first, uint32(len(all))))
	return t
}

func (t *peopleTable) len() int { return len(t.first) - 1 }

// of returns the logins of a person.
func (t *peopleTable) of(person uint32) []login {
	return t.logins[t.first[person]:t.first[person+1]]
}

// maxFoundPeople bounds the filters and orders whose people a table caches.
const maxFoundPeople = 4

// find returns the people that a list selects, in its order. key and ids identify the list
// and what else the result depends on.
func (t *peopleTable) find(key string, ids []any, compute func() ([]uint32, Gaps)) *foundPeople {
	t.mu.Lock()
	i := slices.IndexFunc(t.found, func(f *foundPeople) bool { return f.key == key && slices.Equal(f.ids, ids) })
	if i < 0 {
		t.found = append(t.found[max(0, len(t.found)+1-maxFoundPeople):], &foundPeople{key: key, ids: ids})
		i = len(t.found) - 1
	}
	f := t.found[i]
	t.mu.Unlock()
	f.once.Do(func() { f.people, f.gaps = compute() })
	return f
}

// peopleReader reads people of a table. Each is valid until the next one is read. It is not
// safe for concurrent use.
type peopleReader struct {
	table   *peopleTable
	sources []peopleSource
	missing []*model.Provider
	// readers are those of each source: a person has as many of a source as users.
	readers [][]func(n int) *model.User
	person  model.Person
}

func newPeopleReader(t *peopleTable, sources []peopleSource, missing []*model.Provider) *peopleReader {
	return &peopleReader{table: t, sources: sources, missing: missing, readers: make([][]func(n int) *model.User, len(sources))}
}

// read returns a person.
func (r *peopleReader) read(person uint32) *model.Person {
	p := &r.person
	p.Users, p.UnavailableProviders = p.Users[:0], r.missing
	nth, source := 0, uint32(0)
	for i, l := range r.table.of(person) {
		if i > 0 && l.source == source {
			nth++
		} else {
			nth, source = 0, l.source
		}
		if nth == len(r.readers[source]) {
			r.readers[source] = append(r.readers[source], r.sources[source].Reader())
		}
		p.Users = append(p.Users, r.readers[source][nth](int(l.row)))
	}
	p.Email = NormalizeEmail(*p.Users[0].Email)
	return p
}

// records returns people that stay valid.
func (r *peopleReader) records(people []uint32) []*model.Person {
	rows := make([][]uint32, len(r.sources))
	for _, person := range people {
		for _, l := range r.table.of(person) {
			rows[l.source] = append(rows[l.source], l.row)
		}
	}
	users := make([][]*model.User, len(r.sources))
	for s, source := range r.sources {
		users[s] = source.Records(rows[s])
	}
	records := make([]*model.Person, len(people))
	for i, person := range people {
		p := &model.Person{UnavailableProviders: r.missing}
		for _, l := range r.table.of(person) {
			p.Users = append(p.Users, users[l.source][0])
			users[l.source] = users[l.source][1:]
		}
		p.Email = NormalizeEmail(*p.Users[0].Email)
		records[i] = p
	}
	return records
}

// PeopleOrder is the order of a list of people; the zero PeopleOrder is by address.
type PeopleOrder struct {
	Field      model.PersonOrderField
	Descending bool
}

// personKey is what an order compares of a person, beside its address.
type personKey struct {
	person uint32
	absent bool
	text   string
	at     time.Time
	number int
}

// keyOf returns the key of a person. isUnknown is set if what the order compares
// is hidden or invalid.
func (o PeopleOrder) keyOf(p *model.Person) (k personKey, isUnknown bool) {
	switch o.Field {
	case model.OrderPeopleByName:
		if name := NameOf(p); name != nil {
			return personKey{text: Fold(*name)}, false
		}
		return personKey{absent: true}, slices.ContainsFunc(p.Users, func(u *model.User) bool { return u.IsUnknown("name") })
	case model.OrderPeopleByLastLoginAt:
		isUnknown = slices.ContainsFunc(p.Users, func(u *model.User) bool { return u.IsUnknown("lastLoginAt") })
		if at := LastLoginOf(p); at != nil {
			return personKey{at: *at}, isUnknown
		}
		return personKey{absent: true}, isUnknown
	case model.OrderPeopleByProviders:
		return personKey{number: len(ProvidersOf(p))}, false
	}
	return personKey{}, false
}

// compared returns the fields of users that the order compares, beside addresses.
func (o PeopleOrder) compared() []string {
	switch o.Field {
	case model.OrderPeopleByName:
		return []string{"name"}
	case model.OrderPeopleByLastLoginAt:
		return []string{"lastLoginAt"}
	}
	return nil
}

// sort sorts people of keys, which are in the order of addresses. People without a value
// are last in both directions, and equal ones in the order of addresses.
func (o PeopleOrder) sort(keys []personKey) {
	direction := 1
	if o.Descending {
		direction = -1
	}
	if o.Field == "" || o.Field == model.OrderPeopleByEmail {
		if o.Descending {
			slices.Reverse(keys)
		}
		return
	}
	slices.SortStableFunc(keys, func(a, b personKey) int {
		switch {
		case a.absent || b.absent:
			return bit(a.absent) - bit(b.absent)
		}
		return direction * cmp.Or(strings.Compare(a.text, b.text), a.at.Compare(b.at), cmp.Compare(a.number, b.number))
	})
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
