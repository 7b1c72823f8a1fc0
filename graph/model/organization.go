package model

import "time"

// Organization is a node of a reseller hierarchy that users are members of.
type Organization struct {
	Entity
	Name         *string
	Type         *OrganizationType
	VendorType   *string
	Status       OrganizationStatus
	VendorStatus *string
	// Parent may be a short reference.
	Parent               *Organization
	CreatedAt, UpdatedAt *time.Time
}

// IsEntity marks a type that a gateway can ask for.
func (Organization) IsEntity() {}

// IsTenant marks what users can be members of.
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

// OrganizationType is an organization's place in the hierarchy, normalized.
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
