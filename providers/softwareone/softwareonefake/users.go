package softwareonefake

import (
	"fmt"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// UserID is the id of the login that the cast's person of this number has here.
// The first 300 have one.
func UserID(number int) string { return id("USR", number) }

func (d *data) addUsers() {
	for _, p := range d.people {
		d.actors = append(d.actors, d.schema.actor.with(values{"id": UserID(p.Number), "name": p.Name(), "icon": icon("users", UserID(p.Number), p.Number)}))
	}
	for _, p := range d.people {
		email := p.EmailAt(model.SoftwareOne)
		d.users.add(d.user.with(d.login(p, email)), ofFirst(p.Number), email)
	}
}

// login is what the platform knows of a person. It knows little of some.
func (d *data) login(p fakevendor.Person, email string) values {
	n := p.Number
	vs := values{"id": UserID(n), "email": email, "status": userStatus(p), "name": p.Name(), "revision": 1 + n%5}
	audit := values{"created": d.happened(p.Born, n), "updated": d.happened(instant(2024, n), n+1)}
	if !p.NeverLoggedIn {
		vs["lastLoginAt"] = lastLogin(n)
		audit["invitationAcceptedAt"] = p.Born.Add(26 * time.Hour)
	}
	vs["audit"] = d.userAudit.with(audit)
	if bare(n) {
		return vs
	}
	vs["firstName"], vs["lastName"], vs["icon"] = p.IsSet, p.Family, icon("users", UserID(n), n)
	if n%6 != 5 {
		vs["phone"] = d.phone.with(values{"prefix": pick(n, "+1", "+34", "+49", "+84", "+886"), "number": fmt.Sprintf("%09d", 660707172+n)})
	}
	if n%8 != 7 {
		vs["settings"] = d.settings.with(values{
			"cultureCode":  pick(n, "en-US", "es-ES", "de-DE", "vi-VN", "zh-TW"),
			"languageCode": pick(n, "en", "es", "de", "vi", "zh"),
		})
	}
	return vs
}

// bare users have neither first nor last name, nor phone, settings or icon.
func bare(n int) bool { return n%29 == 8 }

func icon(path, id string, n int) string {
	if n%3 == 0 {
		return ""
	}
	return "/public/v1/accounts/" + path + "/" + id + "/icon"
}

func lastLogin(n int) time.Time {
	return instant(2026, n).Add(-time.Duration(n%11) * 24 * time.Hour)
}

// userStatus is one of the documented words or one that is not documented.
// Who has never logged in is new or invited.
func userStatus(p fakevendor.Person) string {
	if p.NeverLoggedIn {
		return pick(p.Number/9, "Invited", "New", "InvitationExpired")
	}
	switch p.Number % 20 {
	case 7:
		return "Blocked"
	case 11:
		return "Disabled"
	case 15:
		return "Deleted"
	case 19:
		return "Dormant"
	}
	return "Active"
}
