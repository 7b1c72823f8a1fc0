package softwareone

import (
	"cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireGroup is a UserGroup of the vendor's reference.
type wireGroup struct {
	ID          string
	Meta        optional[wireMeta]
	Audit       optional[wireAudit]
	Name        *string
	Description *string
	// Icon is another name of Logo, and Default of IsDefault, in
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/user-groups.
	Logo, Icon         *string
	IsDefault, Default *bool
	Account            optional[wireAccount]
	Modules            list[wireModule]
	Users              list[wireUser]
	Buyers             list[wireBuyer]

	presence presence
}

func (w *wireGroup) id() string { return w.ID }

func (w *wireGroup) read(r *jsonscan.Reader) {
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
		case "logo":
			w.Logo = r.StringPtr()
		case "icon":
			w.Icon = r.StringPtr()
		case "isDefault":
			w.IsDefault = r.BoolPtr()
		case "default":
			w.Default = r.BoolPtr()
		case "account":
			w.Account = readShared(r, (*wireAccount).read)
		case "modules":
			w.Modules = readSharedList(r, (*wireModule).read)
		case "users":
			w.Users = readList(r, (*wireUser).read)
		case "buyers":
			w.Buyers = readList(r, (*wireBuyer).read)
		}
	}
	w.IsDefault = cmp.Or(w.IsDefault, w.Default)
	w.presence = groupType.presence(w, w.Meta)
}

var groupType = newObjectType(model.TypeGroup, nil,
	coreProperty("name", func(w *wireGroup) state { return stateOf(w.Name) }).neverNull(),
	nullableProperty("description", func(w *wireGroup) state { return stateOf(w.Description) }),
	nullableProperty("logo", func(w *wireGroup) state { return stateOf(cmp.Or(w.Logo, w.Icon)) }).alsoNamed("icon"),
	coreProperty("isDefault", func(w *wireGroup) state { return stateOf(w.IsDefault) }).alsoNamed("default").neverNull(),
	referenceProperty("account", func(w *wireGroup) state { return w.Account.state() }),
	referenceProperty("modules", func(w *wireGroup) state { return listState(w.Modules, (*wireModule).id) }),
	referenceProperty("users", func(w *wireGroup) state { return listState(w.Users, (*wireUser).id) }),
	referenceProperty("buyers", func(w *wireGroup) state { return listState(w.Buyers, (*wireBuyer).id) }),
	selectedProperty(auditProperty, func(w *wireGroup) state { return auditState(w.Audit) }).neverNull().
		withTimes(func(w *wireGroup) []string { return w.Audit.value.invalidFields() }),
)

// group returns nil for an object without an id.
func (d decoder) group(w *wireGroup, in decodeContext) *model.Group {
	if w.ID == "" {
		return nil
	}
	unread := groupType.unread(w.presence, in)
	return &model.Group{
		Entity: model.NewEntity(d.provider, model.TypeGroup, w.ID).WithFieldSet(groupType.fieldSet(d.fieldSets, w.presence, in, 0)),
		Name:   text(w.Name), Description: text(w.Description), Logo: firstText(w.Logo, w.Icon), IsDefault: w.IsDefault,
		Account: convert(w.Account, d.embeddedAccount),
		Modules: convertList(w.Modules, groupType.has(unread, "modules"), d.embeddedModule),
		Users:   convertList(w.Users, groupType.has(unread, "users"), d.embeddedUser),
		Buyers:  convertList(w.Buyers, groupType.has(unread, "buyers"), d.embeddedBuyer), Audit: convert(w.Audit, d.audit),
	}
}

func (d decoder) embeddedGroup(w *wireGroup) *model.Group {
	return d.group(w, decodeContext{source: embedded})
}
