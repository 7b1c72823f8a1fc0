package softwareonefake

import (
	"fmt"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// UserID returns the id of the user for the person with this number. The first
// 300 persons have one.
func UserID(number int) string {
	if number >= fakevendor.CrowdFirst {
		return crowdUserID(number - fakevendor.CrowdFirst)
	}
	return id("USR", number)
}

func (d *data) addUsers(withoutCreation bool, actors string) {
	for _, p := range d.people {
		vs := values{"id": UserID(p.Number), "name": p.Name(), "icon": icon("users", UserID(p.Number), p.Number)}
		switch actors {
		case "id":
			vs = values{"id": UserID(p.Number)}
		case "href":
			vs = values{"href": "/v1/accounts/users/" + UserID(p.Number)}
		}
		d.actors = append(d.actors, d.schema.actor.newRow(vs))
	}
	for _, p := range d.people {
		email := p.EmailAs(fakevendor.FifthCapitalized)
		user := d.userOf(p, email)
		if withoutCreation && (p.Number == 3 || p.Number == 250) {
			user["audit"] = d.userAudit.newRow(values{"updated": d.eventAt(instant(2024, p.Number), p.Number+1)})
		}
		d.users.add(d.user.newRow(user), inFirstAccount(p.Number), email)
	}
}

// addOddUsers adds users who are in no account.
func (d *data) addOddUsers() {
	for n, id := range oddUserIDs() {
		d.users.add(d.user.newRow(values{"id": id, "name": "Odd", "email": fmt.Sprintf("odd%d@odd.example", n), "status": "Active"}), false)
	}
}

// userOf returns the fields of a person's user. Some users have few.
func (d *data) userOf(p fakevendor.Person, email string) values {
	n := p.Number
	vs := values{"id": UserID(n), "email": email, "status": userStatus(p), "name": p.Name(), "revision": 1 + n%5}
	audit := values{"created": d.eventAt(p.CreatedAt, n), "updated": d.eventAt(instant(2024, n), n+1)}
	if !p.NeverLoggedIn {
		vs["lastLoginAt"] = lastLogin(n)
		audit["login"] = d.dateEvent(lastLogin(n))
		audit["invitationAcceptedAt"] = p.CreatedAt.Add(26 * time.Hour)
	}
	vs["audit"] = d.userAudit.newRow(audit)
	if isSparse(n) {
		return vs
	}
	vs["firstName"], vs["lastName"], vs["icon"] = p.GivenName, p.FamilyName, icon("users", UserID(n), n)
	if n%6 != 5 {
		vs["phone"] = d.phone.newRow(values{"prefix": pick(n, "+1", "+34", "+49", "+84", "+886"), "number": fmt.Sprintf("%09d", 660707172+n)})
	}
	if n%8 != 7 {
		vs["settings"] = d.settings.newRow(values{
			"cultureCode":  pick(n, "en-US", "es-ES", "de-DE", "vi-VN", "zh-TW"),
			"languageCode": pick(n, "en", "es", "de", "vi", "zh"),
		})
	}
	return vs
}

// isSparse reports whether a user has neither first nor last name, nor phone,
// settings or icon.
func isSparse(n int) bool { return n%29 == 8 }

func icon(path, id string, n int) string {
	if n%3 == 0 {
		return ""
	}
	return "/public/v1/accounts/" + path + "/" + id + "/icon"
}

func lastLogin(n int) time.Time {
	if n >= fakevendor.CrowdFirst {
		return fakevendor.CrowdLogin(n)
	}
	return instant(2026, n).Add(-time.Duration(n%11) * 24 * time.Hour)
}

// userStatus returns a documented status, or one that is not documented. Users
// who have never logged in are new or invited.
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
