package blendvision

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// The vendor encodes JSON like Protocol Buffers: "" and 0 mean unset.

var (
	errNotAList   = errors.New("no list in the response")
	errNoObject   = errors.New("no object in the response")
	errNoID       = errors.New("missing id")
	errStatus     = errors.New("error status in a successful response")
	errPageNumber = errors.New("response contains another page")
)

// wirePagination describes a page. The vendor documents 32-bit numbers; its gateway may
// encode larger ones as strings, which json.Number also decodes.
type wirePagination struct {
	TotalItems   json.Number `json:"total_items"`
	ItemsPerPage json.Number `json:"items_per_page"`
	CurrentPage  json.Number `json:"current_page"`
}

// wireStatus is a google.rpc.Status. Some gateways send it with HTTP status 200.
type wireStatus struct {
	Code json.Number `json:"code"`
}

func (s wireStatus) check() error {
	if s.Code != "" && s.Code != "0" {
		return errStatus
	}
	return nil
}

// wireAccount is a member of an organization.
type wireAccount struct {
	ID           string    `json:"id"`
	Email        string    `json:"email"`
	Username     string    `json:"username"`
	ContactEmail string    `json:"contact_email"`
	Status       string    `json:"status"`
	RoleType     string    `json:"role_type"`
	RoleID       string    `json:"role_id"`
	FirstName    string    `json:"first_name"`
	LastName     string    `json:"last_name"`
	CreatedAt    timestamp `json:"created_at"`
}

// wireOrganization omits confidential fields: license_key, which is a secret,
// owner_email and the contract.
type wireOrganization struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	ParentID   string    `json:"parent_id"`
	ParentName string    `json:"parent_name"`
	Type       string    `json:"type"`
	Status     string    `json:"status"`
	CreatedAt  timestamp `json:"created_at"`
	UpdatedAt  timestamp `json:"updated_at"`
}

// wireRole is a role that members of an organization can have.
type wireRole struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	IsDefault *bool  `json:"is_default"`
}

// decodeAccounts decodes a page of an organization's accounts.
func decodeAccounts(p *model.Provider, organization string, body []byte) (listPage[*model.Membership], error) {
	var response struct {
		wireStatus
		Accounts   []wireAccount   `json:"accounts"`
		Pagination *wirePagination `json:"pagination"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return listPage[*model.Membership]{}, err
	}
	return decodeRows(response.wireStatus, response.Accounts, response.Pagination, func(a wireAccount) (*model.Membership, error) {
		if a.ID == "" {
			return nil, errNoID
		}
		return a.membership(p, organization), nil
	})
}

// decodeSubOrganizations decodes a page of the direct children of parent.
func decodeSubOrganizations(p *model.Provider, known organizationIDs, parent string, body []byte) (listPage[*model.Organization], error) {
	var response struct {
		wireStatus
		Organizations []wireOrganization `json:"organizations"`
		Pagination    *wirePagination    `json:"pagination"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return listPage[*model.Organization]{}, err
	}
	return decodeRows(response.wireStatus, response.Organizations, response.Pagination, func(o wireOrganization) (*model.Organization, error) {
		if o.ParentID == "" {
			o.ParentID = parent
		}
		return o.model(p, known)
	})
}

// decodeRoles decodes a page of an organization's roles.
func decodeRoles(body []byte) (listPage[*model.Role], error) {
	var response struct {
		wireStatus
		Roles      []wireRole      `json:"roles"`
		Pagination *wirePagination `json:"pagination"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return listPage[*model.Role]{}, err
	}
	return decodeRows(response.wireStatus, response.Roles, response.Pagination, wireRole.model)
}

// decodeRows decodes a page of a list. It fails if there is neither a list nor a
// pagination.
func decodeRows[W, T any](s wireStatus, wire []W, p *wirePagination, decode func(W) (T, error)) (listPage[T], error) {
	if err := s.check(); err != nil {
		return listPage[T]{}, err
	}
	if wire == nil && p == nil {
		return listPage[T]{}, errNotAList
	}
	r := listPage[T]{items: make([]T, len(wire)), size: pageSize}
	if p != nil {
		r.number, r.total = count(p.CurrentPage), count(p.TotalItems)
		if size := count(p.ItemsPerPage); size > 0 {
			r.size = size
		}
	}
	var err error
	for i := range wire {
		if r.items[i], err = decode(wire[i]); err != nil {
			return listPage[T]{}, err
		}
	}
	return r, nil
}

// unwrapOrganization returns the organization in a response.
func unwrapOrganization(body []byte) (json.RawMessage, error) {
	var response struct {
		wireStatus
		Organization json.RawMessage `json:"organization"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return nil, err
	}
	if err := response.check(); err != nil {
		return nil, err
	}
	if len(response.Organization) == 0 {
		return nil, errNoObject
	}
	return response.Organization, nil
}

func decodeOrganization(p *model.Provider, known organizationIDs, row []byte) (*model.Organization, error) {
	var o wireOrganization
	if err := json.Unmarshal(row, &o); err != nil {
		return nil, err
	}
	return o.model(p, known)
}

func (a wireAccount) membership(p *model.Provider, organization string) *model.Membership {
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
		Groups:       []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
	}
}

func (a wireAccount) user(p *model.Provider) *model.User {
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

// email returns the account's e-mail address, nil if there is none. The latest version
// of the documentation deprecates email in favor of username, which may contain a
// name that is not an address.
// https://developers.blendvision.com/ja/docs/api/bv-one/public-organization-service-list-accounts-2
func (a wireAccount) email() *string {
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

func (o wireOrganization) model(p *model.Provider, known organizationIDs) (*model.Organization, error) {
	if o.ID == "" {
		return nil, errNoID
	}
	o.ID, o.ParentID = known.canonical(o.ID), known.canonical(o.ParentID)
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

// parent returns a short reference, nil for a root organization.
func (o wireOrganization) parent(p *model.Provider) *model.Organization {
	if o.ParentID == "" {
		return nil
	}
	fields := model.OnlyFields("name")
	if o.ParentName == "" {
		fields = model.OnlyFields()
	}
	return &model.Organization{
		Entity: model.NewEntity(p, model.TypeOrganization, o.ParentID).WithFieldSet(fields),
		Name:   optional(o.ParentName),
	}
}

func (r wireRole) model() (*model.Role, error) {
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
