package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireBuyer is a Buyer of the vendor's reference.
type wireBuyer struct {
	ID          string
	Meta        optional[wireMeta]
	Audit       optional[wireAudit]
	Name        *string
	Icon        *string
	Status      *string
	Contact     optional[wireContact]
	ExternalIDs optional[wireBuyerExternalIDs]
	Address     optional[wireAddress]
	TaxID       *string
	Account     optional[wireAccount]
	Sellers     list[wireSeller]
	Errors      list[wireBuyerError]

	presence presence
}

func (w *wireBuyer) id() string { return w.ID }

func (w *wireBuyer) read(r *jsonscan.Reader) {
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
		case "status":
			w.Status = r.StringPtr()
		case "contact":
			w.Contact = readOptional(r, (*wireContact).read)
		case "externalIds", "externalIDs":
			w.ExternalIDs = readOptional(r, (*wireBuyerExternalIDs).read)
		case "address":
			w.Address = readOptional(r, (*wireAddress).read)
		case "taxId":
			w.TaxID = r.StringPtr()
		case "account":
			w.Account = readShared(r, (*wireAccount).read)
		case "sellers":
			w.Sellers = readSharedList(r, (*wireSeller).read)
		case "errors":
			w.Errors = readList(r, (*wireBuyerError).read)
		}
	}
	w.presence = buyerType.presence(w, w.Meta)
}

var buyerType = newObjectType(model.TypeBuyer, nil,
	coreProperty("name", func(w *wireBuyer) state { return stateOf(w.Name) }),
	nullableProperty("icon", func(w *wireBuyer) state { return stateOf(w.Icon) }),
	rowProperty("status", func(w *wireBuyer) state { return stateOf(w.Status) }, "status", "vendorStatus").neverNull(),
	rowProperty("contact", func(w *wireBuyer) state { return w.Contact.state() }),
	rowProperty("externalIds", func(w *wireBuyer) state { return w.ExternalIDs.state() }).alsoNamed("externalIDs"),
	rowProperty("address", func(w *wireBuyer) state { return w.Address.state() }),
	rowProperty("taxId", func(w *wireBuyer) state { return stateOf(w.TaxID) }),
	referenceProperty("account", func(w *wireBuyer) state { return w.Account.state() }),
	referenceProperty("sellers", func(w *wireBuyer) state { return listState(w.Sellers, (*wireSeller).id) }),
	rowProperty("errors", func(w *wireBuyer) state { return listState(w.Errors, nil) }),
	selectedProperty(auditProperty, func(w *wireBuyer) state { return auditState(w.Audit) }).neverNull().
		withTimes(func(w *wireBuyer) []string { return w.Audit.value.invalidFields() }),
)

type wireBuyerExternalIDs struct {
	ErpCompanyContact *string
	ErpCustomer       *string
	AccountExternalID *string
}

func (w *wireBuyerExternalIDs) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "erpCompanyContact":
			w.ErpCompanyContact = r.StringPtr()
		case "erpCustomer":
			w.ErpCustomer = r.StringPtr()
		case "accountExternalId":
			w.AccountExternalID = r.StringPtr()
		}
	}
}

type wireBuyerError struct {
	ID      *string
	Message *string
}

func (w *wireBuyerError) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			w.ID = r.StringPtr()
		case "message":
			w.Message = r.StringPtr()
		}
	}
}

var buyerStatuses = []statusValue{
	{"Active", string(model.BuyerActive)},
	{"Enabled", string(model.BuyerEnabled)},
	{"Disabled", string(model.BuyerDisabled)},
	{"Deleted", string(model.BuyerDeleted)},
	{"Unassigned", string(model.BuyerUnassigned)},
	{"Conflict", string(model.BuyerConflict)},
	{"Mismatch", string(model.BuyerMismatch)},
}

// buyer returns nil for an object without an id.
func (d decoder) buyer(w *wireBuyer, in decodeContext) *model.Buyer {
	if w.ID == "" {
		return nil
	}
	unread := buyerType.unread(w.presence, in)
	return &model.Buyer{
		Entity: model.NewEntity(d.provider, model.TypeBuyer, w.ID).WithFieldSet(buyerType.fieldSet(d.fieldSets, w.presence, in, 0)),
		Name:   text(w.Name), Status: model.BuyerStatus(statusOf(buyerStatuses, w.Status, buyerType.has(unread, "status"))), VendorStatus: text(w.Status),
		Contact: convert(w.Contact, d.contact),
		ExternalIds: convert(w.ExternalIDs, func(e *wireBuyerExternalIDs) *model.BuyerExternalIds {
			return &model.BuyerExternalIds{
				ErpCompanyContact: text(e.ErpCompanyContact), ErpCustomer: text(e.ErpCustomer), AccountExternalID: text(e.AccountExternalID),
			}
		}),
		Icon: text(w.Icon), Address: convert(w.Address, address), TaxID: text(w.TaxID),
		Account: convert(w.Account, d.embeddedAccount),
		Sellers: convertList(w.Sellers, buyerType.has(unread, "sellers"), d.embeddedSeller),
		// Only operations accounts see errors, and the platform leaves out empty lists: an
		// absent list may be a hidden one.
		Errors: convertList(w.Errors, true, func(e *wireBuyerError) *model.BuyerError {
			return &model.BuyerError{Code: text(e.ID), Message: text(e.Message)}
		}),
		Audit: convert(w.Audit, d.audit),
	}
}

func (d decoder) embeddedBuyer(w *wireBuyer) *model.Buyer {
	return d.buyer(w, decodeContext{source: embedded})
}
