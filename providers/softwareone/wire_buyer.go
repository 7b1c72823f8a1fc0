package softwareone

import (
	"encoding/json"

	"github.com/accountgraph/accountgraph/graph/model"
)

// wireBuyer is a Buyer of the vendor's reference.
type wireBuyer struct {
	ID          string                      `json:"id"`
	Meta        maybe[wireMeta]             `json:"$meta"`
	Audit       maybe[wireAudit]            `json:"audit"`
	Name        *string                     `json:"name"`
	Icon        *string                     `json:"icon"`
	Status      *string                     `json:"status"`
	Contact     maybe[wireContact]          `json:"contact"`
	ExternalIDs maybe[wireBuyerExternalIDs] `json:"externalIds"`
	Address     maybe[wireAddress]          `json:"address"`
	TaxID       *string                     `json:"taxId"`
	Account     maybe[wireAccount]          `json:"account"`
	Sellers     many[wireSeller]            `json:"sellers"`
	Errors      many[wireBuyerError]        `json:"errors"`
}

type wireContact struct {
	Name      *string          `json:"name"`
	FirstName *string          `json:"firstName"`
	LastName  *string          `json:"lastName"`
	Email     *string          `json:"email"`
	Phone     maybe[wirePhone] `json:"phone"`
	User      maybe[wireUser]  `json:"user"`
	Type      *string          `json:"type"`
}

type wireBuyerExternalIDs struct {
	ErpCompanyContact *string `json:"erpCompanyContact"`
	ErpCustomer       *string `json:"erpCustomer"`
	AccountExternalID *string `json:"accountExternalId"`
}

type wireBuyerError struct {
	ID      *string `json:"id"`
	Message *string `json:"message"`
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
		Entity: model.NewEntity(r.provider, model.TypeBuyer, w.ID).With(r.extents.of(buyerNoun, w.sighting(), in)),
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
	ID         string             `json:"id"`
	Meta       maybe[wireMeta]    `json:"$meta"`
	Name       *string            `json:"name"`
	Icon       *string            `json:"icon"`
	ExternalID *string            `json:"externalId"`
	Status     *string            `json:"status"`
	Currencies wireCurrencies     `json:"currencies"`
	Currency   wireCurrencies     `json:"currency"`
	Address    maybe[wireAddress] `json:"address"`
}

// wireCurrencies were one word in 2024, are a list of words in the OpenAPI
// document, and a list of objects in what the vendor's own clients write.
type wireCurrencies struct {
	codes          []string
	here, circular bool
}

// UnmarshalJSON reads any of the three forms.
func (w *wireCurrencies) UnmarshalJSON(raw []byte) error {
	*w = wireCurrencies{}
	switch {
	case string(raw) == "null":
		return nil
	case string(raw) == circularReference:
		w.circular = true
		return nil
	case raw[0] == '"':
		w.codes, w.here = make([]string, 1), true
		return json.Unmarshal(raw, &w.codes[0])
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return err
	}
	w.codes, w.here = make([]string, 0, len(elements)), true
	for _, element := range elements {
		var code struct {
			Value string `json:"value"`
		}
		if element[0] != '{' {
			if err := json.Unmarshal(element, &code.Value); err != nil {
				return err
			}
		} else if err := json.Unmarshal(element, &code); err != nil {
			return err
		}
		if code.Value != "" {
			w.codes = append(w.codes, code.Value)
		}
	}
	return nil
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
		Entity: model.NewEntity(r.provider, model.TypeSeller, w.ID).With(r.extents.of(sellerNoun, w.sighting(), in)),
		Name:   w.Name, ExternalID: w.ExternalID, Icon: w.Icon,
		Status: model.SellerStatus(normalize(sellerWords, w.Status)), VendorStatus: w.Status,
		Currencies: append([]string{}, currencies.codes...), Address: one(w.Address, address),
	}
}

func (r reader) shortSeller(w *wireSeller) *model.Seller { return r.seller(w, inside()) }
