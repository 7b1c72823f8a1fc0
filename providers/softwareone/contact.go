package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
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
		Name: w.Name, FirstName: w.FirstName, LastName: w.LastName, Email: w.Email,
		Phone: convert(w.Phone, phone), User: convert(w.User, d.embeddedUser), Type: w.Type,
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

func phone(w *wirePhone) *model.Phone { return &model.Phone{Prefix: w.Prefix, Number: w.Number} }

// wireAddress is an Address of the vendor's reference.
type wireAddress struct {
	AddressLine1 *string
	AddressLine2 *string
	PostCode     *string
	City         *string
	State        *string
	Country      *string
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
		case "country":
			w.Country = r.StringPtr()
		}
	}
}

// address returns nil for the empty object, which the platform sends for no
// address.
func address(w *wireAddress) *model.Address {
	if *w == (wireAddress{}) {
		return nil
	}
	a := model.Address(*w)
	return &a
}
