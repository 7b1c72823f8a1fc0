package blendvisionfake

import (
	"encoding/json"
	"fmt"
)

// Variation is what the vendor may do, as far as the documentation does not tell
// otherwise.
type Variation struct {
	// MaxPerPage is the number of rows on a page at most, although more are requested
	// and the response says so. 0 is the requested number.
	MaxPerPage int
	// TotalCountsPage has total_items be "the total numbers of the list in the current
	// pagination": the number of rows on the page.
	TotalCountsPage bool
	// TotalCountsSoFar has total_items be the number of rows up to the end of the page.
	TotalCountsSoFar bool
	// MaxTotal is the largest total_items; longer lists have it, too. 0 is no limit.
	MaxTotal int
	// Pagination changes the pagination of a response; nil does not.
	Pagination PaginationForm
	// EmptyPage is the number of a page without rows before the end of each list. 0 is
	// none.
	EmptyPage int
	// RepeatFirstPage responds with the first page for every number.
	RepeatFirstPage bool
	// HideRows leaves out the last row of each page of accounts.
	HideRows bool
	// OddValues has values of other types than the documented ones for one account in
	// three, and a row that is no object on every page of accounts.
	OddValues bool
	// OlderAccounts are accounts as an older version of the documentation has them:
	// without username, contact_email and account_type.
	OlderAccounts bool
}

// PaginationForm is a form of the pagination of a response.
type PaginationForm func(total, size, number int) any

// The forms of a pagination.
var (
	// NoPagination has no pagination.
	NoPagination PaginationForm = func(int, int, int) any { return nil }
	// NoNumbers has a pagination without numbers.
	NoNumbers PaginationForm = func(int, int, int) any { return struct{}{} }
	// NoSize has 0 for the size and for the number of the page.
	NoSize PaginationForm = func(total, _, _ int) any { return pagination{TotalItems: total} }
	// TotalAlone has the total alone.
	TotalAlone PaginationForm = func(total, _, _ int) any { return map[string]int{"total_items": total} }
	// NumbersAsText has numbers as strings.
	NumbersAsText PaginationForm = func(total, size, number int) any {
		return map[string]string{"total_items": fmt.Sprint(total), "items_per_page": fmt.Sprint(size), "current_page": fmt.Sprint(number)}
	}
	// NumbersFromZero has the number of the page count from 0.
	NumbersFromZero PaginationForm = func(total, size, number int) any { return pagination{total, size, number - 1} }
)

// pagination describes a page.
type pagination struct {
	TotalItems   int `json:"total_items"`
	ItemsPerPage int `json:"items_per_page"`
	CurrentPage  int `json:"current_page"`
}

// pagination returns the pagination of a page with so many rows, the last of which is
// the row with number to.
func (v Variation) pagination(p pagination, rows, to int) any {
	switch {
	case v.TotalCountsPage:
		p.TotalItems = rows
	case v.TotalCountsSoFar:
		p.TotalItems = to
	case v.MaxTotal > 0:
		p.TotalItems = min(p.TotalItems, v.MaxTotal)
	}
	if v.Pagination == nil {
		return p
	}
	return v.Pagination(p.TotalItems, p.ItemsPerPage, p.CurrentPage)
}

// rows returns the accounts of a page as the vendor sends them.
func (v Variation) rows(accounts []account) []any {
	if v.HideRows && len(accounts) > 0 {
		accounts = accounts[:len(accounts)-1]
	}
	rows := []any{}
	for i, a := range accounts {
		rows = append(rows, v.row(i, a))
	}
	if v.OddValues && len(accounts) > 0 {
		rows = append(rows, 7)
	}
	return rows
}

// row returns an account as the vendor sends it.
func (v Variation) row(i int, a account) any {
	if v.OlderAccounts {
		if a.Email == "" && a.AccountType == "ACCOUNT_TYPE_EMAIL" {
			a.Email = a.Username
		}
		return olderAccount{a.ID, a.Email, a.Status, a.RoleType, a.CreatedAt, a.FirstName, a.LastName, a.RoleID}
	}
	if !v.OddValues || i%3 != 0 {
		return a
	}
	return struct {
		account
		FirstName int             `json:"first_name"`
		RoleID    json.RawMessage `json:"role_id"`
		CreatedAt string          `json:"created_at"`
	}{a, i, json.RawMessage("{}"), "2024-07-29T15:51:28.071"}
}

type olderAccount struct {
	ID        string  `json:"id"`
	Email     string  `json:"email"`
	Status    string  `json:"status"`
	RoleType  string  `json:"role_type"`
	CreatedAt *string `json:"created_at"`
	FirstName string  `json:"first_name"`
	LastName  string  `json:"last_name"`
	RoleID    string  `json:"role_id"`
}
