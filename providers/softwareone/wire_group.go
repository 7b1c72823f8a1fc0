package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
)

// wireGroup is a UserGroup of the vendor's reference.
type wireGroup struct {
	ID          string             `json:"id"`
	Meta        maybe[wireMeta]    `json:"$meta"`
	Audit       maybe[wireAudit]   `json:"audit"`
	Name        *string            `json:"name"`
	Description *string            `json:"description"`
	Logo        *string            `json:"logo"`
	IsDefault   *bool              `json:"isDefault"`
	Account     maybe[wireAccount] `json:"account"`
	Modules     many[wireModule]   `json:"modules"`
	Users       many[wireUser]     `json:"users"`
	Buyers      many[wireBuyer]    `json:"buyers"`
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
		Entity: model.NewEntity(r.provider, model.TypeGroup, w.ID).With(r.extents.of(groupNoun, w.sighting(), in)),
		Name:   w.Name, Description: w.Description, Logo: w.Logo, IsDefault: w.IsDefault,
		Account: one(w.Account, r.shortAccount), Modules: each(w.Modules, r.shortModule),
		Users: each(w.Users, r.shortUser), Buyers: each(w.Buyers, r.shortBuyer), Audit: one(w.Audit, r.audit),
	}
}

func (r reader) shortGroup(w *wireGroup) *model.Group { return r.group(w, inside()) }

// wireModule is a Module of the vendor's reference.
type wireModule struct {
	ID                 string                    `json:"id"`
	Meta               maybe[wireMeta]           `json:"$meta"`
	Audit              maybe[wireAudit]          `json:"audit"`
	Name               *string                   `json:"name"`
	Description        *string                   `json:"description"`
	IsConfigurable     *bool                     `json:"isConfigurable"`
	IsEnabledByDefault *bool                     `json:"isEnabledByDefault"`
	Paid               *bool                     `json:"paid"`
	Filters            maybe[wireModuleFilters]  `json:"filters"`
	Settings           maybe[wireModuleSettings] `json:"settings"`
	AccountTypes       maybe[[]string]           `json:"accountTypes"`
}

type wireModuleFilters struct {
	GroupBuyers maybe[[]string] `json:"group.buyers"`
}

type wireModuleSettings struct {
	SharedAccount *bool           `json:"sharedAccount"`
	Configurable  *bool           `json:"configurable"`
	Default       *bool           `json:"default"`
	Paid          *bool           `json:"paid"`
	Type          maybe[[]string] `json:"type"`
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
		Entity: model.NewEntity(r.provider, model.TypeModule, w.ID).With(r.extents.of(moduleNoun, w.sighting(), in)),
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
