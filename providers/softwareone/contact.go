package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireContact is a Contact of the vendor's reference.
type wireContact struct {
	Name      *string
	FirstName *string
	LastName  *string
	Email     *string
	Phone     optional[wirePhone]
	User      optional[wireUser]
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
			w.Phone = readOptional(r, (*wirePhone).read)
		case "user":
			w.User = readOptional(r, (*wireUser).read)
		case "type":
			w.Type = r.StringPtr()
		}
	}
}

func (d decoder) contact(w *wireContact) *model.Contact {
	return &model.Contact{
		Name: text(w.Name), FirstName: text(w.FirstName), LastName: text(w.LastName), Email: text(w.Email),
		Phone: convert(w.Phone, phone), User: convert(w.User, d.embeddedUser), Type: text(w.Type),
	}
}

// wirePhone is a PhoneNumber of the vendor's reference.
type wirePhone struct {
	Prefix *string
	Number *string
}

func (w *wirePhone) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "prefix":
			w.Prefix = r.StringPtr()
		case "number":
			w.Number = r.StringPtr()
		}
	}
}

func phone(w *wirePhone) *model.Phone {
	return &model.Phone{Prefix: text(w.Prefix), Number: text(w.Number)}
}

// wireAddress is an Address of the vendor's reference.
type wireAddress struct {
	AddressLine1 *string
	AddressLine2 *string
	PostCode     *string
	City         *string
	// Region is another name of State.
	State, Region *string
	Country       *string
}

func (w *wireAddress) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "addressLine1":
			w.AddressLine1 = r.StringPtr()
		case "addressLine2":
			w.AddressLine2 = r.StringPtr()
		case "postCode":
			w.PostCode = r.StringPtr()
		case "city":
			w.City = r.StringPtr()
		case "state":
			w.State = r.StringPtr()
		case "region":
			w.Region = r.StringPtr()
		case "country":
			w.Country = r.StringPtr()
		}
	}
}

// address returns nil for an object without texts, which the platform sends for no
// address.
func address(w *wireAddress) *model.Address {
	a := model.Address{
		AddressLine1: text(w.AddressLine1), AddressLine2: text(w.AddressLine2), PostCode: text(w.PostCode),
		City: text(w.City), State: firstText(w.State, w.Region), Country: text(w.Country),
	}
	if a == (model.Address{}) {
		return nil
	}
	return &a
}
