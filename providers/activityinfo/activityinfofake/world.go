package activityinfofake

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// world is what the server holds. It does not change once it is made.
type world struct {
	people    map[int]fakevendor.Person
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
	// owner is one of the account's owners; users were invited.
	owner     int
	users     []int
	suspended bool
	template  bool
}

func newWorld() *world {
	w := &world{people: map[int]fakevendor.Person{}}
	for _, p := range fakevendor.People()[FirstPerson : LastPerson+1] {
		w.people[p.Number] = p
	}
	// Person 100 has the token, and owns all accounts that it may read.
	first := &account{
		id: number(FirstAccount), name: fakevendor.Company(0), status: "ACTIVE", plan: "Enterprise",
		owners: []int{100, 120, 130}, members: span(100, 159), userLimit: 500, fullLimit: 50,
	}
	suspended := &account{
		id: number(SuspendedAccount), name: fakevendor.Company(1), status: "SUSPENDED", plan: "Team",
		owners: []int{100, 140}, members: span(140, 199, 100), userLimit: 100, fullLimit: 10,
	}
	large := &account{
		id: number(LargeAccount), name: fakevendor.Company(5), status: "ACTIVE", plan: "Enterprise",
		owners: []int{100, 180, 181}, members: span(180, 239, 100), userLimit: 1000, fullLimit: 100,
	}
	closed := &account{
		id: number(ClosedAccount), name: fakevendor.Company(6), status: "CLOSED", plan: "Trial", trial: true,
		parent: first.id, owners: []int{100}, members: span(220, 259, 100), userLimit: 50, fullLimit: 5,
	}
	foreign := &account{
		id: number(ForeignAccount), name: fakevendor.Company(3), status: "ACTIVE", plan: "Team", foreign: true,
		owners: []int{200}, members: span(200, 209, 100), userLimit: 100, fullLimit: 10,
	}
	deleted := &account{id: number(DeletedAccount), name: fakevendor.Company(7), status: "CLOSED", deleted: true}
	w.accounts = []*account{first, suspended, large, closed, foreign, deleted}
	for i, a := range w.accounts {
		a.code = fmt.Sprintf("SUB%03d", i+1)
	}

	// Every other database of an account holds every other member of it, so that
	// some are invited to several and some to none.
	w.databases = []*database{
		first.database(Database, "Cash assistance", 2),
		first.database("ck8p0x7a21", "Shelter & WASH «pilot»", 3),
		first.database("ck9z3k1bq7", "Empty", 0),
		suspended.database("ckb2m5v9d3", "Education", 2),
		large.database("ckd7t4w0s8", "保健", 2),
		large.database("ckd7t4w0s9", "Protection", 5),
		closed.database("ckf1q8r6n2", "Archive", 4),
		foreign.database(ForeignDatabase, "Partner reporting", 1),
	}
	w.databases[1].description = "Second line\nof a description"
	w.databases[3].suspended = true
	w.databases[5].template = true
	return w
}

// database makes a database that every nth member of the account was invited to.
func (a *account) database(id, label string, nth int) *database {
	d := &database{id: id, label: label, account: a, owner: a.owners[len(a.owners)-1]}
	for i, n := range a.members {
		if nth > 0 && i%nth == 0 && n != d.owner {
			d.users = append(d.users, n)
		}
	}
	return d
}

// span counts from first to last, then adds others.
func span(first, last int, others ...int) []int {
	var numbers []int
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return append(numbers, others...)
}

func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func (w *world) account(id string) *account {
	i := slices.IndexFunc(w.accounts, func(a *account) bool { return strconv.FormatInt(a.id, 10) == id })
	if i < 0 {
		return nil
	}
	return w.accounts[i]
}

func (w *world) database(id string) *database {
	i := slices.IndexFunc(w.databases, func(d *database) bool { return d.id == id })
	if i < 0 {
		return nil
	}
	return w.databases[i]
}

// of lists the databases of an account.
func (w *world) of(a *account) []*database {
	var all []*database
	for _, d := range w.databases {
		if d.account == a {
			all = append(all, d)
		}
	}
	return all
}

func email(p fakevendor.Person) string { return p.EmailAt(model.ActivityInfo) }

// licenseOf gives owners a full license and others one of all three.
func (a *account) licenseOf(n int) string {
	switch {
	case UserID(n) == LicenseWordUser:
		return LicenseWord
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

// lastLogin is when the person signed in last; the zero time is never.
func lastLogin(p fakevendor.Person) time.Time {
	if p.NeverLoggedIn {
		return time.Time{}
	}
	return time.Date(2026, 2, 23, 5, 23, 33, 731e6, time.UTC).Add(-time.Duration(p.Number) * 37 * time.Minute)
}
