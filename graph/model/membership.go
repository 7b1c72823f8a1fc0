package model

import "time"

// Membership is a user's membership of a tenant. At every vendor, JoinMembership
// returns its vendor id.
type Membership struct {
	Entity
	// User can be a short reference.
	User *User
	// Account or Organization is set and can be a short reference.
	Account      *Account
	Organization *Organization
	Role         MembershipRole
	VendorRole   *string
	VendorRoleID *string
	License      *License
	Status       UserStatus
	InvitedAt    *time.Time
	JoinedAt     *time.Time
	LastAccessAt *time.Time
	Invitation   *Invitation
	// Groups, Buyers and Modules are nil where the vendor hides them.
	Groups  []*Group
	Buyers  []*Buyer
	Modules []*Module
	// Via are the groups through which the user has rights; nil where the vendor hides them or
	// does not tell.
	Via   []*Group
	Audit *Audit
}

// IsEntity marks a type that a gateway can reference.
func (Membership) IsEntity() {}

// Tenant returns the account or the organization; nil when neither is set.
func (m *Membership) Tenant() Tenant {
	if m.Account != nil {
		return m.Account
	}
	if m.Organization != nil {
		return m.Organization
	}
	return nil
}

// EndpointIDs returns the ids of the user and of the tenant, without those that are
// not set.
func (m *Membership) EndpointIDs() []ID {
	var ids []ID
	if m.User != nil {
		ids = append(ids, m.User.ID)
	}
	if t := m.Tenant(); t != nil {
		ids = append(ids, t.GlobalID())
	}
	return ids
}

// MembershipRole is a user's role in a tenant, normalized.
type MembershipRole string

// The values of MembershipRole.
const (
	RoleOwner              MembershipRole = "OWNER"
	RoleAdmin              MembershipRole = "ADMIN"
	RoleStaff              MembershipRole = "STAFF"
	RoleDeveloper          MembershipRole = "DEVELOPER"
	RoleContentContributor MembershipRole = "CONTENT_CONTRIBUTOR"
	RoleCustom             MembershipRole = "CUSTOM"
	RoleMember             MembershipRole = "MEMBER"
	RoleOther              MembershipRole = "OTHER"
)

// License is the license that a member needs, normalized.
type License string

// The values of License.
const (
	LicenseNone  License = "NONE"
	LicenseBasic License = "BASIC"
	LicenseFull  License = "FULL"
	LicenseOther License = "OTHER"
)

// Invitation is an invitation into an account.
type Invitation struct {
	Status       *InvitationStatus
	VendorStatus *string
	// URL accepts the invitation. It is a secret.
	URL *string
}

// InvitationStatus is the status of an invitation, normalized.
type InvitationStatus string

// The values of InvitationStatus.
const (
	InvitationInvited InvitationStatus = "INVITED"
	InvitationActive  InvitationStatus = "ACTIVE"
	InvitationExpired InvitationStatus = "INVITATION_EXPIRED"
	InvitationOther   InvitationStatus = "OTHER"
)
