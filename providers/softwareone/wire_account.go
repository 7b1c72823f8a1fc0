package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireAccount is an Account of the vendor's reference.
type wireAccount struct {
	ID                    string
	Meta                  maybe[wireMeta]
	Audit                 maybe[wireAudit]
	Name                  *string
	Icon                  *string
	Type                  *string
	Status                *string
	ServiceLevel          *string
	ExternalID            *string
	ExternalName          *string
	ExternalIDs           maybe[wireAccountExternalIDs]
	Address               maybe[wireAddress]
	TechnicalSupportEmail *string
	Website               *string
	Description           *string
}

func (w *wireAccount) read(r *jsonscan.Reader) {
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
		case "icon":
			w.Icon = r.StringPtr()
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
		case "externalIds":
			w.ExternalIDs = object(r, (*wireAccountExternalIDs).read)
		case "address":
			w.Address = object(r, (*wireAddress).read)
		case "technicalSupportEmail":
			w.TechnicalSupportEmail = r.StringPtr()
		case "website":
			w.Website = r.StringPtr()
		case "description":
			w.Description = r.StringPtr()
		}
	}
}

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

var accountNoun = newNoun(nil,
	core("name"), core("icon"), core("type"), core("status", "status", "vendorStatus"),
	wide("serviceLevel"), wide("externalId"), wide("externalName"), wide("externalIds"), wide("address"),
	wide("technicalSupportEmail"), wide("website"), wide("description"), wide("audit", "audit", "createdAt", "updatedAt"))

func (w *wireAccount) sighting() sighting {
	audit, unclear := audited(w.Audit)
	return sighting{
		present: these(w.Name != nil, w.Icon != nil, w.Type != nil, w.Status != nil,
			w.ServiceLevel != nil, w.ExternalID != nil, w.ExternalName != nil, w.ExternalIDs.here(), w.Address.here(),
			w.TechnicalSupportEmail != nil, w.Website != nil, w.Description != nil, audit),
		unclear: these(false, false, false, false,
			false, false, false, w.ExternalIDs.circular, w.Address.circular,
			false, false, false, unclear),
		omitted: omittedBy(w.Meta),
	}
}

var accountWords = []word{
	{"Active", string(model.AccountActive)},
	{"Enabled", string(model.AccountEnabled)},
	{"Disabled", string(model.AccountDisabled)},
}

// account is nil for an object without an id.
func (r reader) account(w *wireAccount, in scope) *model.Account {
	if w.ID == "" {
		return nil
	}
	a := &model.Account{
		Entity: model.NewEntity(r.provider, model.TypeAccount, w.ID).WithFieldSet(r.extents.of(accountNoun, w.sighting(), in)),
		Name:   w.Name, Type: w.Type, Icon: w.Icon,
		Status: model.AccountStatus(normalize(accountWords, w.Status)), VendorStatus: w.Status,
		ServiceLevel: w.ServiceLevel, ExternalID: w.ExternalID, ExternalName: w.ExternalName,
		ExternalIds: one(w.ExternalIDs, func(e *wireAccountExternalIDs) *model.AccountExternalIds {
			return (*model.AccountExternalIds)(e)
		}),
		Address: one(w.Address, address), TechnicalSupportEmail: w.TechnicalSupportEmail,
		Website: w.Website, Description: w.Description, Audit: one(w.Audit, r.audit),
	}
	if a.Audit != nil {
		a.CreatedAt, a.UpdatedAt = atOf(a.Audit.Created), atOf(a.Audit.Updated)
	}
	return a
}

func (r reader) shortAccount(w *wireAccount) *model.Account { return r.account(w, inside()) }

// accountNamed is an account of which no more than its id is known.
func (r reader) accountNamed(id string) *model.Account {
	return r.account(&wireAccount{ID: id}, scope{form: mentioned})
}
