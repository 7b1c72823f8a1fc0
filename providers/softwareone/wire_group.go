package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireGroup is a UserGroup of the vendor's reference.
type wireGroup struct {
	ID          string
	Meta        maybe[wireMeta]
	Audit       maybe[wireAudit]
	Name        *string
	Description *string
	Logo        *string
	IsDefault   *bool
	Account     maybe[wireAccount]
	Modules     many[wireModule]
	Users       many[wireUser]
	Buyers      many[wireBuyer]
}

func (w *wireGroup) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			identify(&w.ID, r)
		case "$meta":
			w.Meta = object(r, (*wireMeta).read)
		case "audit":
			w.Audit = object(r, (*wireAudit).read)
		case "name":
			w.Name = r.StringPtr()
		case "description":
			w.Description = r.StringPtr()
		case "logo":
			w.Logo = r.StringPtr()
		case "isDefault":
			w.IsDefault = r.BoolPtr()
		case "account":
			w.Account = object(r, (*wireAccount).read)
		case "modules":
			w.Modules = objects(r, (*wireModule).read)
		case "users":
			w.Users = objects(r, (*wireUser).read)
		case "buyers":
			w.Buyers = objects(r, (*wireBuyer).read)
		}
	}
}

var groupNoun = newNoun(nil,
	core("name"), core("description"), core("logo"), core("isDefault"),
	wide("account"), wide("modules"), wide("users"), wide("buyers"), wide("audit"))

func (w *wireGroup) sighting() sighting {
	audit, unclear := audited(w.Audit)
	return sighting{
		present: these(w.Name != nil, w.Description != nil, w.Logo != nil, w.IsDefault != nil,
			w.Account.here(), complete(w.Modules), complete(w.Users), complete(w.Buyers), audit),
		unclear: these(false, false, false, false,
			w.Account.circular, unclearList(w.Modules), unclearList(w.Users), unclearList(w.Buyers), unclear),
		omitted: omittedBy(w.Meta),
	}
}

// group is nil for an object without an id.
func (r reader) group(w *wireGroup, in scope) *model.Group {
	if w.ID == "" {
		return nil
	}
	return &model.Group{
		Entity: model.NewEntity(r.provider, model.TypeGroup, w.ID).WithFieldSet(r.extents.of(groupNoun, w.sighting(), in)),
		Name:   w.Name, Description: w.Description, Logo: w.Logo, IsDefault: w.IsDefault,
		Account: one(w.Account, r.shortAccount), Modules: each(w.Modules, r.shortModule),
		Users: each(w.Users, r.shortUser), Buyers: each(w.Buyers, r.shortBuyer), Audit: one(w.Audit, r.audit),
	}
}

func (r reader) shortGroup(w *wireGroup) *model.Group { return r.group(w, inside()) }

// wireModule is a Module of the vendor's reference.
type wireModule struct {
	ID                 string
	Meta               maybe[wireMeta]
	Audit              maybe[wireAudit]
	Name               *string
	Description        *string
	IsConfigurable     *bool
	IsEnabledByDefault *bool
	Paid               *bool
	Filters            maybe[wireModuleFilters]
	Settings           maybe[wireModuleSettings]
	AccountTypes       maybe[[]string]
}

func (w *wireModule) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			identify(&w.ID, r)
		case "$meta":
			w.Meta = object(r, (*wireMeta).read)
		case "audit":
			w.Audit = object(r, (*wireAudit).read)
		case "name":
			w.Name = r.StringPtr()
		case "description":
			w.Description = r.StringPtr()
		case "isConfigurable":
			w.IsConfigurable = r.BoolPtr()
		case "isEnabledByDefault":
			w.IsEnabledByDefault = r.BoolPtr()
		case "paid":
			w.Paid = r.BoolPtr()
		case "filters":
			w.Filters = object(r, (*wireModuleFilters).read)
		case "settings":
			w.Settings = object(r, (*wireModuleSettings).read)
		case "accountTypes":
			w.AccountTypes = texts(r)
		}
	}
}

type wireModuleFilters struct {
	GroupBuyers maybe[[]string]
}

func (w *wireModuleFilters) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "group.buyers":
			w.GroupBuyers = texts(r)
		}
	}
}

type wireModuleSettings struct {
	SharedAccount *bool
	Configurable  *bool
	Default       *bool
	Paid          *bool
	Type          maybe[[]string]
}

func (w *wireModuleSettings) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "sharedAccount":
			w.SharedAccount = r.BoolPtr()
		case "configurable":
			w.Configurable = r.BoolPtr()
		case "default":
			w.Default = r.BoolPtr()
		case "paid":
			w.Paid = r.BoolPtr()
		case "type":
			w.Type = texts(r)
		}
	}
}

var moduleNoun = newNoun(nil,
	core("name"), core("description"), core("paid"), core("filters"), core("settings"),
	wide("isConfigurable"), wide("isEnabledByDefault"), wide("accountTypes"), wide("audit"))

func (w *wireModule) sighting() sighting {
	audit, unclear := audited(w.Audit)
	return sighting{
		present: these(w.Name != nil, w.Description != nil, w.Paid != nil, w.Filters.here(), w.Settings.here(),
			w.IsConfigurable != nil, w.IsEnabledByDefault != nil, w.AccountTypes.here(), audit),
		unclear: these(false, false, false, w.Filters.circular, w.Settings.circular,
			false, false, w.AccountTypes.circular, unclear),
		omitted: omittedBy(w.Meta),
	}
}

// module is nil for an object without an id.
func (r reader) module(w *wireModule, in scope) *model.Module {
	if w.ID == "" {
		return nil
	}
	return &model.Module{
		Entity: model.NewEntity(r.provider, model.TypeModule, w.ID).WithFieldSet(r.extents.of(moduleNoun, w.sighting(), in)),
		Name:   w.Name, Description: w.Description,
		IsConfigurable: w.IsConfigurable, IsEnabledByDefault: w.IsEnabledByDefault, Paid: w.Paid,
		Filters: one(w.Filters, func(f *wireModuleFilters) *model.ModuleFilters {
			return &model.ModuleFilters{GroupBuyers: words(f.GroupBuyers)}
		}),
		Settings: one(w.Settings, func(s *wireModuleSettings) *model.ModuleSettings {
			return &model.ModuleSettings{
				SharedAccount: s.SharedAccount, Configurable: s.Configurable, Default: s.Default, Paid: s.Paid, Type: words(s.Type),
			}
		}),
		AccountTypes: words(w.AccountTypes), Audit: one(w.Audit, r.audit),
	}
}

func (r reader) shortModule(w *wireModule) *model.Module { return r.module(w, inside()) }
