package blendvision

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// The vendor writes JSON as protocol buffers do: "" and 0 stand for unset.

var (
	errNotAList  = errors.New("neither rows nor a pagination")
	errNoObject  = errors.New("no object where one was promised")
	errNoID      = errors.New("a row without an id")
	errStatus    = errors.New("an error status in a successful answer")
	errOtherPage = errors.New("another page than the one asked for")
)

// pagination tells where a page lies. The vendor documents 32-bit numbers; its
// kind of gateway writes larger ones as text, which json.Number reads, too.
type pagination struct {
	TotalItems   json.Number `json:"total_items"`
	ItemsPerPage json.Number `json:"items_per_page"`
	CurrentPage  json.Number `json:"current_page"`
}

// status is an error as the vendor writes it. Some gateways send it with HTTP
// 200.
type status struct {
	Code json.Number `json:"code"`
}

func (s status) check() error {
	if s.Code != "" && s.Code != "0" {
		return errStatus
	}
	return nil
}

// account is a member of an organization.
type account struct {
	ID           string  `json:"id"`
	Email        string  `json:"email"`
	Username     string  `json:"username"`
	ContactEmail string  `json:"contact_email"`
	Status       string  `json:"status"`
	RoleType     string  `json:"role_type"`
	RoleID       string  `json:"role_id"`
	FirstName    string  `json:"first_name"`
	LastName     string  `json:"last_name"`
	CreatedAt    instant `json:"created_at"`
}

// organization leaves out what is nobody's business: license_key is a secret,
// owner_email and the contract are the vendor's.
type organization struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	ParentID   string  `json:"parent_id"`
	ParentName string  `json:"parent_name"`
	Type       string  `json:"type"`
	Status     string  `json:"status"`
	CreatedAt  instant `json:"created_at"`
	UpdatedAt  instant `json:"updated_at"`
}

type role struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	IsDefault *bool  `json:"is_default"`
}

// decodeAccounts reads a page of an organization's accounts.
func decodeAccounts(p *model.Provider, organization string, body []byte) (rows[*model.Membership], error) {
	var answer struct {
		status
		Accounts   []account   `json:"accounts"`
		Pagination *pagination `json:"pagination"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return rows[*model.Membership]{}, err
	}
	return decodeRows(answer.status, answer.Accounts, answer.Pagination, func(a account) (*model.Membership, error) {
		if a.ID == "" {
			return nil, errNoID
		}
		return a.membership(p, organization), nil
	})
}

// decodeSubOrganizations reads a page of what lies below parent.
func decodeSubOrganizations(p *model.Provider, known spelling, parent string, body []byte) (rows[*model.Organization], error) {
	var answer struct {
		status
		Organizations []organization `json:"organizations"`
		Pagination    *pagination    `json:"pagination"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return rows[*model.Organization]{}, err
	}
	return decodeRows(answer.status, answer.Organizations, answer.Pagination, func(o organization) (*model.Organization, error) {
		if o.ParentID == "" {
			o.ParentID = parent
		}
		return o.model(p, known)
	})
}

// decodeRoles reads a page of an organization's roles.
func decodeRoles(body []byte) (rows[*model.Role], error) {
	var answer struct {
		status
		Roles      []role      `json:"roles"`
		Pagination *pagination `json:"pagination"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return rows[*model.Role]{}, err
	}
	return decodeRows(answer.status, answer.Roles, answer.Pagination, role.model)
}

func decodeRows[W, T any](s status, wire []W, p *pagination, decode func(W) (T, error)) (rows[T], error) {
	if err := s.check(); err != nil {
		return rows[T]{}, err
	}
	if wire == nil && p == nil {
		return rows[T]{}, errNotAList
	}
	r := rows[T]{items: make([]T, len(wire)), size: pageSize}
	if p != nil {
		r.number, r.total = count(p.CurrentPage), count(p.TotalItems)
		if size := count(p.ItemsPerPage); size > 0 {
			r.size = size
		}
	}
	var err error
	for i := range wire {
		if r.items[i], err = decode(wire[i]); err != nil {
			return rows[T]{}, err
		}
	}
	return r, nil
}

// count reads a number of rows or pages; 0, which stands for unset, where it
// cannot be one.
func count(n json.Number) int {
	i, err := n.Int64()
	if err != nil || i < 0 || i > math.MaxInt32 {
		return 0
	}
	return int(i)
}

// organizationRow finds the one organization of an answer.
func organizationRow(body []byte) (json.RawMessage, error) {
	var answer struct {
		status
		Organization json.RawMessage `json:"organization"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if err := answer.check(); err != nil {
		return nil, err
	}
	if len(answer.Organization) == 0 {
		return nil, errNoObject
	}
	return answer.Organization, nil
}

func decodeOrganization(p *model.Provider, known spelling, row []byte) (*model.Organization, error) {
	var o organization
	if err := json.Unmarshal(row, &o); err != nil {
		return nil, err
	}
	return o.model(p, known)
}

func (a account) membership(p *model.Provider, organization string) *model.Membership {
	return &model.Membership{
		Entity: model.NewEntity(p, model.TypeMembership, model.JoinMembership(organization, a.ID)),
		User:   a.user(p),
		Organization: &model.Organization{
			Entity: model.NewEntity(p, model.TypeOrganization, organization).WithFieldSet(model.OnlyFields()),
		},
		Role:         roleType(a.RoleType),
		VendorRole:   optional(a.RoleType),
		VendorRoleID: optional(a.RoleID),
		Status:       userStatus(a.Status),
	}
}

func (a account) user(p *model.Provider) *model.User {
	return &model.User{
		Entity:       model.NewEntity(p, model.TypeUser, a.ID),
		Email:        a.email(),
		Name:         optional(strings.TrimSpace(a.FirstName + " " + a.LastName)),
		FirstName:    optional(a.FirstName),
		LastName:     optional(a.LastName),
		Status:       userStatus(a.Status),
		VendorStatus: optional(a.Status),
		CreatedAt:    a.CreatedAt.time,
	}
}

// email is the account's address. The newest copy of the vendor's page calls
// email deprecated in favour of username, which need not be an address.
// https://developers.blendvision.com/ja/docs/api/bv-one/public-organization-service-list-accounts-2
func (a account) email() *string {
	switch {
	case a.Email != "":
		return &a.Email
	case a.ContactEmail != "":
		return &a.ContactEmail
	case strings.Contains(a.Username, "@"):
		return &a.Username
	}
	return nil
}

func (o organization) model(p *model.Provider, known spelling) (*model.Organization, error) {
	if o.ID == "" {
		return nil, errNoID
	}
	o.ID, o.ParentID = known.of(o.ID), known.of(o.ParentID)
	return &model.Organization{
		Entity:       model.NewEntity(p, model.TypeOrganization, o.ID),
		Name:         optional(o.Name),
		Type:         organizationType(o.Type),
		VendorType:   optional(o.Type),
		Status:       organizationStatus(o.Status),
		VendorStatus: optional(o.Status),
		Parent:       o.parent(p),
		CreatedAt:    o.CreatedAt.time,
		UpdatedAt:    o.UpdatedAt.time,
	}, nil
}

func (o organization) parent(p *model.Provider) *model.Organization {
	if o.ParentID == "" {
		return nil
	}
	extent := model.OnlyFields("name")
	if o.ParentName == "" {
		extent = model.OnlyFields()
	}
	return &model.Organization{
		Entity: model.NewEntity(p, model.TypeOrganization, o.ParentID).WithFieldSet(extent),
		Name:   optional(o.ParentName),
	}
}

func (r role) model() (*model.Role, error) {
	if r.ID == "" {
		return nil, errNoID
	}
	out := &model.Role{VendorID: r.ID, Name: optional(r.Name), VendorType: optional(r.Type), IsDefault: r.IsDefault}
	if r.Type != "" {
		t := roleType(r.Type)
		out.Type = &t
	}
	return out, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instant is a time that may be null, "" or the zero time for unset.
type instant struct{ time *time.Time }

// UnmarshalJSON reads RFC 3339 text.
func (i *instant) UnmarshalJSON(b []byte) error {
	var text *string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	if text == nil || *text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return err
	}
	if t = t.UTC(); !t.IsZero() {
		i.time = &t
	}
	return nil
}
