package model

import "time"

// Account is the unit that a vendor bills or isolates.
type Account struct {
	Entity
	Name                  *string
	Type                  *string
	Status                AccountStatus
	VendorStatus          *string
	ServiceLevel          *string
	ExternalID            *string
	ExternalName          *string
	ExternalIds           *AccountExternalIds
	Address               *Address
	Icon                  *string
	TechnicalSupportEmail *string
	Website               *string
	Description           *string
	// Plan is nil where the vendor tells none.
	Plan                 *AccountPlan
	CreatedAt, UpdatedAt *time.Time
	Audit                *Audit
}

// IsEntity marks a type that a gateway can reference.
func (Account) IsEntity() {}

// IsTenant marks a type that users can be members of.
func (*Account) IsTenant() {}

// AccountStatus is an account's status in upper snake case.
type AccountStatus string

// The values of AccountStatus.
const (
	AccountActive    AccountStatus = "ACTIVE"
	AccountEnabled   AccountStatus = "ENABLED"
	AccountDisabled  AccountStatus = "DISABLED"
	AccountSuspended AccountStatus = "SUSPENDED"
	AccountClosed    AccountStatus = "CLOSED"
	AccountInactive  AccountStatus = "INACTIVE"
	AccountOther     AccountStatus = "OTHER"
)

// AccountExternalIds are an account's ids in other systems.
type AccountExternalIds struct{ PyraTenantID *string }

// AccountPlan is what an account has bought, and how much of it is used.
type AccountPlan struct {
	Name                                                               *string
	UserLimit, FullUserLimit, UserCount, FullUserCount, BasicUserCount *int
	ExpiresAt                                                          *time.Time
}

// Address is a postal address; nil parts are unknown.
type Address struct {
	AddressLine1, AddressLine2, PostCode, City, State, Country *string
}
