package activeplatform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// wireUser is a row of the list of users. A user consists of the same fields.
type wireUser struct {
	ID               vendorID
	FirstName        text
	MiddleName       text
	LastName         text
	Email            text
	Status           text
	CustomAttributes wireAttributes
	CreatedAt        timestamp
	UpdatedAt        timestamp
}

func (u *wireUser) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			r.Unmarshal(&u.ID)
		case "first_name":
			r.Unmarshal(&u.FirstName)
		case "middle_name":
			r.Unmarshal(&u.MiddleName)
		case "last_name":
			r.Unmarshal(&u.LastName)
		case "email":
			r.Unmarshal(&u.Email)
		case "status":
			r.Unmarshal(&u.Status)
		case "custom_attributes":
			r.Unmarshal(&u.CustomAttributes)
		case "created_at":
			r.Unmarshal(&u.CreatedAt)
		case "updated_at":
			r.Unmarshal(&u.UpdatedAt)
		}
	}
}

// wireAttribute is an attribute that an operator defines. The vendor documents only
// name and value for responses; keys are documented for requests, and types appear
// in the operator's panel.
type wireAttribute struct {
	Name  text
	Key   text
	Type  text
	Value text
}

func (a *wireAttribute) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "name":
			r.Unmarshal(&a.Name)
		case "key":
			r.Unmarshal(&a.Key)
		case "type":
			r.Unmarshal(&a.Type)
		case "value":
			r.Unmarshal(&a.Value)
		}
	}
}

// wireAttributes are attributes; those without a name are left out. invalid is set when
// something could not be read as one.
type wireAttributes struct {
	list    []wireAttribute
	invalid bool
}

// UnmarshalJSON decodes an array. It never fails. Null and {} have no attributes: some
// languages write an empty list as {}.
func (w *wireAttributes) UnmarshalJSON(raw []byte) error {
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		members, isObject := bytes.CutPrefix(raw, []byte("{"))
		w.invalid = !isObject || len(bytes.TrimSpace(members)) != len("}")
		return nil
	}
	for _, element := range elements {
		var a wireAttribute
		if jsonscan.Object(element, a.read) != nil || a.Name.string == nil && !a.isPassword() {
			w.invalid = true
			continue
		}
		w.list = append(w.list, a)
	}
	return nil
}

// invalidFields are the field sets of records with invalid fields, which share them: bit 0 is
// createdAt, bit 1 updatedAt, and bit 2 customAttributes.
var invalidFields = newInvalidFields("createdAt", "updatedAt", "customAttributes")

func newInvalidFields(fields ...string) []*model.FieldSet {
	sets := make([]*model.FieldSet, 1<<len(fields))
	for bits := 1; bits < len(sets); bits++ {
		sets[bits] = model.AllExcept()
		for i, field := range fields {
			if bits&(1<<i) != 0 {
				sets[bits] = sets[bits].WithInvalid(field)
			}
		}
	}
	return sets
}

// fieldSet returns the field set of a record of which these fields are invalid, nil if none is.
func fieldSet(createdAt, updatedAt timestamp, invalidAttributes bool) *model.FieldSet {
	bits := 0
	for i, isInvalid := range []bool{createdAt.invalid, updatedAt.invalid, invalidAttributes} {
		if isInvalid {
			bits |= 1 << i
		}
	}
	return invalidFields[bits]
}

// wireAccount is a row of the list of accounts, without the fields that the graph
// does not have. The vendor documents the dates as filters only.
type wireAccount struct {
	ID        vendorID
	Name      text
	Country   text
	Region    text
	City      text
	Street    text
	Building  text
	Office    text
	Zip       text
	Status    text
	CreatedAt timestamp
	UpdatedAt timestamp
}

func (a *wireAccount) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			r.Unmarshal(&a.ID)
		case "name":
			r.Unmarshal(&a.Name)
		case "country":
			r.Unmarshal(&a.Country)
		case "region":
			r.Unmarshal(&a.Region)
		case "city":
			r.Unmarshal(&a.City)
		case "street":
			r.Unmarshal(&a.Street)
		case "building":
			r.Unmarshal(&a.Building)
		case "office":
			r.Unmarshal(&a.Office)
		case "zip":
			r.Unmarshal(&a.Zip)
		case "status":
			r.Unmarshal(&a.Status)
		case "created_at":
			r.Unmarshal(&a.CreatedAt)
		case "updated_at":
			r.Unmarshal(&a.UpdatedAt)
		}
	}
}

var (
	errNoID     = errors.New("missing or invalid id")
	errNotAList = errors.New("not an array")
)

// decodeRows returns a decoder of an array of rows. It leaves out rows without an id
// and counts them, and fails if no row has one.
func decodeRows[T model.Node](decode func([]byte) (T, error)) func(context.Context, []byte) (rows[T], error) {
	return func(ctx context.Context, body []byte) (rows[T], error) {
		elements, err := upstream.SplitArray(ctx, body)
		if err != nil {
			return rows[T]{}, err
		}
		if elements == nil {
			return rows[T]{}, errNotAList
		}
		r := rows[T]{items: make([]T, 0, len(elements)), ids: make([]string, len(elements))}
		for i, element := range elements {
			if ctx.Err() != nil {
				return rows[T]{}, ctx.Err()
			}
			item, err := decode(element)
			if err != nil {
				r.unreadable++
				continue
			}
			r.items, r.ids[i] = append(r.items, item), item.GlobalID().VendorID()
		}
		if len(elements) > 0 && len(r.items) == 0 {
			return rows[T]{}, errNoID
		}
		return r, nil
	}
}

// decodeID returns the id of a row.
func decodeID(row []byte) (string, error) {
	var id vendorID
	err := jsonscan.Object(row, func(r *jsonscan.Reader) {
		for name := range r.ObjectKeys {
			if name == "id" {
				r.Unmarshal(&id)
			}
		}
	})
	if err == nil && id == "" {
		err = errNoID
	}
	return string(id), err
}

func (p *Provider) decodeUser(row []byte) (*model.User, error) {
	var u wireUser
	if err := jsonscan.Object(row, u.read); err != nil {
		return nil, err
	}
	if u.ID == "" {
		return nil, errNoID
	}
	first, last := u.FirstName.string, u.LastName.string
	fields := fieldSet(u.CreatedAt, u.UpdatedAt, u.CustomAttributes.invalid)
	return &model.User{
		Entity:           model.NewEntity(p.Connection(), model.TypeUser, string(u.ID)).WithFieldSet(fields),
		Login:            u.Email.string, // "which is used as a login"
		Email:            u.Email.string,
		Name:             join(" ", first, last),
		FirstName:        first,
		MiddleName:       u.MiddleName.string,
		LastName:         last,
		Status:           userStatus(u.Status.string),
		VendorStatus:     u.Status.string,
		CustomAttributes: customAttributes(u.CustomAttributes.list),
		CreatedAt:        u.CreatedAt.Time,
		UpdatedAt:        u.UpdatedAt.Time,
	}, nil
}

func (p *Provider) decodeAccount(row []byte) (*model.Account, error) {
	var a wireAccount
	if err := jsonscan.Object(row, a.read); err != nil {
		return nil, err
	}
	if a.ID == "" {
		return nil, errNoID
	}
	return &model.Account{
		Entity:       model.NewEntity(p.Connection(), model.TypeAccount, string(a.ID)).WithFieldSet(fieldSet(a.CreatedAt, a.UpdatedAt, false)),
		Name:         a.Name.string,
		Status:       accountStatus(a.Status.string),
		VendorStatus: a.Status.string,
		Address:      a.address(),
		CreatedAt:    a.CreatedAt.Time,
		UpdatedAt:    a.UpdatedAt.Time,
	}, nil
}

// address returns nil if all parts are blank.
func (a wireAccount) address() *model.Address {
	address := model.Address{
		AddressLine1: join(", ", a.Street.string, a.Building.string, a.Office.string),
		PostCode:     a.Zip.string,
		City:         a.City.string,
		State:        a.Region.string,
		Country:      a.Country.string,
	}
	if address == (model.Address{}) {
		return nil
	}
	return &address
}

// customAttributes omits passwords. The vendor has attributes of type password, but
// its responses do not contain the type, so names decide. Operators write English
// and Russian.
func customAttributes(wire []wireAttribute) []*model.CustomAttribute {
	all := []*model.CustomAttribute{}
	for _, a := range wire {
		if !a.isPassword() {
			all = append(all, &model.CustomAttribute{Name: *a.Name.string, Value: a.Value.string})
		}
	}
	return all
}

func (a wireAttribute) isPassword() bool {
	return isPassword(a.Name) || isPassword(a.Key) || isPassword(a.Type)
}

func isPassword(t text) bool {
	if t.string == nil {
		return false
	}
	s := strings.ToLower(*t.string)
	return strings.Contains(s, "password") || strings.Contains(s, "пароль")
}
