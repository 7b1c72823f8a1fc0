package activeplatformfake

import (
	"net/url"
	"slices"
	"strings"
)

// Variation is what installations may differ in, since the documentation does not
// tell it.
type Variation struct {
	// MaxPerPage is the maximum page size, and MinPerPage the minimum.
	MaxPerPage, MinPerPage int
	// FirstPage is the number of the first page.
	FirstPage int
	// BeforeFirstPage is the status of the response to a lower number. 0 responds with
	// the first page.
	BeforeFirstPage int
	// ChildrenPerPage is the default page size of the lists of an account and of a
	// user, and ChildrenMaxPerPage the maximum, if it is not MaxPerPage. 0 has no pages
	// there.
	ChildrenPerPage, ChildrenMaxPerPage int
	// Members is the number of users of the first account; 0 has a few.
	Members int
	// RepeatFirstPage responds with the first page for every number.
	RepeatFirstPage bool
	// BeginAgain is the number of the page, from 1, that is the first one again; 0 is none.
	BeginAgain int
	// ExactEmails compares whole addresses with regard to case.
	ExactEmails bool
	// PaddedEmails stores addresses with spaces around them, and compares these as they
	// are.
	PaddedEmails bool
	// OddValues has values of other types than the documented ones for one user in
	// three, and a row that is no object in every list of users.
	OddValues bool
	// CustomAttributes replaces the custom attributes of every user; nil does not.
	CustomAttributes any
}

// stored returns the users as they are stored.
func (v Variation) stored(users []user) []user {
	if !v.PaddedEmails {
		return users
	}
	padded := slices.Clone(users)
	for i := range padded {
		padded[i].Email = " " + padded[i].Email + "  "
	}
	return padded
}

// statusBeforeFirstPage returns the status of the error for a page before the first, 0
// if there is none.
func (v Variation) statusBeforeFirstPage(q url.Values) int {
	if pageNumber(q, v.FirstPage) >= v.FirstPage {
		return 0
	}
	return v.BeforeFirstPage
}

// rows returns the rows of a list of users as the vendor sends them.
func (v Variation) rows(users []user) []any {
	rows := []any{}
	for _, u := range users {
		rows = append(rows, v.row(u))
	}
	if v.OddValues && len(users) > 0 {
		rows = append(rows, nil)
	}
	return rows
}

// row returns a user as the vendor sends it.
func (v Variation) row(u user) any {
	if v.CustomAttributes != nil {
		return struct {
			user
			CustomAttributes any `json:"custom_attributes"`
		}{u, v.CustomAttributes}
	}
	if !v.OddValues || u.ID%3 != 0 {
		return u
	}
	odd := struct {
		user
		MiddleName       int    `json:"middle_name"`
		CustomAttributes any    `json:"custom_attributes"`
		CreatedAt        any    `json:"created_at"`
		UpdatedAt        string `json:"updated_at"`
	}{u, u.ID % 10, map[string]any{}, 0, strings.TrimSuffix(u.UpdatedAt, "+03:00")}
	if u.ID%2 == 0 {
		odd.CreatedAt = strings.Replace(u.CreatedAt, "+03:00", "+0300", 1)
	}
	return odd
}
