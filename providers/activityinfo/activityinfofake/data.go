package activityinfofake

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// data is the content of the server. It is immutable.
type data struct {
	people    map[int]fakevendor.Person
	crowd     fakevendor.Crowd
	accounts  []*account
	databases []*database
}

type account struct {
	id                   int64
	code, name, status   string
	plan                 string
	trial                bool
	parent               int64
	owners, members      []int
	foreign, deleted     bool
	userLimit, fullLimit int
}

type database struct {
	id, label, description string
	account                *account
	// owner is one of the owners of the account. users were invited.
	owner     int
	users     []int
	suspended bool
	template  bool
}

func newData(crowd fakevendor.Crowd) *data {
	all := &data{people: map[int]fakevendor.Person{}, crowd: crowd}
	for _, p := range fakevendor.People()[FirstPerson : LastPerson+1] {
		all.people[p.Number] = p
	}
	// Person 100 owns the token and all accounts that are readable.
	first := &account{
		id: mustParseID(FirstAccount), name: fakevendor.Company(0), status: "ACTIVE", plan: "Enterprise",
		owners: []int{100, 120, 130}, members: span(100, 159), userLimit: 500, fullLimit: 50,
	}
	suspended := &account{
		id: mustParseID(SuspendedAccount), name: fakevendor.Company(1), status: "SUSPENDED", plan: "Team",
		owners: []int{100, 140}, members: span(140, 199, 100), userLimit: 100, fullLimit: 10,
	}
	large := &account{
		id: mustParseID(LargeAccount), name: fakevendor.Company(5), status: "ACTIVE", plan: "Enterprise",
		owners: []int{100, 180, 181}, members: span(180, 239, 100), userLimit: 1000, fullLimit: 100,
	}
	closed := &account{
		id: mustParseID(ClosedAccount), name: fakevendor.Company(6), status: "CLOSED", plan: "Trial", trial: true,
		parent: first.id, owners: []int{100}, members: span(220, 259, 100), userLimit: 50, fullLimit: 5,
	}
	foreign := &account{
		id: mustParseID(ForeignAccount), name: fakevendor.Company(3), status: "ACTIVE", plan: "Team", foreign: true,
		owners: []int{200}, members: span(200, 209, 100), userLimit: 100, fullLimit: 10,
	}
	deleted := &account{id: mustParseID(DeletedAccount), name: fakevendor.Company(7), status: "CLOSED", deleted: true}
	all.accounts = []*account{first, suspended, large, closed, foreign, deleted}
	for i, a := range all.accounts {
		a.code = fmt.Sprintf("SUB%03d", i+1)
	}

	// The databases of an account invite different subsets of its members, so members
	// are invited to several databases, one or none.
	all.databases = []*database{
		first.database(Database, "Cash assistance", 2),
		first.database("ck8p0x7a21", "Shelter & WASH «pilot»", 3),
		first.database("ck9z3k1bq7", "Empty", 0),
		suspended.database("ckb2m5v9d3", "Education", 2),
		large.database("ckd7t4w0s8", "保健", 2),
		large.database("ckd7t4w0s9", "Protection", 5),
		closed.database("ckf1q8r6n2", "Archive", 4),
		foreign.database(ForeignDatabase, "Partner reporting", 1),
	}
	all.databases[1].description = "Second line\nof a description"
	all.databases[3].suspended = true
	all.databases[5].template = true
	return all
}

// crowdOf returns the people of the crowd who are in an account: three of four are in the
// first, the others in the two others of the token's owner; one in 50 is also in the first.
func (d *data) crowdOf(a *account) iter.Seq[fakevendor.Person] {
	return func(yield func(fakevendor.Person) bool) {
		for i := range d.crowd.Count {
			var in bool
			switch strconv.FormatInt(a.id, 10) {
			case FirstAccount:
				in = i%4 != 3 || i%50 == 7
			case SuspendedAccount:
				in = i%8 == 3
			case ClosedAccount:
				in = i%8 == 7
			}
			if in && !yield(d.crowd.Person(i)) {
				return
			}
		}
	}
}

// database returns a database that every nth member of the account was invited to.
func (a *account) database(id, label string, nth int) *database {
	d := &database{id: id, label: label, account: a, owner: a.owners[len(a.owners)-1]}
	for i, n := range a.members {
		if nth > 0 && i%nth == 0 && n != d.owner {
			d.users = append(d.users, n)
		}
	}
	return d
}

// span returns the numbers from first to last, then others.
func span(first, last int, others ...int) []int {
	var numbers []int
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return append(numbers, others...)
}

func mustParseID(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func (d *data) account(id string) *account {
	i := slices.IndexFunc(d.accounts, func(a *account) bool { return strconv.FormatInt(a.id, 10) == id })
	if i < 0 {
		return nil
	}
	return d.accounts[i]
}

func (d *data) database(id string) *database {
	i := slices.IndexFunc(d.databases, func(db *database) bool { return db.id == id })
	if i < 0 {
		return nil
	}
	return d.databases[i]
}

// databasesOf returns the databases of an account.
func (d *data) databasesOf(a *account) []*database {
	var databases []*database
	for _, db := range d.databases {
		if db.account == a {
			databases = append(databases, db)
		}
	}
	return databases
}

func email(p fakevendor.Person) string { return p.EmailAs(fakevendor.Decomposed) }

// licenseOf returns FULL for owners and one of the three license types for others.
func (a *account) licenseOf(n int) string {
	switch {
	case UserID(n) == UnknownLicenseUser:
		return UnknownLicense
	case slices.Contains(a.owners, n):
		return "FULL"
	}
	return []string{"NONE", "BASIC", "BASIC", "FULL"}[n%4]
}

func (a *account) roleOf(n int) string {
	if slices.Contains(a.owners, n) {
		return "OWNER"
	}
	return "NONE"
}

// lastLogin returns the time of the last login, zero if there was none.
func lastLogin(p fakevendor.Person) time.Time {
	switch {
	case p.NeverLoggedIn:
		return time.Time{}
	case p.Number >= fakevendor.CrowdFirst:
		return fakevendor.CrowdLogin(p.Number)
	}
	return time.Date(2026, 2, 23, 5, 23, 33, 731e6, time.UTC).Add(-time.Duration(p.Number) * 37 * time.Minute)
}
