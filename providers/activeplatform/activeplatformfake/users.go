package activeplatformfake

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

const (
	// firstPerson and lastPerson are the numbers of the people who have a login.
	firstPerson, lastPerson = 60, 339
	// firstUserID is the id in the vendor's example.
	firstUserID = 2002984
)

// Password is the value of a password attribute. A client must not expose it.
const Password = "hunter2-must-stay-hidden"

// UserID returns the id of the user of the person with this number.
func UserID(person int) int { return firstUserID + person - firstPerson }

type user struct {
	ID               int         `json:"id"`
	FirstName        string      `json:"first_name"`
	MiddleName       string      `json:"middle_name"`
	LastName         string      `json:"last_name"`
	Email            string      `json:"email"`
	Status           string      `json:"status"`
	CustomAttributes []attribute `json:"custom_attributes"`
	CreatedAt        string      `json:"created_at"`
	UpdatedAt        string      `json:"updated_at"`
}

type attribute struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

func (u user) field(name string) (string, bool) {
	value, ok := map[string]string{
		"id": fmt.Sprintf("%020d", u.ID), "first_name": u.FirstName, "middle_name": u.MiddleName, "last_name": u.LastName,
		"email": u.Email, "status": u.Status, "created_at": u.CreatedAt, "updated_at": u.UpdatedAt,
	}[name]
	return value, ok
}

// personOf returns the number of the person whose user has this id.
func personOf(user int) int { return user - firstUserID + firstPerson }

func newUsers() []user {
	var users []user
	for _, p := range fakevendor.People()[firstPerson : lastPerson+1] {
		users = append(users, newUser(p))
	}
	return users
}

func newUser(p fakevendor.Person) user {
	created := p.CreatedAt.Add(26 * time.Hour)
	return user{
		ID:               UserID(p.Number),
		FirstName:        p.GivenName,
		MiddleName:       p.MiddleName,
		LastName:         p.FamilyName,
		Email:            p.EmailAs(fakevendor.FourthCapitalized),
		Status:           status(p.Number),
		CustomAttributes: attributes(p.Number),
		CreatedAt:        formatTime(created),
		UpdatedAt:        formatTime(created.Add(time.Duration(p.Number%50) * 31 * time.Hour)),
	}
}

// user returns the user with this id.
func (f *Fake) user(id int) (user, bool) {
	if i, ok := f.crowd.Index(personOf(id)); ok {
		return newUser(f.crowd.Person(i)), true
	}
	for _, u := range f.users {
		if u.ID == id {
			return u, true
		}
	}
	return user{}, false
}

// pageOfUsers returns the page of the users that a query selects.
func (f *Fake) pageOfUsers(q url.Values) []user {
	rows := fakevendor.Rows[user]{Fixed: f.users, Count: f.crowd.Count, Compute: func(i int) user { return newUser(f.crowd.Person(i)) }}
	email, field := q.Get("filters[email]"), cmp.Or(q.Get("sorting[field]"), "id")
	found, isOne := f.crowd.Find(email)
	if f.crowd.Count == 0 || isOne {
		users := slices.Clone(f.users)
		for _, i := range found {
			users = append(users, rows.Compute(i))
		}
		return pageOf(f.Variation.stored(users), q, f.Variation, defaultPerPage)
	}
	key := url.Values{}
	for name := range q {
		if strings.HasPrefix(name, "filters[") || strings.HasPrefix(name, "sorting[") && (field != "id" || q.Get("sorting[reversed]") == "true") {
			key[name] = q[name]
		}
	}
	if len(key) == 0 {
		from, to := bounds(rows.Len(), q, f.Variation, defaultPerPage)
		return f.Variation.stored(rows.Page(from, to))
	}
	view := f.views.Get(key.Encode(), func() []int32 {
		text := func(u user) string { text, _ := u.field(field); return strings.ToLower(text) }
		order := strings.Compare
		if q.Get("sorting[reversed]") == "true" {
			order = func(a, b string) int { return strings.Compare(b, a) }
		}
		return fakevendor.Select(rows, func(u user) bool { return matches(f.Variation.stored([]user{u})[0], q, f.Variation) }, text, order)
	})
	from, to := bounds(len(view), q, f.Variation, defaultPerPage)
	users := []user{}
	for _, i := range view[from:to] {
		users = append(users, rows.At(int(i)))
	}
	return f.Variation.stored(users)
}

// status returns one of the two documented statuses, or an undocumented one for one
// user in 41.
func status(n int) string {
	switch {
	case n%41 == 0:
		return "pending_confirmation"
	case n%7 == 3:
		return "inactive"
	}
	return "active"
}

func attributes(n int) []attribute {
	all := []attribute{}
	if n%3 == 0 {
		all = append(all, attribute{"Age", fmt.Sprint(18 + n%50)})
	}
	if n%5 == 0 {
		all = append(all, attribute{"VPN Password", Password})
	}
	if n%15 == 0 {
		all = append(all, attribute{"Desk", n}, attribute{"Nickname", ""})
	}
	return all
}

// formatTime formats a time like the vendor, with the UTC offset of Moscow.
func formatTime(t time.Time) string {
	return t.In(time.FixedZone("", 3*60*60)).Format("2006-01-02T15:04:05.000-07:00")
}
