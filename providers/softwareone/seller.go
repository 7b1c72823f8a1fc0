package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireSeller is a Seller of the vendor's reference.
type wireSeller struct {
	ID         string
	Meta       optional[wireMeta]
	Name       *string
	Icon       *string
	ExternalID *string
	Status     *string
	// Currency is the name that Currencies had in 2024.
	Currencies, Currency wireCurrencies
	Address              optional[wireAddress]

	presence presence
	// record is what a short reference was decoded to.
	record *model.Seller
}

func (w *wireSeller) id() string { return w.ID }

func (w *wireSeller) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			readIDText(&w.ID, r)
		case "$meta":
			w.Meta = readOptional(r, (*wireMeta).read)
		case "name":
			w.Name = r.StringPtr()
		case "icon":
			w.Icon = r.StringPtr()
		case "externalId":
			w.ExternalID = r.StringPtr()
		case "status":
			w.Status = r.StringPtr()
		case "currencies":
			w.Currencies = readCurrencies(r)
		case "currency":
			w.Currency = readCurrencies(r)
		case "address":
			w.Address = readOptional(r, (*wireAddress).read)
		}
	}
	w.presence = sellerType.presence(w, w.Meta)
}

// sellerType lacks the audit: the graph's Seller has none.
var sellerType = newObjectType(model.TypeSeller, nil,
	coreProperty("name", func(w *wireSeller) state { return stateOf(w.Name) }).neverNull(),
	nullableProperty("icon", func(w *wireSeller) state { return stateOf(w.Icon) }),
	nullableProperty("externalId", func(w *wireSeller) state { return stateOf(w.ExternalID) }),
	rowProperty("status", func(w *wireSeller) state { return stateOf(w.Status) }, "status", "vendorStatus").neverNull(),
	rowProperty("currencies", (*wireSeller).currenciesState),
	rowProperty("address", func(w *wireSeller) state { return w.Address.state() }),
)

// wireCurrencies was one string in 2024, is an array of strings in the OpenAPI
// document, and an array of objects in what the vendor's own clients write.
type wireCurrencies struct {
	codes                    []string
	isSet, circular, invalid bool
}

// readCurrencies reads any of the three forms. It skips another value.
func readCurrencies(r *jsonscan.Reader) (w wireCurrencies) {
	switch {
	case r.IsNull():
		return w
	case r.IsString():
		text := r.StringPtr()
		switch {
		case text == nil:
			return wireCurrencies{}
		case *text == circularReference:
			return wireCurrencies{circular: true}
		}
		return wireCurrencies{codes: []string{*text}, isSet: true}
	case !r.IsArray():
		r.Skip()
		return wireCurrencies{isSet: true, invalid: true}
	}
	w.codes, w.isSet = []string{}, true
	for range r.Array {
		code := readCurrency(r)
		if code == "" {
			w.invalid = true
			continue
		}
		w.codes = append(w.codes, code)
	}
	return w
}

// readCurrency returns "" for an object without a code, and for another value.
func readCurrency(r *jsonscan.Reader) (code string) {
	if !r.IsObject() {
		readIDText(&code, r)
		return code
	}
	for name := range r.ObjectKeys {
		if name == "value" {
			readIDText(&code, r)
		}
	}
	return code
}

func (w *wireSeller) currenciesState() state {
	switch {
	case w.Currencies.invalid, !w.Currencies.isSet && w.Currency.invalid:
		return invalid
	case w.Currencies.isSet, w.Currency.isSet:
		return present
	case w.Currencies.circular:
		return placeholder
	}
	return absent
}

var sellerStatuses = []statusValue{
	{"Active", string(model.SellerActive)},
	{"Disabled", string(model.SellerDisabled)},
	{"Offline", string(model.SellerOffline)},
	{"Deleted", string(model.SellerDeleted)},
}

// seller returns nil for an object without an id.
func (d decoder) seller(w *wireSeller, in decodeContext) *model.Seller {
	if w.ID == "" {
		return nil
	}
	currencies := w.Currencies
	if !currencies.isSet {
		currencies = w.Currency
	}
	unread := sellerType.unread(w.presence, in)
	return &model.Seller{
		Entity: model.NewEntity(d.provider, model.TypeSeller, w.ID).WithFieldSet(sellerType.fieldSet(d.fieldSets, w.presence, in, 0)),
		Name:   text(w.Name), ExternalID: text(w.ExternalID), Icon: text(w.Icon),
		Status: model.SellerStatus(statusOf(sellerStatuses, w.Status, sellerType.has(unread, "status"))), VendorStatus: text(w.Status),
		Currencies: append([]string{}, currencies.codes...), Address: convert(w.Address, address),
	}
}

// embeddedSeller returns the same record for all objects that share a short reference.
func (d decoder) embeddedSeller(w *wireSeller) *model.Seller {
	if w.record == nil {
		w.record = d.seller(w, decodeContext{source: embedded})
	}
	return w.record
}
