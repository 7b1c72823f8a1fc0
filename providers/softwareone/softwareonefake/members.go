package softwareonefake

import (
	"fmt"
	"slices"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// AccountUserID returns the id that the membership of a user in an account has in
// the older, nested form. Both are numbers.
func AccountUserID(account, user int) string {
	return fmt.Sprintf("AUSR-%04d-%04d-%04d", 1000+account, 1000+user, (account*31+user*7919+1234)%10000)
}

// accountsOfUser returns the numbers of the accounts that a user is in. The users
// below bigUsers are in a big account, the others are not.
func accountsOfUser(n int) []int {
	var accounts []int
	switch {
	case n == fakevendor.SharedPersonFirst:
		accounts = []int{0, 1, 2}
	case n < 150:
		accounts = []int{0}
	case n < 210:
		accounts = []int{1}
	case n < bigUsers:
		accounts = []int{2}
	}
	if n < bigUsers && n%10 == 0 && len(accounts) == 1 {
		accounts = append(accounts, (accounts[0]+1)%bigAccounts)
		slices.Sort(accounts)
	}
	for a := bigAccounts; a < accountCount; a++ {
		for i := range a % 5 {
			if (a*13+i*41)%usersInSmall == n {
				accounts = append(accounts, a)
			}
		}
	}
	return accounts
}

// inFirstAccount reports whether a user is in the first account.
func inFirstAccount(n int) bool {
	accounts := accountsOfUser(n)
	return len(accounts) > 0 && accounts[0] == 0
}

// addMembers puts users into accounts and groups.
func (d *data) addMembers() {
	members := make([][]int, accountCount)
	for n, user := range d.users.rows[:userCount] {
		in := newCollection(d.account)
		for _, a := range accountsOfUser(n) {
			members[a] = append(members[a], n)
			in.add(d.accounts.rows[a], a == 0)
		}
		d.accountsOf[user] = in
		if len(in.rows) > 0 {
			user.set("accounts", in.rows)
			user.set("currentAccount", in.rows[n%len(in.rows)])
		}
	}
	users := map[*row][]*row{}
	for a, account := range d.accounts.rows {
		nested, flat := newCollection(d.accountUser), newCollection(d.member)
		d.accountUsersOf[account], d.membersOf[account] = nested, flat
		for _, n := range members[a] {
			groups := groupsOfMember(account, a, n)
			for _, g := range groups {
				users[g] = append(users[g], d.users.rows[n])
			}
			nested, flat := d.newMember(a, d.users.rows[n], d.people[n], AccountUserID(a, n), groups)
			d.accountUsersOf[account].add(nested, a == 0, UserID(n))
			d.accountUsers.add(nested, a == 0)
			d.membersOf[account].add(flat, a == 0)
		}
	}
	for g, us := range users {
		g.set("users", us)
	}
}

// groupsOfMember returns a member's groups. In the small accounts some members
// have none.
func groupsOfMember(account *row, a, n int) []*row {
	all := account.rows("groups")
	switch {
	case a >= bigAccounts && (a+n)%6 == 5:
		return nil
	case a >= bigAccounts:
		return all
	case n%7 == 0:
		return []*row{all[n%groupsPerBig], all[(n+1)%groupsPerBig]}
	}
	return []*row{all[n%groupsPerBig]}
}

// newMember returns a person's user in the ath account, in both forms.
func (d *data) newMember(a int, user *row, p fakevendor.Person, id string, groups []*row) (nested, flat *row) {
	n, vs := p.Number, values{"account": d.accounts.rows[a]}
	if len(groups) > 0 {
		vs["groups"] = groups
		vs["modules"] = union(groups, "modules")
		vs["buyers"] = union(groups, "buyers")
	}
	status, invitation := d.invitationOf(a, n, user)
	if invitation != nil {
		vs["invitation"] = invitation
	}
	audit := values{"created": d.eventAt(instant(2021, n+a), n), "updated": d.eventAt(instant(2024, n+a), a)}
	if invitation != nil {
		audit["invited"] = d.dateEvent(instant(2020, n+a))
	}
	var access any
	if invitation == nil || status == "Active" {
		audit["joined"], audit["invitationAcceptedAt"] = d.dateEvent(instant(2022, n+a)), instant(2022, n+a)
		if !p.NeverLoggedIn {
			audit["access"], access = d.dateEvent(instant(2025, n+a)), instant(2025, n+a)
		}
	}

	vs["id"], vs["user"], vs["audit"] = id, user, d.accountUserAudit.newRow(audit)
	vs["lastLoginAt"] = access
	nested = d.accountUser.newRow(vs)

	delete(vs, "user")
	delete(vs, "lastLoginAt")
	vs["memberLoginAt"] = access
	if login := user.get("lastLoginAt"); login != nil {
		audit["login"] = d.dateEvent(lastLogin(n))
	}
	vs["audit"] = d.memberAudit.newRow(audit)
	flat = d.member.newRow(vs)
	for _, name := range []string{"id", "name", "icon", "phone", "email", "status", "firstName", "lastName", "settings"} {
		flat.values[flat.kind.index[name]] = user.get(name)
	}
	if status != "" && status != "Active" {
		flat.set("status", status)
	}
	return nested, flat
}

// invitationOf returns the status of a user's invitation to an account, and the
// invitation, nil where the platform does not return it. The URL of an open
// invitation accepts it without further checks.
func (d *data) invitationOf(a, n int, user *row) (status string, invitation *row) {
	status = user.text("status")
	switch {
	case status == "New", status == "Invited", status == "Active" && a >= bigAccounts && (a+n)%9 == 0:
		code := fmt.Sprintf("910B14E6CB2343A09CB3%04d%08d", a, n)
		return "Invited", d.invitation.newRow(values{"status": "Invited", "url": "https://client.softwareone.example/accept-invite?code=" + code})
	case status == "InvitationExpired":
		return status, d.invitation.newRow(values{"status": status})
	case n%3 == 0:
		return "Active", d.invitation.newRow(values{"status": "Active"})
	}
	return "", nil
}

// union returns the elements of the lists in a field of several rows, each once,
// sorted by id.
func union(rows []*row, name string) []*row {
	var all []*row
	for _, r := range rows {
		for _, e := range r.rows(name) {
			if !slices.Contains(all, e) {
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b *row) int { return compare(a.id(), b.id()) })
	return all
}
