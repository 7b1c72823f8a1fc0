package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireBuyer is a Buyer of the vendor's reference.
type wireBuyer struct {
	ID          string
	Meta        maybe[wireMeta]
	Audit       maybe[wireAudit]
	Name        *string
	Icon        *string
	Status      *string
	Contact     maybe[wireContact]
	ExternalIDs maybe[wireBuyerExternalIDs]
	Address     maybe[wireAddress]
	TaxID       *string
	Account     maybe[wireAccount]
	Sellers     many[wireSeller]
	Errors      many[wireBuyerError]
}

func (w *wireBuyer) read(r *jsonscan.Reader) {
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
		case "status":
			w.Status = r.StringPtr()
		case "contact":
			w.Contact = object(r, (*wireContact).read)
		case "externalIds":
			w.ExternalIDs = object(r, (*wireBuyerExternalIDs).read)
		case "address":
			w.Address = object(r, (*wireAddress).read)
		case "taxId":
			w.TaxID = r.StringPtr()
		case "account":
			w.Account = object(r, (*wireAccount).read)
		case "sellers":
			w.Sellers = objects(r, (*wireSeller).read)
		case "errors":
			w.Errors = objects(r, (*wireBuyerError).read)
		}
	}
}

type wireContact struct {
	Name      *string
	FirstName *string
	LastName  *string
	Email     *string
	Phone     maybe[wirePhone]
	User      maybe[wireUser]
	Type      *string
}

func (w *wireContact) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "name":
			w.Name = r.StringPtr()
		case "firstName":
			w.FirstName = r.StringPtr()
		case "lastName":
			w.LastName = r.StringPtr()
		case "email":
			w.Email = r.StringPtr()
		case "phone":
			w.Phone = object(r, (*wirePhone).read)
		case "user":
			w.User = object(r, (*wireUser).read)
		case "type":
			w.Type = r.StringPtr()
		}
	}
}

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

var buyerNoun = newNoun(nil,
	core("name"), core("icon"), wide("status", "status", "vendorStatus"), wide("contact"), wide("externalIds"),
	wide("address"), wide("taxId"), wide("account"), wide("sellers"), wide("errors"), wide("audit"))

func (w *wireBuyer) sighting() sighting {
	audit, unclear := audited(w.Audit)
	return sighting{
		present: these(w.Name != nil, w.Icon != nil, w.Status != nil, w.Contact.here(), w.ExternalIDs.here(),
			w.Address.here(), w.TaxID != nil, w.Account.here(), complete(w.Sellers), complete(w.Errors), audit),
		unclear: these(false, false, false, w.Contact.circular, w.ExternalIDs.circular,
			w.Address.circular, false, w.Account.circular, unclearList(w.Sellers), unclearList(w.Errors), unclear),
		omitted: omittedBy(w.Meta),
	}
}

var buyerWords = []word{
	{"Active", string(model.BuyerActive)},
	{"Enabled", string(model.BuyerEnabled)},
	{"Disabled", string(model.BuyerDisabled)},
	{"Deleted", string(model.BuyerDeleted)},
	{"Unassigned", string(model.BuyerUnassigned)},
	{"Conflict", string(model.BuyerConflict)},
	{"Mismatch", string(model.BuyerMismatch)},
}

// buyer is nil for an object without an id.
func (r reader) buyer(w *wireBuyer, in scope) *model.Buyer {
	if w.ID == "" {
		return nil
	}
	return &model.Buyer{
		Entity: model.NewEntity(r.provider, model.TypeBuyer, w.ID).WithFieldSet(r.extents.of(buyerNoun, w.sighting(), in)),
		Name:   w.Name, Status: model.BuyerStatus(normalize(buyerWords, w.Status)), VendorStatus: w.Status,
		Contact: one(w.Contact, r.contact),
		ExternalIds: one(w.ExternalIDs, func(e *wireBuyerExternalIDs) *model.BuyerExternalIds {
			return (*model.BuyerExternalIds)(e)
		}),
		Icon: w.Icon, Address: one(w.Address, address), TaxID: w.TaxID,
		Account: one(w.Account, r.shortAccount), Sellers: each(w.Sellers, r.shortSeller),
		Errors: each(w.Errors, func(e *wireBuyerError) *model.BuyerError { return (*model.BuyerError)(e) }),
		Audit:  one(w.Audit, r.audit),
	}
}

func (r reader) shortBuyer(w *wireBuyer) *model.Buyer { return r.buyer(w, inside()) }

func (r reader) contact(w *wireContact) *model.Contact {
	return &model.Contact{
		Name: w.Name, FirstName: w.FirstName, LastName: w.LastName, Email: w.Email,
		Phone: one(w.Phone, phone), User: one(w.User, r.shortUser), Type: w.Type,
	}
}

// wireSeller is a Seller of the vendor's reference.
type wireSeller struct {
	ID         string
	Meta       maybe[wireMeta]
	Name       *string
	Icon       *string
	ExternalID *string
	Status     *string
	Currencies wireCurrencies
	Currency   wireCurrencies
	Address    maybe[wireAddress]
}

func (w *wireSeller) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			identify(&w.ID, r)
		case "$meta":
			w.Meta = object(r, (*wireMeta).read)
		case "name":
			w.Name = r.StringPtr()
		case "icon":
			w.Icon = r.StringPtr()
		case "externalId":
			w.ExternalID = r.StringPtr()
		case "status":
			w.Status = r.StringPtr()
		case "currencies":
			w.Currencies = currencies(r)
		case "currency":
			w.Currency = currencies(r)
		case "address":
			w.Address = object(r, (*wireAddress).read)
		}
	}
}

// wireCurrencies were one word in 2024, are a list of words in the OpenAPI
// document, and a list of objects in what the vendor's own clients write.
type wireCurrencies struct {
	codes          []string
	here, circular bool
}

// currencies reads any of the three forms.
func currencies(r *jsonscan.Reader) (w wireCurrencies) {
	switch {
	case r.IsNull():
		return w
	case r.IsString():
		word := r.String()
		if word == circularReference {
			return wireCurrencies{circular: true}
		}
		return wireCurrencies{codes: []string{word}, here: true}
	}
	w.codes, w.here = []string{}, true
	for range r.Array {
		if code := currency(r); code != "" {
			w.codes = append(w.codes, code)
		}
	}
	return w
}

func currency(r *jsonscan.Reader) (code string) {
	if !r.IsObject() {
		return r.String()
	}
	for name := range r.ObjectKeys {
		if name == "value" {
			code = r.String()
		}
	}
	return code
}

var sellerNoun = newNoun(nil,
	core("name"), core("icon"), core("externalId"), wide("status", "status", "vendorStatus"), wide("currencies"), wide("address"))

func (w *wireSeller) sighting() sighting {
	return sighting{
		present: these(w.Name != nil, w.Icon != nil, w.ExternalID != nil, w.Status != nil,
			w.Currencies.here || w.Currency.here, w.Address.here()),
		unclear: these(false, false, false, false, w.Currencies.circular, w.Address.circular),
		omitted: omittedBy(w.Meta),
	}
}

var sellerWords = []word{
	{"Active", string(model.SellerActive)},
	{"Disabled", string(model.SellerDisabled)},
	{"Offline", string(model.SellerOffline)},
	{"Deleted", string(model.SellerDeleted)},
}

// seller is nil for an object without an id.
func (r reader) seller(w *wireSeller, in scope) *model.Seller {
	if w.ID == "" {
		return nil
	}
	currencies := w.Currencies
	if !currencies.here {
		currencies = w.Currency
	}
	return &model.Seller{
		Entity: model.NewEntity(r.provider, model.TypeSeller, w.ID).WithFieldSet(r.extents.of(sellerNoun, w.sighting(), in)),
		Name:   w.Name, ExternalID: w.ExternalID, Icon: w.Icon,
		Status: model.SellerStatus(normalize(sellerWords, w.Status)), VendorStatus: w.Status,
		Currencies: append([]string{}, currencies.codes...), Address: one(w.Address, address),
	}
}

func (r reader) shortSeller(w *wireSeller) *model.Seller { return r.seller(w, inside()) }
