package model

// Group is a group of users in an account.
type Group struct {
	Entity
	Name, Description, Logo *string
	IsDefault               *bool
	// Account, Modules, Users and Buyers may be short references.
	Account *Account
	Modules []*Module
	Users   []*User
	Buyers  []*Buyer
	Audit   *Audit
}

// IsEntity marks a type that a gateway can ask for.
func (Group) IsEntity() {}

// Module is a part of a platform that users can be given access to.
type Module struct {
	Entity
	Name, Description                        *string
	IsConfigurable, IsEnabledByDefault, Paid *bool
	Filters                                  *ModuleFilters
	Settings                                 *ModuleSettings
	AccountTypes                             []string
	Audit                                    *Audit
}

// IsEntity marks a type that a gateway can ask for.
func (Module) IsEntity() {}

// ModuleFilters tells what can be narrowed down inside a module.
type ModuleFilters struct{ GroupBuyers []string }

// ModuleSettings tells how a module may be given.
type ModuleSettings struct {
	SharedAccount, Configurable, Default, Paid *bool
	Type                                       []string
}
