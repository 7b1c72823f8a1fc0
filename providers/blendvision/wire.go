package blendvision

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// The vendor encodes JSON like Protocol Buffers: "" and 0 mean unset.

var (
	errNotAList = errors.New("no list in the response")
	errNoObject = errors.New("no object in the response")
	errNoID     = errors.New("missing id")
	errStatus   = errors.New("error status in a successful response")
)

// wirePagination describes a page. The number and the size of the page do not count:
// see upstream.PagePosition.
type wirePagination struct {
	TotalItems count `json:"total_items"`
}

// wireStatus is a google.rpc.Status. Some gateways send it with HTTP status 200.
type wireStatus struct {
	Code text `json:"code"`
}

func (s wireStatus) check() error {
	if s.Code != "" && s.Code != "0" {
		return errStatus
	}
	return nil
}

// wireAccount is a member of an organization. The latest version of the documentation
// deprecates email: username identifies the user, contact_email is a contact only, and
// an account of type ACCOUNT_TYPE_NON_EMAIL has no address.
// https://developers.blendvision.com/ja/docs/api/bv-one/public-organization-service-list-accounts-2
type wireAccount struct {
	ID, Email, Username, ContactEmail text
	AccountType, Status               text
	RoleType, RoleID                  text
	FirstName, LastName               text
	CreatedAt                         timestamp
}

// wireOrganization omits confidential fields: license_key, which is a secret,
// owner_email and the contract.
type wireOrganization struct {
	ID         text      `json:"id"`
	Name       text      `json:"name"`
	ParentID   text      `json:"parent_id"`
	ParentName text      `json:"parent_name"`
	Type       text      `json:"type"`
	Status     text      `json:"status"`
	CreatedAt  timestamp `json:"created_at"`
	UpdatedAt  timestamp `json:"updated_at"`
}

// wireRole is a role that members of an organization can have.
type wireRole struct {
	ID        text `json:"id"`
	Name      text `json:"name"`
	Type      text `json:"type"`
	IsDefault flag `json:"is_default"`
}

// wireList are the members of a response that are common to all lists.
type wireList struct {
	wireStatus
	Pagination json.RawMessage `json:"pagination"`
}

// readList decodes a response. It returns the rows under a key apart from it if the response is
// long, and nil otherwise. It ends with ctx.
func readList(ctx context.Context, body []byte, key string, response any) ([]json.RawMessage, error) {
	object, rows, err := upstream.SplitList(ctx, body, key)
	if err != nil {
		return nil, err
	}
	return rows, json.Unmarshal(object, response)
}

// decodeSubOrganizations decodes a page of the direct children of parent.
func decodeSubOrganizations(ctx context.Context, p *model.Provider, known organizationIDs, parent string, body []byte) (listPage[*model.Organization], error) {
	var response struct {
		wireList
		Organizations []json.RawMessage `json:"organizations"`
	}
	rows, err := readList(ctx, body, "organizations", &response)
	if err != nil {
		return listPage[*model.Organization]{}, err
	}
	if rows == nil {
		rows = response.Organizations
	}
	return decodeRows(ctx, response.wireList, rows, func(o wireOrganization) (text, *model.Organization) {
		if o.ParentID == "" {
			o.ParentID = text(parent)
		}
		return o.ID, o.model(p, known)
	})
}

// decodeRoles decodes a page of an organization's roles.
func decodeRoles(ctx context.Context, body []byte) (listPage[*model.Role], error) {
	var response struct {
		wireList
		Roles []json.RawMessage `json:"roles"`
	}
	rows, err := readList(ctx, body, "roles", &response)
	if err != nil {
		return listPage[*model.Role]{}, err
	}
	if rows == nil {
		rows = response.Roles
	}
	return decodeRows(ctx, response.wireList, rows, func(r wireRole) (text, *model.Role) { return r.ID, r.model() })
}

// decodeRows decodes a page of a list. It leaves out rows without an id and counts
// them. It fails if there is neither a list nor a pagination, or if no row has an id.
func decodeRows[W, T any](ctx context.Context, list wireList, rows []json.RawMessage, decode func(W) (id text, item T)) (listPage[T], error) {
	if err := list.check(); err != nil {
		return listPage[T]{}, err
	}
	if rows == nil && (len(list.Pagination) == 0 || string(list.Pagination) == "null") {
		return listPage[T]{}, errNotAList
	}
	var pagination wirePagination
	_ = json.Unmarshal(list.Pagination, &pagination) // without one, the total is unset
	page := listPage[T]{items: make([]T, 0, len(rows)), ids: make([]string, len(rows)), total: int(pagination.TotalItems)}
	for i, row := range rows {
		if ctx.Err() != nil {
			return listPage[T]{}, ctx.Err()
		}
		var w W
		if json.Unmarshal(row, &w) != nil {
			page.unreadable++
			continue
		}
		id, item := decode(w)
		if id == "" {
			page.unreadable++
			continue
		}
		page.items, page.ids[i] = append(page.items, item), string(id)
	}
	if len(rows) > 0 && len(page.items) == 0 {
		return listPage[T]{}, errNoID
	}
	return page, nil
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
	if o.ID == "" {
		return nil, errNoID
	}
	return o.model(p, known), nil
}

// record is a membership and its user, with the texts that they point to, in one piece of memory.
type record struct {
	membership         model.Membership
	user               model.User
	row                wireAccount
	login, email, name text
}

// membership returns the record of a row, in an organization of which only the id is known.
func (a *wireAccount) membership(p *model.Provider, organization *model.Organization) *model.Membership {
	r := &record{row: *a}
	r.setUser(p)
	r.membership = model.Membership{
		Entity:       model.NewMembershipEntity(p, organization.VendorID, string(a.ID)),
		User:         &r.user,
		Organization: organization,
		Role:         roleType(a.RoleType),
		VendorRole:   pointer(&r.row.RoleType),
		VendorRoleID: pointer(&r.row.RoleID),
		Status:       userStatus(a.Status),
		Groups:       []*model.Group{}, Buyers: []*model.Buyer{}, Modules: []*model.Module{},
	}
	return &r.membership
}

func (r *record) setUser(p *model.Provider) {
	a := &r.row
	r.login, r.email = a.signIn()
	r.name = text(strings.TrimSpace(string(a.FirstName + " " + a.LastName)))
	r.user = model.User{
		Entity:            model.NewEntity(p, model.TypeUser, string(a.ID)),
		Login:             pointer(&r.login),
		Email:             pointer(&r.email),
		ContactEmail:      pointer(&a.ContactEmail),
		AccountType:       accountType(a.AccountType),
		VendorAccountType: pointer(&a.AccountType),
		Name:              pointer(&r.name),
		FirstName:         pointer(&a.FirstName),
		LastName:          pointer(&a.LastName),
		Status:            userStatus(a.Status),
		VendorStatus:      pointer(&a.Status),
		CreatedAt:         a.CreatedAt.time,
	}
}

// signIn returns what the user signs in with, and the address among that. The username
// of an account without e-mail is no address, whatever it looks like. Accounts of the
// older documentation have an address and no username.
func (a *wireAccount) signIn() (login, email text) {
	switch {
	case a.AccountType == "ACCOUNT_TYPE_NON_EMAIL":
		return a.Username, ""
	case a.Username == "":
		return a.Email, a.Email
	case isAddress(a.Username):
		return a.Username, a.Username
	}
	return a.Username, a.Email
}

// isAddress reports whether a username is an e-mail address.
func isAddress(username text) bool {
	local, domain, _ := strings.Cut(string(username), "@")
	return local != "" && domain != "" && !strings.ContainsAny(domain, "@ ")
}

func (o wireOrganization) model(p *model.Provider, known organizationIDs) *model.Organization {
	o.ParentID = text(known.canonical(string(o.ParentID)))
	return &model.Organization{
		Entity:       model.NewEntity(p, model.TypeOrganization, known.canonical(string(o.ID))),
		Name:         optional(o.Name),
		Type:         organizationType(o.Type),
		VendorType:   optional(o.Type),
		Status:       organizationStatus(o.Status),
		VendorStatus: optional(o.Status),
		Parent:       o.parent(p),
		CreatedAt:    o.CreatedAt.time,
		UpdatedAt:    o.UpdatedAt.time,
	}
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
		Entity: model.NewEntity(p, model.TypeOrganization, string(o.ParentID)).WithFieldSet(fields),
		Name:   optional(o.ParentName),
	}
}

func (r wireRole) model() *model.Role {
	out := &model.Role{VendorID: string(r.ID), Name: optional(r.Name), VendorType: optional(r.Type), IsDefault: r.IsDefault.bool}
	if r.Type != "" {
		t := roleType(r.Type)
		out.Type = &t
	}
	return out
}
