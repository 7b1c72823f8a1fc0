package activeplatform

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// user is a row of the vendor's users.
type user struct {
	ID               vendorID    `json:"id"`
	FirstName        *string     `json:"first_name"`
	MiddleName       *string     `json:"middle_name"`
	LastName         *string     `json:"last_name"`
	Email            *string     `json:"email"`
	Status           *string     `json:"status"`
	CustomAttributes []attribute `json:"custom_attributes"`
	CreatedAt        moment      `json:"created_at"`
	UpdatedAt        moment      `json:"updated_at"`
}

// attribute is what an operator has defined. Only name and value are documented
// for answers; keys are for writing, types are shown in the operator's panel.
type attribute struct {
	Name  string          `json:"name"`
	Key   string          `json:"key"`
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// account is a row of the vendor's accounts, as far as the graph has a place for
// it. Dates are not on the vendor's page; lists can be filtered by them.
type account struct {
	ID        vendorID `json:"id"`
	Name      *string  `json:"name"`
	Country   *string  `json:"country"`
	Region    *string  `json:"region"`
	City      *string  `json:"city"`
	Street    *string  `json:"street"`
	Building  *string  `json:"building"`
	Office    *string  `json:"office"`
	Zip       *string  `json:"zip"`
	Status    *string  `json:"status"`
	CreatedAt moment   `json:"created_at"`
	UpdatedAt moment   `json:"updated_at"`
}

var (
	errRow  = errors.New("not a row of this vendor")
	errList = errors.New("not a list")
	errTime = errors.New("not a time")
)

// many decodes a bare array of rows.
func many[T any](decode func([]byte) (T, error)) func([]byte) ([]T, error) {
	return func(body []byte) ([]T, error) {
		rows, err := rowsOf(body)
		if err != nil {
			return nil, err
		}
		items := make([]T, len(rows))
		for i, row := range rows {
			if items[i], err = decode(row); err != nil {
				return nil, err
			}
		}
		return items, nil
	}
}

func rowsOf(body []byte) ([]json.RawMessage, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, err
	}
	if rows == nil {
		return nil, errList
	}
	return rows, nil
}

func idOf(row []byte) (string, error) {
	var r struct {
		ID vendorID `json:"id"`
	}
	if err := json.Unmarshal(row, &r); err != nil {
		return "", err
	}
	if r.ID == "" {
		return "", errRow
	}
	return string(r.ID), nil
}

func (p *Provider) user(row []byte) (*model.User, error) {
	var u user
	if err := json.Unmarshal(row, &u); err != nil {
		return nil, err
	}
	if u.ID == "" {
		return nil, errRow
	}
	first, last := text(u.FirstName), text(u.LastName)
	return &model.User{
		Entity:           model.NewEntity(p.Connection(), model.TypeUser, string(u.ID)),
		Email:            text(u.Email),
		Name:             join(" ", first, last),
		FirstName:        first,
		MiddleName:       text(u.MiddleName),
		LastName:         last,
		Status:           userStatus(u.Status),
		VendorStatus:     text(u.Status),
		CustomAttributes: attributes(u.CustomAttributes),
		CreatedAt:        u.CreatedAt.Time,
		UpdatedAt:        u.UpdatedAt.Time,
	}, nil
}

func (p *Provider) account(row []byte) (*model.Account, error) {
	var a account
	if err := json.Unmarshal(row, &a); err != nil {
		return nil, err
	}
	if a.ID == "" {
		return nil, errRow
	}
	return &model.Account{
		Entity:       model.NewEntity(p.Connection(), model.TypeAccount, string(a.ID)),
		Name:         text(a.Name),
		Status:       accountStatus(a.Status),
		VendorStatus: text(a.Status),
		Address:      a.address(),
		CreatedAt:    a.CreatedAt.Time,
		UpdatedAt:    a.UpdatedAt.Time,
	}, nil
}

func (a account) address() *model.Address {
	address := model.Address{
		AddressLine1: join(", ", text(a.Street), text(a.Building), text(a.Office)),
		PostCode:     text(a.Zip),
		City:         text(a.City),
		State:        text(a.Region),
		Country:      text(a.Country),
	}
	if address == (model.Address{}) {
		return nil
	}
	return &address
}

func userStatus(word *string) model.UserStatus {
	switch word := text(word); {
	case word == nil:
		return model.UserOther
	case *word == "active":
		return model.UserActive
	case *word == "inactive":
		return model.UserInactive
	}
	return model.UserOther
}

func accountStatus(word *string) model.AccountStatus {
	if word == nil {
		return model.AccountOther
	}
	status := model.AccountStatus(strings.ToUpper(*word))
	switch status {
	case model.AccountActive, model.AccountInactive, model.AccountEnabled,
		model.AccountDisabled, model.AccountSuspended, model.AccountClosed:
		return status
	}
	return model.AccountOther
}

// attributes drops passwords: the vendor has attributes of that type, and its
// answers do not say which they are, so the names have to tell. Its operators
// write English and Russian.
func attributes(wire []attribute) []*model.CustomAttribute {
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

// scalar is the text of a JSON string, number or boolean; nil for everything
// else and for empty text.
func scalar(raw json.RawMessage) *string {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil
	}
	switch v := value.(type) {
	case string:
		return text(&v)
	case json.Number, bool:
		word := string(raw)
		return &word
	}
	return nil
}

// text is nil where there is nothing to read: the vendor writes "" for it.
func text(s *string) *string {
	if s == nil || strings.TrimSpace(*s) == "" {
		return nil
	}
	return s
}

func join(separator string, parts ...*string) *string {
	var words []string
	for _, part := range parts {
		if part != nil {
			words = append(words, strings.TrimSpace(*part))
		}
	}
	whole := strings.Join(words, separator)
	return text(&whole)
}

// vendorID is an id in digits. Users have integers; newer parts of this vendor's
// API write the same ids as strings.
type vendorID string

// UnmarshalJSON reads an integer or a string of digits.
func (id *vendorID) UnmarshalJSON(raw []byte) error {
	digits := strings.Trim(string(raw), `"`)
	if !isID(digits) {
		return errRow
	}
	*id = vendorID(digits)
	return nil
}

// maxDigits is the length of the largest 64-bit integer.
const maxDigits = 19

// isID reports whether s is an integer as the vendor writes its ids.
func isID(s string) bool {
	return s != "" && s[0] != '0' && len(s) <= maxDigits && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// moment is an instant, or none.
type moment struct{ *time.Time }

// UnmarshalJSON reads `2016-10-03T05:15:22.286+03:00` and, since other objects of
// this vendor have them, plain dates. Nothing and "" are none.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			m.Time = &t
			return nil
		}
	}
	return errTime
}
