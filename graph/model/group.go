package model

// Group is a group of users in an account.
type Group struct {
	Entity
	Name, Description, Logo *string
	IsDefault               *bool
	// Account, Modules, Users and Buyers can be short references. A nil list of a record
	// that holds the field is hidden by the vendor.
	Account *Account
	Modules []*Module
	Users   []*User
	Buyers  []*Buyer
	Audit   *Audit
}

// IsEntity marks a type that a gateway can reference.
func (Group) IsEntity() {}

// Module is a part of a vendor's platform to which users are given access.
type Module struct {
	Entity
	Name, Description                        *string
	IsConfigurable, IsEnabledByDefault, Paid *bool
	Filters                                  *ModuleFilters
	Settings                                 *ModuleSettings
	// AccountTypes is nil where the vendor hides it.
	AccountTypes []string
	Audit        *Audit
}

// IsEntity marks a type that a gateway can reference.
func (Module) IsEntity() {}

// ModuleFilters are the restrictions that a module supports.
type ModuleFilters struct{ GroupBuyers []string }

// ModuleSettings are the conditions under which users can be given a module.
type ModuleSettings struct {
	SharedAccount, Configurable, Default, Paid *bool
	Type                                       []string
}
