// Package model holds SoftwareOne's objects as the baseline decodes them, with the
// vendor's names.
//
// It is independent of graph/model.
package model

import "strings"

// provider is the name that the benchmarks configure.
const provider = "softwareone"

// Account is an account; a short one has all of this, too.
type Account struct {
	ID     string  `json:"id"`
	Name   *string `json:"name"`
	Status string  `json:"status"`
}

// GlobalID is the id in the graph.
func (a *Account) GlobalID() string { return provider + ":Account:" + a.ID }

// Word is the status in the graph.
func (a *Account) Word() string { return word(a.Status) }

// Group is a user group.
type Group struct {
	ID      string    `json:"id"`
	Name    *string   `json:"name"`
	Account *Account  `json:"account"`
	Modules []*Module `json:"modules"`
	Users   []*User   `json:"users"`
	Buyers  []*Buyer  `json:"buyers"`
}

// GlobalID is the id in the graph.
func (g *Group) GlobalID() string { return provider + ":Group:" + g.ID }

// User is a user; a short one lacks all but id and name.
type User struct {
	ID             string   `json:"id"`
	Name           *string  `json:"name"`
	Email          *string  `json:"email"`
	Status         string   `json:"status"`
	CurrentAccount *Account `json:"currentAccount"`
}

// IsEntity marks a type that a gateway can ask for.
func (User) IsEntity() {}

// GlobalID is the id in the graph.
func (u *User) GlobalID() string { return provider + ":User:" + u.ID }

// Word is the status in the graph.
func (u *User) Word() string { return word(u.Status) }

// Buyer is a buyer; a short one lacks its tax id and its sellers.
type Buyer struct {
	ID      string    `json:"id"`
	Name    *string   `json:"name"`
	TaxID   *string   `json:"taxId"`
	Sellers []*Seller `json:"sellers"`
}

// GlobalID is the id in the graph.
func (b *Buyer) GlobalID() string { return provider + ":Buyer:" + b.ID }

// Seller is a seller.
type Seller struct {
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

// GlobalID is the id in the graph.
func (s *Seller) GlobalID() string { return provider + ":Seller:" + s.ID }

// Module is a module.
type Module struct {
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

// GlobalID is the id in the graph.
func (m *Module) GlobalID() string { return provider + ":Module:" + m.ID }

// AccountConnection is a list of accounts.
type AccountConnection struct{ Nodes []*Account }

// GroupConnection is a list of groups.
type GroupConnection struct{ Nodes []*Group }

// UserConnection is a list of users.
type UserConnection struct{ Nodes []*User }

// BuyerConnection is a list of buyers.
type BuyerConnection struct{ Nodes []*Buyer }

// word is a status as the graph has it; OTHER for one that it does not know.
func word(status string) string {
	switch status {
	case "Active", "Enabled", "Disabled", "Suspended", "Closed", "Inactive", "Invited", "Blocked", "Deleted":
		return strings.ToUpper(status)
	}
	return "OTHER"
}
