package softwareonefake

import (
	"fmt"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// The size of the data set. Accounts, groups, buyers, sellers and users each fill
// more than one page of 100.
const (
	userCount     = 300
	accountCount  = 125
	sellerCount   = 110
	licenseeCount = 130

	// The first bigAccounts accounts have 12 groups with 250 different users, and
	// 20 buyers together.
	bigAccounts  = 3
	groupsPerBig = 4
	bigUsers     = 250
	bigBuyers    = 20
	usersInSmall = 290
)

// data is the data set of the platform. It is immutable after newData.
type data struct {
	*schema
	people []fakevendor.Person

	collections                           map[string]*collection
	accounts, users, groups, buyers       *collection
	sellers, modules, licensees           *collection
	accountUsers                          *collection
	accountUsersOf, membersOf, accountsOf map[*row]*collection

	crowd fakevendor.Crowd
	// crowdMembers are those in the accounts, by number.
	crowdMembers []crowdMembers

	// actors are users as actors of audit events, by number.
	actors []*row
}

func newData(currencyObjects, withoutCreation bool, v Variations, users int) *data {
	s := newSchema()
	d := &data{
		schema:   s,
		people:   fakevendor.People()[:userCount],
		accounts: newCollection(s.account), users: newCollection(s.user), groups: newCollection(s.group),
		buyers: newCollection(s.buyer), sellers: newCollection(s.seller), modules: newCollection(s.module),
		licensees: newCollection(s.licensee), accountUsers: newCollection(s.accountUser),
		accountUsersOf: map[*row]*collection{}, membersOf: map[*row]*collection{}, accountsOf: map[*row]*collection{},
	}
	d.collections = map[string]*collection{
		"accounts": d.accounts, "users": d.users, "user-groups": d.groups, "buyers": d.buyers, "sellers": d.sellers,
		"modules": d.modules, "licensees": d.licensees, "account-users": d.accountUsers,
	}
	d.addUsers(withoutCreation, v.Actors)
	if v.OddIDs {
		d.addOddUsers()
	}
	d.addAccounts()
	d.addModules()
	d.addSellers(currencyObjects)
	d.addBuyers()
	d.addGroups()
	d.addMembers()
	if v.UnknownUser {
		d.accountUsersOf[d.accounts.rows[0]].rows[2].set("user", nil)
	}
	d.addLicensees()
	d.addCrowd(fakevendor.NewCrowd(users, len(d.users.rows), 0))
	for _, c := range d.collections {
		reference := (&Fake{}).plan(c.kind, nil, short)
		for _, r := range c.rows {
			r.json = reference.write(nil, r)
		}
	}
	return d
}

// id returns an id with two groups of digits. Ids sort like the numbers.
func id(prefix string, n int) string {
	return fmt.Sprintf("%s-%04d-%04d", prefix, 1000+n, (n*7919+1234)%10000)
}

// instant returns a time in the year. Times sort like the numbers below 1700.
func instant(year, n int) time.Time {
	return time.Date(year, 1, 2, 3, 4, 5, 678e6, time.UTC).Add(time.Duration(n%1700) * (5*time.Hour + 7*time.Minute))
}

// actor returns the actor of an event: a user, a token, or one of which the
// platform returns nothing but an empty href.
func (d *data) actor(n int) *row {
	switch n % 4 {
	case 2:
		return d.schema.actor.newRow(values{"id": id("TKN", n%7), "name": fmt.Sprintf("Integration %d", n%7)})
	case 3:
		return d.schema.actor.newRow(values{"href": "//"})
	}
	return d.actors[n*7%userCount]
}

// eventAt returns an event of the nth actor.
func (d *data) eventAt(at time.Time, n int) *row {
	return d.event.newRow(values{"at": at, "by": d.actor(n)})
}

// dateEvent returns an event without an actor.
func (d *data) dateEvent(at time.Time) *row { return d.schema.instant.newRow(values{"at": at}) }

// pick returns the nth of the words, modulo their number.
func pick(n int, words ...string) string { return words[n%len(words)] }

// addressOf returns the nth address: most are complete, some empty, some nil.
func (d *data) addressOf(n int) *row {
	switch n % 7 {
	case 3:
		return d.address.newRow(nil)
	case 6:
		return nil
	}
	place := n % 5
	vs := values{
		"addressLine1": fmt.Sprintf("%s %d", pick(place, "Main Street", "Straße des 17. Juni", "Carrer d’Aribau", "サンプル通り", "Strøget"), n+1),
		"postCode":     fmt.Sprintf("%05d", 10000+n*37),
		"city":         pick(place, "Springfield", "Berlin", "Barcelona", "東京", "København"),
		"state":        pick(place, "IL", "Berlin", "Catalonia", "Tōkyō", "Hovedstaden"),
		"country":      pick(place, "US", "DE", "ES", "JP", "DK"),
	}
	if n%3 == 0 {
		vs["addressLine2"] = fmt.Sprintf("Floor %d, “rear”", n%9)
	}
	return d.address.newRow(vs)
}
