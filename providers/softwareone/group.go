package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireGroup is a UserGroup of the vendor's reference.
type wireGroup struct {
	ID          string
	Meta        optional[wireMeta]
	Audit       optional[wireAudit]
	Name        *string
	Description *string
	Logo        *string
	IsDefault   *bool
	Account     optional[wireAccount]
	Modules     list[wireModule]
	Users       list[wireUser]
	Buyers      list[wireBuyer]

	presence presence
}

func (w *wireGroup) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			readFirstID(&w.ID, r)
		case "$meta":
			w.Meta = readOptional(r, (*wireMeta).read)
		case "audit":
			w.Audit = readOptional(r, (*wireAudit).read)
		case "name":
			w.Name = r.StringPtr()
		case "description":
			w.Description = r.StringPtr()
		case "logo":
			w.Logo = r.StringPtr()
		case "isDefault":
			w.IsDefault = r.BoolPtr()
		case "account":
			w.Account = readOptional(r, (*wireAccount).read)
		case "modules":
			w.Modules = readList(r, (*wireModule).read)
		case "users":
			w.Users = readList(r, (*wireUser).read)
		case "buyers":
			w.Buyers = readList(r, (*wireBuyer).read)
		}
	}
	w.presence = groupType.presence(w, w.Meta)
}

var groupType = newObjectType(model.TypeGroup, nil,
	coreProperty("name", func(w *wireGroup) state { return stateOf(w.Name) }),
	coreProperty("description", func(w *wireGroup) state { return stateOf(w.Description) }),
	coreProperty("logo", func(w *wireGroup) state { return stateOf(w.Logo) }),
	coreProperty("isDefault", func(w *wireGroup) state { return stateOf(w.IsDefault) }),
	referenceProperty("account", func(w *wireGroup) state { return w.Account.state() }),
	referenceProperty("modules", func(w *wireGroup) state { return listState(w.Modules) }),
	referenceProperty("users", func(w *wireGroup) state { return listState(w.Users) }),
	referenceProperty("buyers", func(w *wireGroup) state { return listState(w.Buyers) }),
	selectedProperty(auditProperty, func(w *wireGroup) state { return auditState(w.Audit) }),
)

// group returns nil for an object without an id.
func (d decoder) group(w *wireGroup, in decodeContext) *model.Group {
	if w.ID == "" {
		return nil
	}
	return &model.Group{
		Entity: model.NewEntity(d.provider, model.TypeGroup, w.ID).WithFieldSet(groupType.fieldSet(d.fieldSets, w.presence, in)),
		Name:   w.Name, Description: w.Description, Logo: w.Logo, IsDefault: w.IsDefault,
		Account: convert(w.Account, d.embeddedAccount), Modules: convertList(w.Modules, d.embeddedModule),
		Users: convertList(w.Users, d.embeddedUser), Buyers: convertList(w.Buyers, d.embeddedBuyer), Audit: convert(w.Audit, d.audit),
	}
}

func (d decoder) embeddedGroup(w *wireGroup) *model.Group {
	return d.group(w, decodeContext{source: embedded})
}
