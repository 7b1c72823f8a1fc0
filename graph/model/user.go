package model

import "time"

// User is one user at one provider.
type User struct {
	Entity
	// Login is what the user signs in with, Email an address that the user signs in with
	// or has confirmed, and ContactEmail one that only the vendor's contact data has.
	// Users are matched to people by Email.
	Login, Email, ContactEmail      *string
	AccountType                     *UserAccountType
	VendorAccountType               *string
	Name                            *string
	FirstName, MiddleName, LastName *string
	Status                          UserStatus
	VendorStatus                    *string
	Icon                            *string
	Phone                           *Phone
	LastLoginAt                     *time.Time
	Settings                        *UserSettings
	CustomAttributes                []*CustomAttribute
	CreatedAt, UpdatedAt            *time.Time
	Audit                           *Audit
	// CurrentAccount can be a short reference.
	CurrentAccount *Account
}

// IsEntity marks a type that a gateway can reference.
func (User) IsEntity() {}

// UserStatus is a user's status, normalized.
type UserStatus string

// The values of UserStatus.
const (
	UserActive            UserStatus = "ACTIVE"
	UserInvited           UserStatus = "INVITED"
	UserInvitationExpired UserStatus = "INVITATION_EXPIRED"
	UserInactive          UserStatus = "INACTIVE"
	UserBlocked           UserStatus = "BLOCKED"
	UserDeleted           UserStatus = "DELETED"
	UserOther             UserStatus = "OTHER"
)

// UserAccountType is what a user's account stands for, normalized.
type UserAccountType string

// The values of UserAccountType.
const (
	UserAccountPerson  UserAccountType = "PERSON"
	UserAccountShared  UserAccountType = "SHARED"
	UserAccountService UserAccountType = "SERVICE"
	UserAccountOther   UserAccountType = "OTHER"
)

// Phone is a telephone number in two parts.
type Phone struct{ Prefix, Number *string }

// UserSettings are the user's language and culture.
type UserSettings struct{ CultureCode, LanguageCode *string }

// CustomAttribute is a user attribute that an operator has defined.
type CustomAttribute struct {
	Name  string
	Value *string
}
