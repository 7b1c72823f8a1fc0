// Package model holds the words that every part of accountgraph shares: the
// graph's entities, their ids, enums and connections, as plain structs. A
// record is immutable once a vendor package has built it, so that it may be
// shared between operations and cached.
//
// It knows neither GraphQL's executor nor any vendor's wire format, and imports
// the standard library only.
package model

// Vendor is a company whose REST API is read.
type Vendor string

// The vendors that this program has a translation for.
const (
	ActivityInfo   Vendor = "ACTIVITYINFO"
	SoftwareOne    Vendor = "SOFTWAREONE"
	ActivePlatform Vendor = "ACTIVEPLATFORM"
	BlendVision    Vendor = "BLENDVISION"
)

// Provider describes one configured connection to a vendor. One value exists a
// provider and is pointed to by everything read through it.
type Provider struct {
	// Name is unique and the first part of every id.
	Name   string
	Vendor Vendor
	// BaseURL holds no credential and no query.
	BaseURL string
}

// ProviderStatus tells how the last calls to a provider went.
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
	IsNode()
	// GlobalID is the global id.
	GlobalID() ID
	// Connection is the connection that the object was read through.
	Connection() *Provider
	// HasField reports whether the record says what the graph's field is, be it
	// null. Where it does not, the object must be fetched by its id first.
	HasField(field string) bool
	// Complete reports whether the record holds every field.
	Complete() bool
}

// Tenant is what a user can be a member of: an Account or an Organization.
type Tenant interface {
	Node
	IsTenant()
}

// Entity is what every entity begins with.
type Entity struct {
	ID       ID
	Provider *Provider
	VendorID string
	// FieldSet names the fields that the record holds; nil means all of them.
	FieldSet *FieldSet
}

// NewEntity begins a record that holds every field.
func NewEntity(p *Provider, typ, vendorID string) Entity {
	return Entity{ID: NewID(p.Name, typ, vendorID), Provider: p, VendorID: vendorID}
}

// WithFieldSet returns the entity with another extent.
func (e Entity) WithFieldSet(x *FieldSet) Entity {
	e.FieldSet = x
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

// Complete reports whether the record holds every field.
func (e *Entity) Complete() bool { return e.FieldSet == nil }

// FieldSet names which graph fields of a record its source held. A short
// reference holds few, a full object all but those the vendor left out. The nil
// Extent holds everything. Extents are immutable and meant to be shared.
type FieldSet struct {
	fields map[string]bool
	others bool
}

// OnlyFields is the extent of a short reference: the named fields and no others.
func OnlyFields(fields ...string) *FieldSet { return newFieldSet(fields, true, false) }

// AllExcept is the extent of an object without the named fields.
func AllExcept(fields ...string) *FieldSet { return newFieldSet(fields, false, true) }

func newFieldSet(fields []string, named, others bool) *FieldSet {
	x := &FieldSet{fields: make(map[string]bool, len(fields)), others: others}
	for _, f := range fields {
		x.fields[f] = named
	}
	return x
}

// HasField reports whether the field is in the extent. The parts of an id always are.
func (x *FieldSet) HasField(field string) bool {
	if x == nil {
		return true
	}
	switch field {
	case "id", "provider", "vendorId", "__typename":
		return true
	}
	if named, ok := x.fields[field]; ok {
		return named
	}
	return x.others
}
