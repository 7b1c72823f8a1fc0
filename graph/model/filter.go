package model

// In a filter, a nil part is no condition, and an empty list matches nothing.

// UserFilter selects users that match all of its non-nil parts.
type UserFilter struct {
	Providers                   []string
	Email                       *string
	Status                      []UserStatus
	Name                        *string
	CreatedAfter, CreatedBefore *DateTime
	UpdatedAfter, UpdatedBefore *DateTime
	// LastLoginAfter, LastLoginBefore and NeverLoggedIn match no user of a vendor that
	// does not tell logins.
	LastLoginAfter, LastLoginBefore *DateTime
	NeverLoggedIn                   *bool
	EmailDomain                     *string
	HasEmail                        *bool
}

// IsPersonal reports whether the filter tells of personal data that the caller may not
// know. A whole e-mail address is known to those who search for it.
func (f *UserFilter) IsPersonal() bool {
	return f != nil && (f.EmailDomain != nil || f.HasEmail != nil || f.LastLoginAfter != nil || f.LastLoginBefore != nil || f.NeverLoggedIn != nil)
}

// AccountFilter selects accounts that match all of its non-nil parts.
type AccountFilter struct {
	Providers []string
	Name      *string
	Status    []AccountStatus
}

// OrganizationFilter selects organizations that match all of its non-nil parts.
type OrganizationFilter struct {
	Providers []string
	Name      *string
	Status    []OrganizationStatus
}

// BuyerFilter selects buyers that match all of its non-nil parts.
type BuyerFilter struct {
	Providers []string
	Name      *string
	Status    []BuyerStatus
}

// SellerFilter selects sellers that match all of its non-nil parts.
type SellerFilter struct {
	Providers []string
	Name      *string
	Status    []SellerStatus
}

// EntityFilter selects groups or modules that match all of its non-nil parts.
type EntityFilter struct {
	Providers []string
	Name      *string
}

// MembershipFilter selects memberships that match all of its non-nil parts.
type MembershipFilter struct {
	Roles    []MembershipRole
	Licenses []License
	Status   []UserStatus
	Database *string
	// Name and Email are those of the user.
	Name, Email *string
}

// OrderDirection is the direction of an order.
type OrderDirection string

// The values of OrderDirection.
const (
	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)

// UserOrderField is a field that users can be ordered by.
type UserOrderField string

// EntityOrderField is a field that other entities can be ordered by: a UserOrderField
// that they have.
type EntityOrderField string

// The values of UserOrderField. EntityOrderField has NAME, CREATED_AT and UPDATED_AT.
const (
	OrderByName        UserOrderField = "NAME"
	OrderByEmail       UserOrderField = "EMAIL"
	OrderByStatus      UserOrderField = "STATUS"
	OrderByCreatedAt   UserOrderField = "CREATED_AT"
	OrderByUpdatedAt   UserOrderField = "UPDATED_AT"
	OrderByLastLoginAt UserOrderField = "LAST_LOGIN_AT"
)

// UserOrder is an order of users, or of memberships by their users.
type UserOrder struct {
	Field     UserOrderField
	Direction OrderDirection
}

// EntityOrder is an order of other entities.
type EntityOrder struct {
	Field     EntityOrderField
	Direction OrderDirection
}
