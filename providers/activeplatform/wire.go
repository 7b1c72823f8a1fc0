package activeplatform

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// wireUser is a row of the list of users. A user consists of the same fields.
type wireUser struct {
	ID               vendorID        `json:"id"`
	FirstName        *string         `json:"first_name"`
	MiddleName       *string         `json:"middle_name"`
	LastName         *string         `json:"last_name"`
	Email            *string         `json:"email"`
	Status           *string         `json:"status"`
	CustomAttributes []wireAttribute `json:"custom_attributes"`
	CreatedAt        timestamp       `json:"created_at"`
	UpdatedAt        timestamp       `json:"updated_at"`
}

// wireAttribute is an attribute that an operator defines. The vendor documents only
// name and value for responses; keys are documented for requests, and types appear
// in the operator's panel.
type wireAttribute struct {
	Name  string          `json:"name"`
	Key   string          `json:"key"`
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// wireAccount is a row of the list of accounts, without the fields that the graph
// does not have. The vendor documents the dates as filters only.
type wireAccount struct {
	ID        vendorID  `json:"id"`
	Name      *string   `json:"name"`
	Country   *string   `json:"country"`
	Region    *string   `json:"region"`
	City      *string   `json:"city"`
	Street    *string   `json:"street"`
	Building  *string   `json:"building"`
	Office    *string   `json:"office"`
	Zip       *string   `json:"zip"`
	Status    *string   `json:"status"`
	CreatedAt timestamp `json:"created_at"`
	UpdatedAt timestamp `json:"updated_at"`
}

var (
	errNoID      = errors.New("missing or invalid id")
	errNotAList  = errors.New("not an array")
	errTimestamp = errors.New("invalid time")
)

// decodeRows returns a decoder of an array of rows.
func decodeRows[T any](decode func([]byte) (T, error)) func([]byte) ([]T, error) {
	return func(body []byte) ([]T, error) {
		var rows []json.RawMessage
		if err := json.Unmarshal(body, &rows); err != nil {
			return nil, err
		}
		if rows == nil {
			return nil, errNotAList
		}
		items := make([]T, len(rows))
		var err error
		for i, row := range rows {
			if items[i], err = decode(row); err != nil {
				return nil, err
			}
		}
		return items, nil
	}
}

// decodeID returns the id of a row.
func decodeID(row []byte) (string, error) {
	var r struct {
		ID vendorID `json:"id"`
	}
	if err := json.Unmarshal(row, &r); err != nil {
		return "", err
	}
	if r.ID == "" {
		return "", errNoID
	}
	return string(r.ID), nil
}

func (p *Provider) decodeUser(row []byte) (*model.User, error) {
	var u wireUser
	if err := json.Unmarshal(row, &u); err != nil {
		return nil, err
	}
	if u.ID == "" {
		return nil, errNoID
	}
	first, last := nonBlank(u.FirstName), nonBlank(u.LastName)
	return &model.User{
		Entity:           model.NewEntity(p.Connection(), model.TypeUser, string(u.ID)),
		Email:            nonBlank(u.Email),
		Name:             join(" ", first, last),
		FirstName:        first,
		MiddleName:       nonBlank(u.MiddleName),
		LastName:         last,
		Status:           userStatus(u.Status),
		VendorStatus:     nonBlank(u.Status),
		CustomAttributes: customAttributes(u.CustomAttributes),
		CreatedAt:        u.CreatedAt.Time,
		UpdatedAt:        u.UpdatedAt.Time,
	}, nil
}

func (p *Provider) decodeAccount(row []byte) (*model.Account, error) {
	var a wireAccount
	if err := json.Unmarshal(row, &a); err != nil {
		return nil, err
	}
	if a.ID == "" {
		return nil, errNoID
	}
	return &model.Account{
		Entity:       model.NewEntity(p.Connection(), model.TypeAccount, string(a.ID)),
		Name:         nonBlank(a.Name),
		Status:       accountStatus(a.Status),
		VendorStatus: nonBlank(a.Status),
		Address:      a.address(),
		CreatedAt:    a.CreatedAt.Time,
		UpdatedAt:    a.UpdatedAt.Time,
	}, nil
}

// address returns nil if all parts are blank.
func (a wireAccount) address() *model.Address {
	address := model.Address{
		AddressLine1: join(", ", nonBlank(a.Street), nonBlank(a.Building), nonBlank(a.Office)),
		PostCode:     nonBlank(a.Zip),
		City:         nonBlank(a.City),
		State:        nonBlank(a.Region),
		Country:      nonBlank(a.Country),
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
		if isPassword(a.Name) || isPassword(a.Key) || isPassword(a.Type) || strings.TrimSpace(a.Name) == "" {
			continue
		}
		all = append(all, &model.CustomAttribute{Name: a.Name, Value: scalar(a.Value)})
	}
	return all
}

func isPassword(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "password") || strings.Contains(s, "пароль")
}
