package softwareonefake

import "fmt"

// GroupID is the id of the nth group. There are 134; the first twelve belong to
// the first three accounts, four each.
func GroupID(n int) string { return id("UGR", n) }

// addGroups adds the groups, whose users come later.
func (d *data) addGroups() {
	of := map[*row][]*row{}
	bought := map[*row][]*row{}
	for _, b := range d.buyers.rows {
		account := b.get("account").(*row)
		bought[account] = append(bought[account], b)
	}
	for n := range bigAccounts*groupsPerBig + accountCount - bigAccounts {
		account := d.accounts.rows[groupsAccount(n)]
		vs := values{
			"id": GroupID(n), "name": groupName(n), "isDefault": n%groupsPerBig == 0 || n >= bigAccounts*groupsPerBig,
			"account": account, "modules": d.modulesFrom(n, 2+n%3),
			"audit": d.audit.with(values{"created": d.happened(instant(2019, n), n), "updated": d.happened(instant(2025, n), n+1)}),
		}
		if n%3 != 0 {
			vs["description"] = pick(n, "test2", "Who may buy, and who may not", "50 % “off”")
			vs["logo"] = icon("user-groups", GroupID(n), n)
		}
		// A group without buyers may act for all of them.
		if buyers := bought[account]; n%3 != 2 {
			vs["buyers"] = buyers[n%len(buyers) : min(len(buyers), n%len(buyers)+2)]
		}
		g := d.groups.add(d.group.with(vs), account.id() == FirstAccount)
		of[account] = append(of[account], g)
	}
	for account, groups := range of {
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
