package blendvisionfake

import (
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// The numbers of the first and the last person who have an account.
const (
	firstPerson = 110
	lastPerson  = 299
)

// account is a member of an organization in the latest version of the documentation:
// https://developers.blendvision.com/ja/docs/api/bv-one/public-organization-service-list-accounts-2
type account struct {
	ID           string  `json:"id"`
	Email        string  `json:"email"`
	Status       string  `json:"status"`
	RoleType     string  `json:"role_type"`
	CreatedAt    *string `json:"created_at"`
	FirstName    string  `json:"first_name"`
	LastName     string  `json:"last_name"`
	RoleID       string  `json:"role_id"`
	AccountType  string  `json:"account_type"`
	Username     string  `json:"username"`
	ContactEmail string  `json:"contact_email"`
}

// AccountID returns the id of the account of the person with this number.
func AccountID(person int) string { return uuid(0xa, person) }

// newAccounts returns the accounts of an organization: those of the people for whom in
// returns true, then those of the crowd. The distributor has all of these, the reseller
// every fifth, and the business every tenth.
func newAccounts(o int, in func(person int) bool, roles []role, crowd fakevendor.Crowd) fakevendor.Rows[account] {
	nth := map[int]int{distributor: 1, firstReseller: 5, firstBusiness: 10}[o]
	accounts := fakevendor.Rows[account]{
		Count:   (crowd.Count + nth - 1) / nth,
		Compute: func(i int) account { return newAccount(crowd.Person(i*nth), o, roles) },
	}
	for _, p := range fakevendor.People()[firstPerson : lastPerson+1] {
		if in(p.Number) {
			accounts.Fixed = append(accounts.Fixed, newAccount(p, o, roles))
		}
	}
	return accounts
}

// newAccount returns the account of a person. Its fields vary by person, its role also
// by organization.
func newAccount(p fakevendor.Person, o int, roles []role) account {
	a := account{
		ID:          AccountID(p.Number),
		Email:       p.EmailAs(fakevendor.FourthUpperCase),
		Username:    p.EmailAs(fakevendor.FourthUpperCase),
		Status:      "ACCOUNT_STATUS_ACTIVATED",
		FirstName:   p.GivenName,
		LastName:    p.FamilyName,
		AccountType: "ACCOUNT_TYPE_EMAIL",
		CreatedAt:   formatTime(p.CreatedAt.UTC().AddDate(0, 1, 0)),
	}
	switch {
	case p.Number%10 == 3:
		a.Status = "ACCOUNT_STATUS_DEACTIVATED"
	case p.Number%23 == 7:
		// An undocumented status.
		a.Status = "ACCOUNT_STATUS_LOCKED"
	}
	switch {
	case p.Number == 113 || p.Number == 231 || p.Number == 265:
		a.AccountType, a.Email, a.Username = "ACCOUNT_TYPE_NON_EMAIL", "", "player-"+a.ID[len(a.ID)-3:]
	case p.Number%12 == 5:
		// email is deprecated in favor of username.
		a.Email = ""
	case p.Number%12 == 11:
		a.AccountType, a.ContactEmail = "ACCOUNT_TYPE_NON_EMAIL", a.Email
		a.Email, a.Username = "", "player-"+a.ID[len(a.ID)-3:]
	}
	switch p.Number {
	case 297:
		a.FirstName = ""
	case 298:
		a.FirstName, a.LastName = "", ""
	case 148, 222:
		a.CreatedAt = nil
	}
	a.RoleType, a.RoleID = roleOf(p.Number, o, roles)
	return a
}

// roleOf returns the type and the id of a person's role in an organization.
func roleOf(person, o int, roles []role) (typ, id string) {
	types := []string{
		"ROLE_TYPE_STAFF", "ROLE_TYPE_ADMIN", "ROLE_TYPE_DEVELOPER", "ROLE_TYPE_STAFF",
		"ROLE_TYPE_CONTENT_CONTRIBUTOR", "ROLE_TYPE_CUSTOM", "ROLE_TYPE_STAFF",
		// An undocumented type.
		"ROLE_TYPE_AUDITOR",
	}
	typ = types[(person+o)%len(types)]
	if person%100 == 20 {
		typ = "ROLE_TYPE_OWNER"
	}
	var ids []string
	for _, r := range roles {
		if r.Type == typ {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		// The type of an account's role may be missing in the list of roles.
		return typ, ""
	}
	return typ, ids[person%len(ids)]
}

type accountList struct {
	Accounts   []any `json:"accounts"`
	Pagination any   `json:"pagination"`
}

// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-accounts
func (f *Fake) listAccounts(acting *organization, q query) (any, *rpcStatus) {
	accounts, pagination := pageOf(acting.accounts, q, f.Variation)
	return accountList{f.Variation.rows(accounts), pagination}, nil
}

// allAccounts contains the array under a singular name.
type allAccounts struct {
	Account    []account `json:"account"`
	Pagination any       `json:"pagination"`
}

// listAllAccounts responds with all accounts unless enable_pagination is true.
// https://developers.blendvision.com/docs/api/bv-one/public-account-service-list
func (f *Fake) listAllAccounts(acting *organization, q query) (any, *rpcStatus) {
	var statuses []string
	for _, list := range q.Values["status"] {
		statuses = append(statuses, strings.Split(list, ",")...)
	}
	accounts := fakevendor.Rows[account]{}
	for i := range acting.accounts.Len() {
		a := acting.accounts.At(i)
		if strings.Contains(a.Email, q.Get("email")) && (len(statuses) == 0 || slices.Contains(statuses, a.Status)) {
			accounts.Fixed = append(accounts.Fixed, a)
		}
	}
	if q.Get("enable_pagination") != "true" {
		return allAccounts{Account: append([]account{}, accounts.Fixed...)}, nil
	}
	page, pagination := pageOf(accounts, q, f.Variation)
	return allAccounts{Account: page, Pagination: pagination}, nil
}

// accountInfo is a membership of the account that owns the token.
type accountInfo struct {
	Groups       []struct{}    `json:"groups"`
	Organization *organization `json:"organization"`
	RoleType     string        `json:"role_type"`
}

// https://developers.blendvision.com/docs/api/bv-one/public-account-service-get-info
func (f *Fake) getAccountInfo(*organization, query) (any, *rpcStatus) {
	var response struct {
		Account struct {
			AccountInfos []accountInfo `json:"account_infos"`
		} `json:"account"`
	}
	for _, o := range f.organizations {
		if o.permitted {
			response.Account.AccountInfos = append(response.Account.AccountInfos, accountInfo{[]struct{}{}, o, "ROLE_TYPE_ADMIN"})
		}
	}
	return response, nil
}
