package softwareonefake

import "fmt"

// GroupID returns the id of the nth group. There are 134; the first twelve belong
// to the first three accounts, four each.
func GroupID(n int) string { return id("UGR", n) }

// addGroups adds the groups. addMembers adds their users.
func (d *data) addGroups() {
	groupsOf := map[*row][]*row{}
	buyersOf := map[*row][]*row{}
	for _, b := range d.buyers.rows {
		account := b.get("account").(*row)
		buyersOf[account] = append(buyersOf[account], b)
	}
	for n := range bigAccounts*groupsPerBig + accountCount - bigAccounts {
		account := d.accounts.rows[groupsAccount(n)]
		vs := values{
			"id": GroupID(n), "name": groupName(n), "isDefault": n%groupsPerBig == 0 || n >= bigAccounts*groupsPerBig,
			"account": account, "modules": d.modulesFrom(n, 2+n%3),
			"audit": d.audit.newRow(values{"created": d.eventAt(instant(2019, n), n), "updated": d.eventAt(instant(2025, n), n+1)}),
		}
		if n%3 != 0 {
			vs["description"] = pick(n, "test2", "Who may buy, and who may not", "50 % “off”")
			vs["logo"] = icon("user-groups", GroupID(n), n)
		}
		// A group without buyers acts for all of them.
		if buyers := buyersOf[account]; n%3 != 2 {
			vs["buyers"] = buyers[n%len(buyers) : min(len(buyers), n%len(buyers)+2)]
		}
		g := d.groups.add(d.group.newRow(vs), account.id() == FirstAccount)
		groupsOf[account] = append(groupsOf[account], g)
	}
	for account, groups := range groupsOf {
		account.set("groups", groups)
	}
}

func groupsAccount(n int) int {
	if n < bigAccounts*groupsPerBig {
		return n / groupsPerBig
	}
	return bigAccounts + n - bigAccounts*groupsPerBig
}

func groupName(n int) string {
	name := pick(n, "Administrators", "Fulfillment, Managers", `"Quoted" team`, "Star*team", "日本チーム", "(Buyers)", "O’Malley's", "Null")
	if n < 8 {
		return name
	}
	return fmt.Sprintf("%s %d", name, n/8+1)
}
