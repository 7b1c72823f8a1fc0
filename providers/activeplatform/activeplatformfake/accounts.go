package activeplatformfake

import (
	"fmt"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

const (
	// accountCount exceeds the maximum page size.
	accountCount   = 140
	firstAccountID = 7011
)

// AccountID returns the id of the account of company n, from 0.
func AccountID(n int) int { return firstAccountID + n }

type account struct {
	ID             int     `json:"id"`
	Name           string  `json:"name"`
	AccountClassID int     `json:"account_class_id"`
	AccountClass   string  `json:"account_class"`
	PrimaryName    string  `json:"primary_name"`
	FirstName      string  `json:"first_name"`
	MiddleName     string  `json:"middle_name"`
	LastName       string  `json:"last_name"`
	Country        string  `json:"country"`
	Region         string  `json:"region"`
	City           string  `json:"city"`
	Street         string  `json:"street"`
	Building       string  `json:"building"`
	Office         string  `json:"office"`
	Zip            string  `json:"zip"`
	Phone          string  `json:"phone"`
	Email          string  `json:"email"`
	Status         string  `json:"status"`
	Balance        float64 `json:"balance"`
	CreditLimit    float64 `json:"credit_limit"`
	CreatedAt      string  `json:"created_at"`
	UpdatedAt      string  `json:"updated_at"`

	members map[int]bool // ids of users
}

func (a account) field(name string) (string, bool) {
	value, ok := map[string]string{
		"id": fmt.Sprintf("%020d", a.ID), "name": a.Name, "email": a.Email, "status": a.Status, "country": a.Country,
		"city": a.City, "created_at": a.CreatedAt, "updated_at": a.UpdatedAt,
	}[name]
	return value, ok
}

// newAccounts returns the accounts. Each user belongs to one to three of them, except
// the last user, who belongs to none. The last account has no users.
func newAccounts(users []user) []account {
	accounts := make([]account, accountCount)
	for n := range accounts {
		accounts[n] = newAccount(n)
	}
	for i, u := range users[:len(users)-1] {
		accounts[i%(accountCount-1)].members[u.ID] = true
		accounts[(i*7+3)%(accountCount-1)].members[u.ID] = true
		if i%3 == 0 {
			accounts[(i*13+5)%(accountCount-1)].members[u.ID] = true
		}
	}
	return accounts
}

// hasCrowdMember reports whether the ith user of the crowd belongs to the account of
// company n. Each belongs to one or two of the accounts that have users.
func hasCrowdMember(n, i int) bool {
	return n < accountCount-1 && (i%(accountCount-1) == n || i%3 == 0 && (i*7+3)%(accountCount-1) == n)
}

func newAccount(n int) account {
	created := time.Date(2015, 2, 5, 10, 5, 1, 147e6, time.UTC).Add(time.Duration(n) * 29 * time.Hour)
	a := account{
		ID: AccountID(n), Name: fakevendor.Company(n), AccountClassID: 1 + n%2, AccountClass: []string{"Company", "Person"}[n%2],
		PrimaryName: fakevendor.Company(n), FirstName: "Oleg", LastName: "Ivanov",
		Country: []string{"RU", "BY", "DE", "NL"}[n%4], City: []string{"Moscow", "Minsk", "Köln", "’s-Hertogenbosch"}[n%4],
		Street: "Main street", Building: fmt.Sprint(1 + n), Zip: fmt.Sprintf("%06d", 101000+n), Phone: fmt.Sprintf("+7 495 %07d", n),
		Email: fmt.Sprintf("office%d@company.example", n), Status: "active", Balance: float64(n) * 1.25, CreditLimit: 1000.5,
		CreatedAt: formatTime(created), UpdatedAt: formatTime(created.Add(time.Duration(n%40) * 17 * time.Hour)),
		members: map[int]bool{},
	}
	if n%3 == 0 {
		a.Region, a.Office = "North", fmt.Sprint(100+n)
	}
	switch {
	case n%11 == 5:
		a.Status = "inactive"
	case n%37 == 1:
		a.Status = "credit_hold"
	}
	return a
}
