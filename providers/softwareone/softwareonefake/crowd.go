package softwareonefake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// crowdRows are the rows of a collection that are computed when they are read: those of
// the crowd. Tokens of operations accounts see them.
type crowdRows struct {
	count int
	row   func(i int) *row
	// ofUser returns the indices of the rows of the ith user of the crowd, and byID those
	// of the rows that can have an id.
	ofUser func(i int) []int
	byID   func(id string) []int
	people fakevendor.Crowd
}

// addCrowd adds the crowd to the users, and to the users of the accounts.
func (d *data) addCrowd(crowd fakevendor.Crowd) {
	d.crowd = crowd
	if crowd.Count == 0 {
		return
	}
	ofUser := func(i int) []int { return []int{i} }
	d.users.crowd = &crowdRows{count: crowd.Count, row: d.crowdUser, ofUser: ofUser, byID: d.crowdUserIndex, people: crowd}
	d.crowdMembers = make([]crowdMembers, accountCount)
	total := 0
	for a, account := range d.accounts.rows {
		m := newCrowdMembers(a, crowd.Count)
		m.before = total
		d.crowdMembers[a] = m
		total += m.count
		nested := &crowdRows{count: m.count, people: crowd, ofUser: m.find, byID: d.memberIndices(a)}
		nested.row = func(i int) *row { row, _ := d.crowdMember(a, m.user(i)); return row }
		flat := &crowdRows{count: m.count, people: crowd, ofUser: m.find}
		flat.row = func(i int) *row { _, row := d.crowdMember(a, m.user(i)); return row }
		flat.byID = func(id string) (indices []int) {
			for _, i := range d.crowdUserIndex(id) {
				indices = append(indices, m.find(i)...)
			}
			return indices
		}
		d.accountUsersOf[account].crowd, d.membersOf[account].crowd = nested, flat
	}
	d.accountUsers.crowd = &crowdRows{count: total, people: crowd, row: d.anyCrowdMember, ofUser: d.membershipsOfCrowdUser, byID: d.memberIndices(-1)}
}

// crowdUserID returns the id of the ith user of the crowd. These ids sort like the
// numbers, after those of id.
func crowdUserID(i int) string { return fmt.Sprintf("USR-%04d-%04d", 2000+i/10000, i%10000) }

func (d *data) crowdUserIndex(id string) []int {
	high, low, ok := cutNumbers(strings.TrimPrefix(id, "USR-"))
	if i := (high-2000)*10000 + low; ok && i >= 0 && i < d.crowd.Count {
		return []int{i}
	}
	return nil
}

func crowdMemberID(account, i int) string {
	return fmt.Sprintf("AUSR-%04d-%04d-%04d", 2000+account, i/10000, i%10000)
}

// memberIndices returns a function that returns the index of the row with an id among
// those of an account, or of all accounts if that is negative.
func (d *data) memberIndices(account int) func(id string) []int {
	return func(id string) []int {
		text, rest, _ := strings.Cut(strings.TrimPrefix(id, "AUSR-"), "-")
		a, err := strconv.Atoi(text)
		high, low, ok := cutNumbers(rest)
		if a -= 2000; err != nil || !ok || a < 0 || a >= accountCount || account >= 0 && a != account {
			return nil
		}
		indices := d.crowdMembers[a].find(high*10000 + low)
		for i := range indices {
			if account < 0 {
				indices[i] += d.crowdMembers[a].before
			}
		}
		return indices
	}
}

func cutNumbers(text string) (high, low int, ok bool) {
	before, after, ok := strings.Cut(text, "-")
	high, err := strconv.Atoi(before)
	low, err2 := strconv.Atoi(after)
	return high, low, ok && err == nil && err2 == nil && len(after) == 4
}

// crowdUser returns the ith user of the crowd.
func (d *data) crowdUser(i int) *row {
	p := d.crowd.Person(i)
	user := d.user.newRow(d.userOf(p, p.EmailAs(fakevendor.FifthCapitalized)))
	if accounts := accountsOfCrowdUser(i); len(accounts) > 0 {
		in := d.rowsOf(accounts)
		user.set("accounts", in)
		user.set("currentAccount", in[i%len(in)])
	}
	return user
}

func (d *data) rowsOf(accounts []int) []*row {
	rows := make([]*row, len(accounts))
	for i, a := range accounts {
		rows[i] = d.accounts.rows[a]
	}
	return rows
}

// accountsOfCrowdUser returns the numbers of the accounts that the ith user of the crowd
// is in: most are in one, one in ten in two. LoneAccount has none of them.
func accountsOfCrowdUser(i int) (accounts []int) {
	for a := range accountCount {
		if isCrowdMember(a, i) {
			accounts = append(accounts, a)
		}
	}
	return accounts
}

func isCrowdMember(a, i int) bool {
	return a != 5 && (i%accountCount == a || i%10 == 0 && (i+1)%accountCount == a)
}

// crowdMembers are the users of the crowd in an account. The numbers repeat after a
// period.
type crowdMembers struct {
	count   int
	offsets []int
	// before is the number of those in the accounts before.
	before int
}

// crowdPeriod is a multiple of ten and of the number of accounts.
const crowdPeriod = 10 * accountCount

func newCrowdMembers(a, people int) (m crowdMembers) {
	for i := range crowdPeriod {
		if isCrowdMember(a, i) {
			m.offsets = append(m.offsets, i)
		}
	}
	rest, _ := slices.BinarySearch(m.offsets, people%crowdPeriod)
	m.count = people/crowdPeriod*len(m.offsets) + rest
	return m
}

// user returns the number of the ith user.
func (m crowdMembers) user(i int) int {
	return i/len(m.offsets)*crowdPeriod + m.offsets[i%len(m.offsets)]
}

// find returns the index of a user, if the user is in the account.
func (m crowdMembers) find(user int) []int {
	offset, ok := slices.BinarySearch(m.offsets, user%crowdPeriod)
	if i := user/crowdPeriod*len(m.offsets) + offset; ok && i < m.count {
		return []int{i}
	}
	return nil
}

// crowdMember returns a user of the crowd in an account, in both forms.
func (d *data) crowdMember(a, i int) (nested, flat *row) {
	return d.newMember(a, d.crowdUser(i), d.crowd.Person(i), crowdMemberID(a, i), nil)
}

// anyCrowdMember returns the ith of the users of all accounts, account by account.
func (d *data) anyCrowdMember(i int) *row {
	a, found := slices.BinarySearchFunc(d.crowdMembers, i, func(m crowdMembers, i int) int { return m.before - i })
	if !found {
		a--
	}
	for d.crowdMembers[a].count == 0 {
		a++
	}
	nested, _ := d.crowdMember(a, d.crowdMembers[a].user(i-d.crowdMembers[a].before))
	return nested
}

func (d *data) membershipsOfCrowdUser(i int) (indices []int) {
	for _, a := range accountsOfCrowdUser(i) {
		for _, at := range d.crowdMembers[a].find(i) {
			indices = append(indices, d.crowdMembers[a].before+at)
		}
	}
	return indices
}

// candidates returns the indices of rows that include all that match an expression. ok is
// false where the expression does not tell.
func (c *crowdRows) candidates(e expression) (indices []int, ok bool) {
	switch e := e.(type) {
	case comparison:
		return c.named(e.operator, e.path, e.value.text)
	case membership:
		for _, value := range e.values {
			some, ok := c.named("eq", e.path, value.text)
			if !ok || e.out {
				return nil, false
			}
			indices = append(indices, some...)
		}
		return indices, true
	case junction:
		for _, part := range e.parts {
			some, ok := c.candidates(part)
			switch {
			case ok && !e.or:
				return some, true
			case !ok && e.or:
				return nil, false
			}
			indices = append(indices, some...)
		}
		return indices, e.or
	}
	return nil, false
}

// named returns candidates for a comparison of one property.
func (c *crowdRows) named(operator, path, text string) (indices []int, ok bool) {
	switch {
	case operator == "eq" && path == "id":
		return c.byID(text), true
	case operator == "eq" && path == "user.id":
		for _, i := range (&data{crowd: c.people}).crowdUserIndex(text) {
			indices = append(indices, c.ofUser(i)...)
		}
		return indices, true
	case path == "email" || path == "user.email":
		if operator != "eq" && operator != "like" && operator != "ilike" {
			return nil, false
		}
		people, ok := c.people.Find(text)
		for _, i := range people {
			indices = append(indices, c.ofUser(i)...)
		}
		return indices, ok
	}
	return nil, false
}
