package softwareonefake

import (
	"fmt"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// AccountID returns the id of the nth account. There are 125.
func AccountID(n int) string { return id("ACC", n) }

func (d *data) addAccounts() {
	for n := range accountCount {
		vs := values{
			"id": AccountID(n), "name": fakevendor.Company(n), "icon": icon("accounts", AccountID(n), n),
			"type": accountType(n), "status": accountStatus(n), "serviceLevel": serviceLevel(n),
			"address":     d.addressOf(n + 5),
			"eligibility": d.eligibility.newRow(values{"client": n%9 != 4, "partner": n%5 == 0}),
			"audit": d.audit.newRow(values{
				"created": d.eventAt(instant(2018, n), n), "updated": d.eventAt(instant(2023, n), n+2),
			}),
		}
		if n == 5 {
			vs["address"] = nil
		}
		if n%2 == 0 {
			vs["externalId"] = fmt.Sprintf("CRM/%06d", n*31)
			vs["externalName"] = fakevendor.Company(n) + " (CRM)"
			vs["externalIds"] = d.accountIDs.newRow(values{"pyraTenantId": fmt.Sprintf("123e4567-e89b-12d3-a456-%012d", n)})
		}
		if n%4 != 3 {
			vs["technicalSupportEmail"] = fmt.Sprintf("support%d@company.example", n)
			vs["website"] = fmt.Sprintf("https://company%d.example/?a=1&b=2", n)
			vs["description"] = pick(n, "Resells \"cloud\", mostly.", "Line one\nline two", "<b>Not</b> HTML", "説明 ✓")
			vs["defaultLanguageCode"] = pick(n, "en", "de", "es")
		}
		d.accounts.add(d.account.newRow(vs), n == 0)
	}
}

// accountType returns a different type for each of the first three accounts; the
// others are mostly clients.
func accountType(n int) string {
	switch {
	case n == 2 || n%40 == 39:
		return "Operations"
	case n == 1 || n%9 == 4:
		return "Vendor"
	}
	return "Client"
}

// accountStatus returns a documented status or "Onboarding", which is not.
func accountStatus(n int) string {
	switch {
	case n%17 == 7:
		return "Onboarding"
	case n%6 == 4:
		return "Disabled"
	case n%6 == 2:
		return "Enabled"
	}
	return "Active"
}

// serviceLevel returns a level of the OpenAPI document or of the guides, which
// disagree, or "".
func serviceLevel(n int) string {
	return pick(n, "Express", "Elite", "Dsc", "Focus", "Runners", "Strategics", "NotApplicable", "Essential", "DSC", "")
}
