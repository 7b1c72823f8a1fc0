package model

import "time"

// Organization is a node of a reseller hierarchy. Users are its members.
type Organization struct {
	Entity
	Name         *string
	Type         *OrganizationType
	VendorType   *string
	Status       OrganizationStatus
	VendorStatus *string
	// Parent can be a short reference.
	Parent               *Organization
	CreatedAt, UpdatedAt *time.Time
}

// IsEntity marks a type that a gateway can reference.
func (Organization) IsEntity() {}

// IsTenant marks a type that users can be members of.
func (*Organization) IsTenant() {}

// OrganizationStatus is an organization's status, normalized.
type OrganizationStatus string

// The values of OrganizationStatus.
const (
	OrganizationActivated           OrganizationStatus = "ACTIVATED"
	OrganizationVerifying           OrganizationStatus = "VERIFYING"
	OrganizationFailToVerify        OrganizationStatus = "FAIL_TO_VERIFY"
	OrganizationDeactivated         OrganizationStatus = "DEACTIVATED"
	OrganizationDeleting            OrganizationStatus = "DELETING"
	OrganizationDeleted             OrganizationStatus = "DELETED"
	OrganizationActivationScheduled OrganizationStatus = "ACTIVATION_SCHEDULED"
	OrganizationOther               OrganizationStatus = "OTHER"
)

// OrganizationType is an organization's level in the hierarchy, normalized.
type OrganizationType string

// The values of OrganizationType.
const (
	OrganizationRoot               OrganizationType = "ROOT"
	OrganizationGeneralDistributor OrganizationType = "GENERAL_DISTRIBUTOR"
	OrganizationReseller           OrganizationType = "RESELLER"
	OrganizationBusiness           OrganizationType = "BUSINESS"
	OrganizationTypeOther          OrganizationType = "OTHER"
)

// Role is a role that members of an organization can have.
type Role struct {
	VendorID   string
	Name       *string
	Type       *MembershipRole
	VendorType *string
	IsDefault  *bool
}
