package softwareonefake

import (
	"fmt"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// BuyerID returns the id of the nth buyer. There are 142; the first twenty belong to
// the first three accounts.
func BuyerID(n int) string { return id("BUY", n) }

// LicenseeID returns the id of the nth licensee. There are 130.
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
			"status": status, "address": d.addressOf(n + 1), "account": account, "sellers": sellers,
			"audit": d.buyerAuditOf(n, status),
		}
		if n%5 != 4 {
			vs["contact"] = d.contactOf(n)
			vs["externalIds"] = d.buyerIDs.newRow(values{"erpCustomer": fmt.Sprintf("%s-SCU-%06d", pick(n, "US", "DE", "ES"), 200000+n), "erpCompanyContact": fmt.Sprintf("CON-%08d", n)})
			vs["taxId"] = fmt.Sprintf("%s%09d", pick(n, "US", "DE", "ES"), 123456789-n)
		}
		if n%13 == 2 {
			vs["name"] = nil
		}
		if status == "Conflict" || status == "Mismatch" {
			vs["errors"] = []*row{
				d.message.newRow(values{"id": "MPTACC07-0011", "message": "The tax id, \"" + status + "\", is used by another buyer.", "parameters": raw(`{"buyer":"` + BuyerID(0) + `"}`)}),
				d.message.newRow(values{"message": "The address does not match."}),
			}
		}
		d.buyers.add(d.buyer.newRow(vs), account.id() == FirstAccount)
	}
}

func (d *data) buyerAuditOf(n int, status string) *row {
	vs := values{"created": d.eventAt(instant(2019, n), n), "updated": d.eventAt(instant(2024, n), n+1)}
	switch status {
	case "Unassigned":
		vs["unassigned"] = d.eventAt(instant(2022, n), n+2)
	case "Disabled":
		vs["disabled"] = d.eventAt(instant(2022, n), n+3)
	case "Active", "Enabled":
		vs["activated"] = d.eventAt(instant(2020, n), n)
	}
	return d.buyerAudit.newRow(vs)
}

// buyersAccount returns the number of a buyer's account. The first buyers belong
// to the big accounts.
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

// contactOf returns a buyer's contact. Every second one is a user.
func (d *data) contactOf(n int) *row {
	p := d.people[n*11%userCount]
	vs := values{"name": p.Name(), "firstName": p.GivenName, "lastName": p.FamilyName, "email": p.EmailAs(fakevendor.FifthCapitalized)}
	if n%2 == 0 {
		vs["user"] = d.users.rows[p.Number]
		vs["phone"] = d.phone.newRow(values{"prefix": "+49", "number": fmt.Sprintf("30%07d", n)})
	}
	if n%3 == 0 {
		vs["type"] = "Purchasing"
	}
	return d.contact.newRow(vs)
}

func (d *data) addLicensees() {
	for n := range licenseeCount {
		buyer := d.buyers.rows[n]
		account := buyer.get("account").(*row)
		vs := values{
			"id": LicenseeID(n), "name": fakevendor.Company(n+130) + pick(n, " Licensing", " (Licensee)", ", Lic."), "icon": icon("licensees", LicenseeID(n), n),
			"status": pick(n, "Active", "Enabled", "Active", "Disabled", "Active", "Deleted"), "address": d.addressOf(n + 2),
			"useBuyerAddress": n%2 == 0, "account": account, "buyer": buyer, "seller": d.sellers.rows[n%sellerCount],
			"eligibility": d.eligibility.newRow(values{"client": true, "partner": false}),
			"audit":       d.licenseeAudit.newRow(values{"created": d.eventAt(instant(2020, n), n)}),
		}
		d.licensees.add(d.licensee.newRow(vs), account.id() == FirstAccount)
	}
}
