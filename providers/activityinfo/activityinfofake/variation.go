package activityinfofake

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Variation is what servers may differ in, since the documentation does not tell it.
type Variation struct {
	// Databases is the status of the list of databases, 0 for the list.
	Databases int
	// Accounts are the statuses of all responses about single billing accounts, by id,
	// and Users those of their user lists alone.
	Accounts, Users map[string]int
	// OddValues has values of other types than the documented ones for one user in
	// three and for each account.
	OddValues bool
	// DatabaseWithoutAccount has a database that names no billing account.
	DatabaseWithoutAccount bool
	// RowsWithoutUser adds rows without an id to each user list.
	RowsWithoutUser bool
}

// statusCodes are the documented error codes.
var statusCodes = map[int]string{
	http.StatusUnauthorized: "AUTHENTICATION_REQUIRED", http.StatusForbidden: "FORBIDDEN",
	http.StatusNotFound: "NOT_FOUND", http.StatusGone: "DELETED",
}

// account returns an account as the server sends it.
func (v Variation) account(a billingAccount) any {
	if !v.OddValues {
		return a
	}
	return struct {
		billingAccount
		Code int64    `json:"code"`
		Plan []string `json:"planName"`
	}{a, a.ID, nil}
}

// users returns the rows of a user list as the server sends them.
func (v Variation) users(rows []billingAccountUser) []any {
	all := []any{}
	for i, row := range rows {
		if v.RowsWithoutUser && i%20 == 0 {
			all = append(all, nil, map[string]any{"userId": nil, "name": row.Name})
		}
		all = append(all, v.user(row))
	}
	return all
}

func (v Variation) user(row billingAccountUser) any {
	n, err := strconv.Atoi(row.UserID)
	if !v.OddValues || err != nil || n%3 != 0 {
		return row
	}
	odd := struct {
		billingAccountUser
		ID            json.Number `json:"userId"`
		Name          int         `json:"name"`
		LastLoginTime any         `json:"lastLoginTime"`
	}{row, json.Number(row.UserID), n, ""}
	if n%2 == 0 {
		odd.LastLoginTime = "2026-02-23T05:23:33Z"
	}
	return odd
}

// databases returns the list of databases as the server sends it.
func (v Variation) databases(rows []databaseRow) []any {
	all := []any{}
	for _, row := range rows {
		all = append(all, row)
	}
	if v.DatabaseWithoutAccount {
		all = append(all, map[string]any{"databaseId": "cklocal", "label": "Without a billing account", "billingAccountId": nil})
	}
	return all
}
