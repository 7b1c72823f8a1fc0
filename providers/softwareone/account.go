package softwareone

import (
	"cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireAccount is an Account of the vendor's reference.
type wireAccount struct {
	ID    string
	Meta  optional[wireMeta]
	Audit optional[wireAudit]
	Name  *string
	// Logo is another name of Icon in
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/account.
	Icon, Logo            *string
	Type                  *string
	Status                *string
	ServiceLevel          *string
	ExternalID            *string
	ExternalName          *string
	ExternalIDs           optional[wireAccountExternalIDs]
	Address               optional[wireAddress]
	TechnicalSupportEmail *string
	Website               *string
	Description           *string

	presence presence
	// record is what a short reference was decoded to.
	record *model.Account
}

func (w *wireAccount) id() string { return w.ID }

func (w *wireAccount) read(r *jsonscan.Reader) {
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
		case "icon":
			w.Icon = r.StringPtr()
		case "logo":
			w.Logo = r.StringPtr()
		case "type":
			w.Type = r.StringPtr()
		case "status":
			w.Status = r.StringPtr()
		case "serviceLevel":
			w.ServiceLevel = r.StringPtr()
		case "externalId":
			w.ExternalID = r.StringPtr()
		case "externalName":
			w.ExternalName = r.StringPtr()
		case "externalIds", "externalIDs":
			w.ExternalIDs = readOptional(r, (*wireAccountExternalIDs).read)
		case "address":
			w.Address = readOptional(r, (*wireAddress).read)
		case "technicalSupportEmail":
			w.TechnicalSupportEmail = r.StringPtr()
		case "website":
			w.Website = r.StringPtr()
		case "description":
			w.Description = r.StringPtr()
		}
	}
	w.presence = accountType.presence(w, w.Meta)
}

var accountType = newObjectType(model.TypeAccount, []string{"plan"},
	coreProperty("name", func(w *wireAccount) state { return stateOf(w.Name) }).neverNull(),
	nullableProperty("icon", func(w *wireAccount) state { return stateOf(cmp.Or(w.Icon, w.Logo)) }).alsoNamed("logo"),
	coreProperty("type", func(w *wireAccount) state { return stateOf(w.Type) }).neverNull(),
	coreProperty("status", func(w *wireAccount) state { return stateOf(w.Status) }, "status", "vendorStatus").neverNull(),
	rowProperty("serviceLevel", func(w *wireAccount) state { return stateOf(w.ServiceLevel) }),
	rowProperty("externalId", func(w *wireAccount) state { return stateOf(w.ExternalID) }),
	rowProperty("externalName", func(w *wireAccount) state { return stateOf(w.ExternalName) }),
	rowProperty("externalIds", func(w *wireAccount) state { return w.ExternalIDs.state() }).alsoNamed("externalIDs"),
	rowProperty("address", func(w *wireAccount) state { return w.Address.state() }),
	rowProperty("technicalSupportEmail", func(w *wireAccount) state { return stateOf(w.TechnicalSupportEmail) }),
	rowProperty("website", func(w *wireAccount) state { return stateOf(w.Website) }),
	rowProperty("description", func(w *wireAccount) state { return stateOf(w.Description) }),
	selectedProperty(auditProperty, func(w *wireAccount) state { return auditState(w.Audit) }, "audit", "createdAt", "updatedAt").neverNull().
		withTimes(func(w *wireAccount) []string { return w.Audit.value.invalidFields() }),
)

type wireAccountExternalIDs struct {
	PyraTenantID *string
}

func (w *wireAccountExternalIDs) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "pyraTenantId":
			w.PyraTenantID = r.StringPtr()
		}
	}
}

var accountStatuses = []statusValue{
	{"Active", string(model.AccountActive)},
	{"Enabled", string(model.AccountEnabled)},
	{"Disabled", string(model.AccountDisabled)},
}

// account returns nil for an object without an id.
func (d decoder) account(w *wireAccount, in decodeContext) *model.Account {
	if w.ID == "" {
		return nil
	}
	unread := accountType.unread(w.presence, in)
	a := &model.Account{
		Entity: model.NewEntity(d.provider, model.TypeAccount, w.ID).WithFieldSet(accountType.fieldSet(d.fieldSets, w.presence, in, 0)),
		Name:   text(w.Name), Type: text(w.Type), Icon: firstText(w.Icon, w.Logo),
		Status: model.AccountStatus(statusOf(accountStatuses, w.Status, accountType.has(unread, "status"))), VendorStatus: text(w.Status),
		ServiceLevel: text(w.ServiceLevel), ExternalID: text(w.ExternalID), ExternalName: text(w.ExternalName),
		ExternalIds: convert(w.ExternalIDs, func(e *wireAccountExternalIDs) *model.AccountExternalIds {
			return &model.AccountExternalIds{PyraTenantID: text(e.PyraTenantID)}
		}),
		Address: convert(w.Address, address), TechnicalSupportEmail: text(w.TechnicalSupportEmail),
		Website: text(w.Website), Description: text(w.Description), Audit: convert(w.Audit, d.audit),
	}
	if a.Audit != nil {
		a.CreatedAt, a.UpdatedAt = timeOf(a.Audit.Created), timeOf(a.Audit.Updated)
	}
	return a
}

// embeddedAccount returns the same record for all objects that share a short reference.
func (d decoder) embeddedAccount(w *wireAccount) *model.Account {
	if w.record == nil {
		w.record = d.account(w, decodeContext{source: embedded})
	}
	return w.record
}

// accountReference returns an account of which only the id is known.
func (d decoder) accountReference(id string) *model.Account {
	return d.account(&wireAccount{ID: id}, decodeContext{source: reference})
}
