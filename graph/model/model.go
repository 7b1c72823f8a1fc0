// Package model holds the domain types that all packages share: the entities of the
// graph, their ids, enums and connections, as plain structs. A record is immutable
// once a vendor package has built it, so that it can be cached and shared between
// operations.
//
// The package knows neither the GraphQL executor nor any vendor's wire format, and
// imports the standard library only.
package model

import "time"

// Vendor is a company with a REST API that this program reads.
type Vendor string

// The values of Vendor.
const (
	ActivityInfo   Vendor = "ACTIVITYINFO"
	SoftwareOne    Vendor = "SOFTWAREONE"
	ActivePlatform Vendor = "ACTIVEPLATFORM"
	BlendVision    Vendor = "BLENDVISION"
)

// TellsLogins reports whether users of the vendor have a last login, so that one without
// has never logged in.
func (v Vendor) TellsLogins() bool { return v == ActivityInfo || v == SoftwareOne }

// TellsLicenses reports whether memberships of the vendor have a license.
func (v Vendor) TellsLicenses() bool { return v == ActivityInfo }

// TellsRoles reports whether memberships of the vendor have different roles. Those of other
// vendors all have RoleMember.
func (v Vendor) TellsRoles() bool { return v == ActivityInfo || v == BlendVision }

// Provider describes one configured connection to a vendor. There is one value for
// each provider; everything that was read through it points to that value.
type Provider struct {
	// Name is unique and the first part of every id.
	Name   string
	Vendor Vendor
	// BaseURL holds no credential and no query.
	BaseURL string
}

// ID is the global id, `<name>:Provider:<name>`.
func (p *Provider) ID() ID { return NewID(p.Name, TypeProvider, p.Name) }

// IsNode marks an object with a global id.
func (*Provider) IsNode() {}

// IsEntity marks a type that a gateway can reference.
func (Provider) IsEntity() {}

// GlobalID is the global id.
func (p *Provider) GlobalID() ID { return p.ID() }

// Connection is the provider itself.
func (p *Provider) Connection() *Provider { return p }

// HasField reports true: a provider is always complete.
func (*Provider) HasField(string) bool { return true }

// Complete reports true.
func (*Provider) Complete() bool { return true }

// Hides reports false: a provider is configured here.
func (*Provider) Hides(string) bool { return false }

// IsInvalid implements Node.
func (*Provider) IsInvalid(string) bool { return false }

// IsUnknown implements Node.
func (*Provider) IsUnknown(string) bool { return false }

// HasUnknown implements Node.
func (*Provider) HasUnknown() bool { return false }

// IsReference implements Node.
func (*Provider) IsReference() bool { return false }

// Attributes has the name.
func (p *Provider) Attributes() Attributes { return Attributes{Name: &p.Name} }

// ProviderIndex describes the index of a provider's users and memberships in this process.
type ProviderIndex struct {
	State IndexState
	// Rows is the number of users and memberships that were read, together.
	Rows int
	// BuiltAt is when the reading of the index began that is served; nil without one.
	BuiltAt *time.Time
}

// IndexState is the state of an index.
type IndexState string

// The values of IndexState.
const (
	// IndexNone: no query has needed the index, or it was released.
	IndexNone IndexState = "NONE"
	// IndexBuilding: it is read for the first time, or after an invalidation.
	IndexBuilding IndexState = "BUILDING"
	// IndexReady: it is fresh.
	IndexReady IndexState = "READY"
	// IndexStale: it is served although it is not fresh.
	IndexStale IndexState = "STALE"
	// IndexFailed: the list could not be read.
	IndexFailed IndexState = "FAILED"
)

// ProviderStatus is the outcome of the last calls to a provider.
type ProviderStatus string

// The values of ProviderStatus.
const (
	ProviderUp       ProviderStatus = "UP"
	ProviderDegraded ProviderStatus = "DEGRADED"
	ProviderDown     ProviderStatus = "DOWN"
	ProviderUnknown  ProviderStatus = "UNKNOWN"
)

// Node is an object with a global id.
type Node interface {
	// IsNode marks the type for gqlgen.
	IsNode()
	// GlobalID is the global id.
	GlobalID() ID
	// Connection is the connection that the object was read through.
	Connection() *Provider
	// HasField reports whether the record holds this field of the graph; its value can
	// be null. A field that it does not hold must be fetched by the object's id.
	HasField(field string) bool
	// Complete reports whether the record holds every field.
	Complete() bool
	// Hides reports whether the record holds this field without its value, since the
	// vendor hides the value from the credential.
	Hides(field string) bool
	// IsInvalid reports whether the vendor's value of this field is invalid. What could be
	// read of it is a part: the elements of a list that are valid.
	IsInvalid(field string) bool
	// IsUnknown reports whether this field is hidden or invalid.
	IsUnknown(field string) bool
	// HasUnknown reports whether the record has a field that is hidden or invalid.
	HasUnknown() bool
	// IsReference reports whether the record is a short reference: reading the object by
	// its id may yield more fields.
	IsReference() bool
	// Attributes are the values that filters and orders compare.
	Attributes() Attributes
}

// Tenant is an Account or an Organization: a user can be a member of it.
type Tenant interface {
	Node
	// IsTenant marks the type for gqlgen.
	IsTenant()
}

// Entity is the part that all entity types share.
type Entity struct {
	ID       ID
	Provider *Provider
	VendorID string
	// FieldSet names the fields that the record holds; nil is all of them.
	FieldSet *FieldSet
}

// NewEntity returns the Entity of a record that holds every field.
func NewEntity(p *Provider, typ, vendorID string) Entity {
	return Entity{ID: NewID(p.Name, typ, vendorID), Provider: p, VendorID: vendorID}
}

// NewMembershipEntity is NewEntity for the membership of a user in a tenant. Its vendor id shares
// the memory of its id.
func NewMembershipEntity(p *Provider, tenant, user string) Entity {
	id := p.Name + ":" + TypeMembership + ":" + tenant + "/" + user
	return Entity{ID: ID(id), Provider: p, VendorID: id[len(id)-len(tenant)-len("/")-len(user):]}
}

// WithFieldSet returns a copy with another field set.
func (e Entity) WithFieldSet(fields *FieldSet) Entity {
	e.FieldSet = fields
	return e
}

// IsNode marks an object with a global id.
func (*Entity) IsNode() {}

// GlobalID is the global id.
func (e *Entity) GlobalID() ID { return e.ID }

// Connection is the connection that the object was read through.
func (e *Entity) Connection() *Provider { return e.Provider }

// HasField reports whether the record holds the field.
func (e *Entity) HasField(field string) bool { return e.FieldSet.HasField(field) }

// IsReference reports whether the record is a short reference.
func (e *Entity) IsReference() bool { return e.FieldSet.IsReference() }

// Complete reports whether the record holds every field.
func (e *Entity) Complete() bool { return e.FieldSet.IsComplete() }

// Hides reports whether the vendor hides the field's value.
func (e *Entity) Hides(field string) bool { return e.FieldSet.Hides(field) }

// IsInvalid reports whether the vendor's value of the field is invalid.
func (e *Entity) IsInvalid(field string) bool { return e.FieldSet.IsInvalid(field) }

// IsUnknown reports whether the field is hidden or invalid.
func (e *Entity) IsUnknown(field string) bool { return e.FieldSet.IsUnknown(field) }

// HasUnknown reports whether the record has a field that is hidden or invalid.
func (e *Entity) HasUnknown() bool { return e.FieldSet.HasUnknown() }
