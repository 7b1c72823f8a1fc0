package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireModule is a Module of the vendor's reference.
type wireModule struct {
	ID                 string
	Meta               optional[wireMeta]
	Audit              optional[wireAudit]
	Name               *string
	Description        *string
	IsConfigurable     *bool
	IsEnabledByDefault *bool
	Paid               *bool
	Filters            optional[wireModuleFilters]
	Settings           optional[wireModuleSettings]
	AccountTypes       optional[[]string]

	presence presence
	// record is what a short reference was decoded to.
	record *model.Module
}

func (w *wireModule) id() string { return w.ID }

func (w *wireModule) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			readIDText(&w.ID, r)
		case "$meta":
			w.Meta = readOptional(r, (*wireMeta).read)
		case "audit":
			w.Audit = readAudit(r)
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
			w.Filters = readOptional(r, (*wireModuleFilters).read)
		case "settings":
			w.Settings = readOptional(r, (*wireModuleSettings).read)
		case "accountTypes":
			w.AccountTypes = readStrings(r)
		}
	}
	w.presence = moduleType.presence(w, w.Meta)
}

var moduleType = newObjectType(model.TypeModule, nil,
	coreProperty("name", func(w *wireModule) state { return stateOf(w.Name) }).neverNull(),
	nullableProperty("description", func(w *wireModule) state { return stateOf(w.Description) }),
	coreProperty("paid", func(w *wireModule) state { return stateOf(w.Paid) }),
	nullableProperty("filters", func(w *wireModule) state { return w.Filters.state() }),
	coreProperty("settings", func(w *wireModule) state { return w.Settings.state() }),
	rowProperty("isConfigurable", func(w *wireModule) state { return stateOf(w.IsConfigurable) }),
	rowProperty("isEnabledByDefault", func(w *wireModule) state { return stateOf(w.IsEnabledByDefault) }),
	rowProperty("accountTypes", func(w *wireModule) state {
		if w.AccountTypes.odd {
			return invalid
		}
		return w.AccountTypes.state()
	}),
	selectedProperty(auditProperty, func(w *wireModule) state { return auditState(w.Audit) }).neverNull().
		withTimes(func(w *wireModule) []string { return w.Audit.value.invalidFields() }),
)

type wireModuleFilters struct {
	GroupBuyers optional[[]string]
}

func (w *wireModuleFilters) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "group.buyers":
			w.GroupBuyers = readStrings(r)
		}
	}
}

type wireModuleSettings struct {
	SharedAccount *bool
	Configurable  *bool
	Default       *bool
	Paid          *bool
	Type          optional[[]string]
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
			w.Type = readStrings(r)
		}
	}
}

// module returns nil for an object without an id.
func (d decoder) module(w *wireModule, in decodeContext) *model.Module {
	if w.ID == "" {
		return nil
	}
	return &model.Module{
		Entity: model.NewEntity(d.provider, model.TypeModule, w.ID).WithFieldSet(moduleType.fieldSet(d.fieldSets, w.presence, in, 0)),
		Name:   text(w.Name), Description: text(w.Description),
		IsConfigurable: w.IsConfigurable, IsEnabledByDefault: w.IsEnabledByDefault, Paid: w.Paid,
		Filters: convert(w.Filters, func(f *wireModuleFilters) *model.ModuleFilters {
			return &model.ModuleFilters{GroupBuyers: stringsOf(f.GroupBuyers)}
		}),
		Settings: convert(w.Settings, func(s *wireModuleSettings) *model.ModuleSettings {
			return &model.ModuleSettings{
				SharedAccount: s.SharedAccount, Configurable: s.Configurable, Default: s.Default, Paid: s.Paid, Type: stringsOf(s.Type),
			}
		}),
		AccountTypes: w.accountTypes(moduleType.unread(w.presence, in)), Audit: convert(w.Audit, d.audit),
	}
}

// accountTypes returns nil where they are not known.
func (w *wireModule) accountTypes(unread propertySet) []string {
	if w.AccountTypes.odd || !w.AccountTypes.isSet() && moduleType.has(unread, "accountTypes") {
		return nil
	}
	return stringsOf(w.AccountTypes)
}

// embeddedModule returns the same record for all objects that share a short reference.
func (d decoder) embeddedModule(w *wireModule) *model.Module {
	if w.record == nil {
		w.record = d.module(w, decodeContext{source: embedded})
	}
	return w.record
}
