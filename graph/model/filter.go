package model

import "time"

// UserFilter tells which users; all given parts must match.
type UserFilter struct {
	Providers                   []string
	Email                       *string
	Status                      []UserStatus
	Name                        *string
	CreatedAfter, CreatedBefore *time.Time
	UpdatedAfter, UpdatedBefore *time.Time
}

// AccountFilter tells which accounts; all given parts must match.
type AccountFilter struct {
	Providers []string
	Name      *string
	Status    []AccountStatus
}

// OrganizationFilter tells which organizations; all given parts must match.
type OrganizationFilter struct {
	Providers []string
	Name      *string
	Status    []OrganizationStatus
}

// BuyerFilter tells which buyers; all given parts must match.
type BuyerFilter struct {
	Providers []string
	Name      *string
	Status    []BuyerStatus
}

// SellerFilter tells which sellers; all given parts must match.
type SellerFilter struct {
	Providers []string
	Name      *string
	Status    []SellerStatus
}

// EntityFilter tells which groups or modules; all given parts must match.
type EntityFilter struct {
	Providers []string
	Name      *string
}

// MembershipFilter tells which memberships; all given parts must match.
type MembershipFilter struct {
	Roles    []MembershipRole
	Licenses []License
	Status   []UserStatus
	Database *string
}

// OrderDirection tells which way an order runs.
type OrderDirection string

// The values of OrderDirection.
const (
	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)

// UserOrderField is what users can be ordered by.
type UserOrderField string

// EntityOrderField is what other entities can be ordered by: the fields of
// UserOrderField that they have.
type EntityOrderField string

// The values of UserOrderField; NAME, CREATED_AT and UPDATED_AT are also those
// of EntityOrderField.
const (
	OrderByName        UserOrderField = "NAME"
	OrderByEmail       UserOrderField = "EMAIL"
	OrderByStatus      UserOrderField = "STATUS"
	OrderByCreatedAt   UserOrderField = "CREATED_AT"
	OrderByUpdatedAt   UserOrderField = "UPDATED_AT"
	OrderByLastLoginAt UserOrderField = "LAST_LOGIN_AT"
)

// UserOrder is one order over users.
type UserOrder struct {
	Field     UserOrderField
	Direction OrderDirection
}

// EntityOrder is one order over other entities.
type EntityOrder struct {
	Field     EntityOrderField
	Direction OrderDirection
}
