package blendvision

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// The vendor encodes JSON like Protocol Buffers: "" and 0 mean unset.

var (
	errNotAList = errors.New("no list in the response")
	errNoObject = errors.New("no object in the response")
	errNoID     = errors.New("missing id")
	errStatus   = errors.New("error status in a successful response")
)

// wireStatus is a google.rpc.Status. Some gateways send it with HTTP status 200.
type wireStatus struct{ Code text }

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
	ID, Name             text
	ParentID, ParentName text
	Type, Status         text
	CreatedAt, UpdatedAt timestamp
}

func (o *wireOrganization) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			o.ID.read(r)
		case "name":
			o.Name.read(r)
		case "parent_id":
			o.ParentID.read(r)
		case "parent_name":
			o.ParentName.read(r)
		case "type":
			o.Type.read(r)
		case "status":
			o.Status.read(r)
		case "created_at":
			o.CreatedAt.read(r)
		case "updated_at":
			o.UpdatedAt.read(r)
		}
	}
}

// wireRole is a role that members of an organization can have.
type wireRole struct {
	ID, Name, Type text
	IsDefault      *bool
}

func (w *wireRole) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			w.ID.read(r)
		case "name":
			w.Name.read(r)
		case "type":
			w.Type.read(r)
		case "is_default":
			w.IsDefault = r.BoolPtr()
		}
	}
}

// wireList is a list of rows that are decoded one by one.
type wireList struct {
	wireStatus
	// rows is nil if there is no list.
	rows          []json.RawMessage
	hasPagination bool
	// total is that of the pagination. The number and the size of the page do not count: see
	// upstream.PagePosition.
	total count
}

// readList reads the list that a response has under a key. It ends with ctx.
func readList(ctx context.Context, body []byte, key string) (wireList, error) {
	object, rows, err := upstream.SplitList(ctx, body, key)
	if err != nil {
		return wireList{}, err
	}
	list := wireList{rows: rows}
	err = jsonscan.Object(object, func(r *jsonscan.Reader) {
		for name := range r.ObjectKeys {
			switch name {
			case key:
				if elements := readRows(r, object); rows == nil {
					list.rows = elements
				}
			case "pagination":
				if list.hasPagination = !r.IsNull(); list.hasPagination {
					list.total = readTotal(r)
				}
			case "code":
				list.Code.read(r)
			}
		}
	})
	return list, err
}

// readRows reads the elements of an array of a text, nil for null.
func readRows(r *jsonscan.Reader, text []byte) []json.RawMessage {
	if r.IsNull() {
		return nil
	}
	rows := []json.RawMessage{}
	for range r.Array {
		from := r.Offset()
		r.Skip()
		rows = append(rows, text[from:r.Offset()])
	}
	return rows
}

// decodeSubOrganizations decodes a page of the direct children of parent.
func decodeSubOrganizations(ctx context.Context, p *model.Provider, known organizationIDs, parent string, body []byte) (listPage[*model.Organization], error) {
	list, err := readList(ctx, body, "organizations")
	if err != nil {
		return listPage[*model.Organization]{}, err
	}
	return decodeRows(ctx, list, func(row []byte) (text, *model.Organization, error) {
		var o wireOrganization
		err := jsonscan.Object(row, o.read)
		if o.ParentID == "" {
			o.ParentID = text(parent)
		}
		return o.ID, o.model(p, known), err
	})
}

// decodeRoles decodes a page of an organization's roles.
func decodeRoles(ctx context.Context, body []byte) (listPage[*model.Role], error) {
	list, err := readList(ctx, body, "roles")
	if err != nil {
		return listPage[*model.Role]{}, err
	}
	return decodeRows(ctx, list, func(row []byte) (text, *model.Role, error) {
		var w wireRole
		err := jsonscan.Object(row, w.read)
		return w.ID, w.model(), err
	})
}

// decodeRows decodes a page of a list. It leaves out rows that cannot be decoded or have no id,
// and counts them. It fails if there is neither a list nor a pagination, or if no row has an id.
func decodeRows[T any](ctx context.Context, list wireList, decode func(row []byte) (id text, item T, err error)) (listPage[T], error) {
	if err := list.check(); err != nil {
		return listPage[T]{}, err
	}
	if list.rows == nil && !list.hasPagination {
		return listPage[T]{}, errNotAList
	}
	page := listPage[T]{items: make([]T, 0, len(list.rows)), ids: make([]string, len(list.rows)), total: int(list.total)}
	for i, row := range list.rows {
		if ctx.Err() != nil {
			return listPage[T]{}, ctx.Err()
		}
		id, item, err := decode(row)
		if err != nil || id == "" {
			page.unreadable++
			continue
		}
		page.items, page.ids[i] = append(page.items, item), string(id)
	}
	if len(list.rows) > 0 && len(page.items) == 0 {
		return listPage[T]{}, errNoID
	}
	return page, nil
}

// unwrapOrganization returns the organization in a response.
func unwrapOrganization(body []byte) (json.RawMessage, error) {
	var status wireStatus
	var organization json.RawMessage
	err := jsonscan.Object(body, func(r *jsonscan.Reader) {
		for name := range r.ObjectKeys {
			switch name {
			case "code":
				status.Code.read(r)
			case "organization":
				r.Unmarshal(&organization)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if err := status.check(); err != nil {
		return nil, err
	}
	if len(organization) == 0 {
		return nil, errNoObject
	}
	return organization, nil
}

func decodeOrganization(p *model.Provider, known organizationIDs, row []byte) (*model.Organization, error) {
	var o wireOrganization
	if err := jsonscan.Object(row, o.read); err != nil {
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
		Entity:            model.NewEntity(p, model.TypeUser, string(a.ID)).WithFieldSet(fieldSet(a.CreatedAt, timestamp{})),
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
		Entity:       model.NewEntity(p, model.TypeOrganization, known.canonical(string(o.ID))).WithFieldSet(fieldSet(o.CreatedAt, o.UpdatedAt)),
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
	out := &model.Role{VendorID: string(r.ID), Name: optional(r.Name), VendorType: optional(r.Type), IsDefault: r.IsDefault}
	if r.Type != "" {
		t := roleType(r.Type)
		out.Type = &t
	}
	return out
}
