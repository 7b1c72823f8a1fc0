package softwareonefake

import (
	"fmt"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// BuyerID is the id of the nth buyer. There are 142; the first twenty belong to
// the first three accounts.
func BuyerID(n int) string { return id("BUY", n) }

// LicenseeID is the id of the nth licensee. There are 130.
func LicenseeID(n int) string { return id("LCE", n) + "-0001" }

func (d *data) addBuyers() {
	for n := range bigBuyers + accountCount - bigAccounts {
		account := d.accounts.rows[buyersAccount(n)]
		status := pick(n, "Active", "Active", "Enabled", "Active", "Disabled", "Active", "Unassigned", "Conflict", "Active", "Mismatch", "Deleted", "Active", "Archived")
		sellers := []*row{d.sellers.rows[n*3%sellerCount]}
		if n%4 == 1 {
			sellers = append(sellers, d.sellers.rows[(n*3+1)%sellerCount], d.sellers.rows[(n*3+2)%sellerCount])
		}
		if n%12 == 10 {
			sellers = nil
		}
		vs := values{
			"id": BuyerID(n), "name": fakevendor.Company(n+130) + " Purchasing", "icon": icon("buyers", BuyerID(n), n),
			"status": status, "address": d.postal(n + 1), "account": account, "sellers": sellers,
			"audit": d.buyersAudit(n, status),
		}
		if n%5 != 4 {
			vs["contact"] = d.contactOf(n)
			vs["externalIds"] = d.buyerIDs.with(values{"erpCustomer": fmt.Sprintf("%s-SCU-%06d", pick(n, "US", "DE", "ES"), 200000+n), "erpCompanyContact": fmt.Sprintf("CON-%08d", n)})
			vs["taxId"] = fmt.Sprintf("%s%09d", pick(n, "US", "DE", "ES"), 123456789-n)
		}
		if n%13 == 2 {
			vs["name"] = nil
		}
		if status == "Conflict" || status == "Mismatch" {
			vs["errors"] = []*row{
				d.message.with(values{"id": "MPTACC07-0011", "message": "The tax id, \"" + status + "\", is used by another buyer.", "parameters": raw(`{"buyer":"` + BuyerID(0) + `"}`)}),
				d.message.with(values{"message": "The address does not match."}),
			}
		}
		d.buyers.add(d.buyer.with(vs), account.id() == FirstAccount)
	}
}

func (d *data) buyersAudit(n int, status string) *row {
	vs := values{"created": d.happened(instant(2019, n), n), "updated": d.happened(instant(2024, n), n+1)}
	switch status {
	case "Unassigned":
		vs["unassigned"] = d.happened(instant(2022, n), n+2)
	case "Disabled":
		vs["disabled"] = d.happened(instant(2022, n), n+3)
	case "Active", "Enabled":
		vs["activated"] = d.happened(instant(2020, n), n)
	}
	return d.buyerAudit.with(vs)
}

// buyersAccount spreads the first buyers over the big accounts.
func buyersAccount(n int) int {
	switch {
	case n < 10:
		return 0
	case n < 16:
		return 1
	case n < bigBuyers:
		return 2
	}
	return bigAccounts + n - bigBuyers
}

// contactOf is a buyer's contact: a user of the platform at every second one.
func (d *data) contactOf(n int) *row {
	p := d.people[n*11%userCount]
	vs := values{"name": p.Name(), "firstName": p.IsSet, "lastName": p.Family, "email": p.EmailAt(model.SoftwareOne)}
	if n%2 == 0 {
		vs["user"] = d.users.rows[p.Number]
		vs["phone"] = d.phone.with(values{"prefix": "+49", "number": fmt.Sprintf("30%07d", n)})
	}
	if n%3 == 0 {
		vs["type"] = "Purchasing"
	}
	return d.contact.with(vs)
}

func (d *data) addLicensees() {
	for n := range licenseeCount {
		buyer := d.buyers.rows[n]
		account := buyer.get("account").(*row)
		vs := values{
			"id": LicenseeID(n), "name": fakevendor.Company(n+130) + pick(n, " Licensing", " (Licensee)", ", Lic."), "icon": icon("licensees", LicenseeID(n), n),
			"status": pick(n, "Active", "Enabled", "Active", "Disabled", "Active", "Deleted"), "address": d.postal(n + 2),
			"useBuyerAddress": n%2 == 0, "account": account, "buyer": buyer, "seller": d.sellers.rows[n%sellerCount],
			"eligibility": d.eligibility.with(values{"client": true, "partner": false}),
			"audit":       d.licenseeAudit.with(values{"created": d.happened(instant(2020, n), n)}),
		}
		d.licensees.add(d.licensee.with(vs), account.id() == FirstAccount)
	}
}
