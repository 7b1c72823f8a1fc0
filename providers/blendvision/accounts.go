package blendvision

import (
	"context"
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// Lists of accounts are read in one pass: they are the longest ones, and every search for an
// address reads them.

// read reads a row.
func (a *wireAccount) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			a.ID.read(r)
		case "email":
			a.Email.read(r)
		case "username":
			a.Username.read(r)
		case "contact_email":
			a.ContactEmail.read(r)
		case "account_type":
			a.AccountType.read(r)
		case "status":
			a.Status.read(r)
		case "role_type":
			a.RoleType.read(r)
		case "role_id":
			a.RoleID.read(r)
		case "first_name":
			a.FirstName.read(r)
		case "last_name":
			a.LastName.read(r)
		case "created_at":
			a.CreatedAt.read(r)
		}
	}
}

// read reads the text of a string, number or boolean. Another value is none.
func (t *text) read(r *jsonscan.Reader) {
	value, kind := r.Scalar()
	if kind == jsonscan.None {
		return
	}
	if kind == jsonscan.Number {
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return
		}
	}
	*t = text(value)
}

// read reads a timestamp. A value that is none is invalid.
func (t *timestamp) read(r *jsonscan.Reader) {
	if r.IsNull() {
		return
	}
	value, kind := r.Scalar()
	if kind != jsonscan.Text {
		t.invalid = true
		return
	}
	t.parse(value)
}

// decodeAccounts decodes a page of an organization's accounts. It ends with ctx.
func decodeAccounts(ctx context.Context, p *model.Provider, organization string, body []byte) (listPage[*model.Membership], error) {
	var page listPage[*model.Membership]
	var status wireStatus
	var total count
	hasRows, hasPagination := false, false
	in := &model.Organization{Entity: model.NewEntity(p, model.TypeOrganization, organization).WithFieldSet(model.OnlyFields())}
	r := jsonscan.NewCopying(body)
	if !r.IsNull() {
		for name := range r.ObjectKeys {
			switch name {
			case "accounts":
				if hasRows = !r.IsNull(); hasRows {
					page = readAccounts(ctx, r, p, in)
				}
			case "pagination":
				if hasPagination = !r.IsNull(); hasPagination {
					total = readTotal(r)
				}
			case "code":
				status.Code.read(r)
			}
		}
	}
	if err := r.End(); err != nil {
		return listPage[*model.Membership]{}, err
	}
	if err := status.check(); err != nil {
		return listPage[*model.Membership]{}, err
	}
	switch {
	case !hasRows && !hasPagination:
		return listPage[*model.Membership]{}, errNotAList
	case len(page.ids) > 0 && len(page.items) == 0:
		return listPage[*model.Membership]{}, errNoID
	}
	page.total = int(total)
	return page, nil
}

// readAccounts reads the rows of a page, as decodeRows does.
func readAccounts(ctx context.Context, r *jsonscan.Reader, p *model.Provider, in *model.Organization) (page listPage[*model.Membership]) {
	var a wireAccount
	for range r.Array {
		if err := ctx.Err(); err != nil {
			r.Fail(err)
			return page
		}
		a = wireAccount{}
		if r.IsObject() {
			a.read(r)
		}
		if page.ids == nil {
			page.ids, page.items = make([]string, 0, pageSize), make([]*model.Membership, 0, pageSize)
		}
		page.ids = append(page.ids, string(a.ID))
		if a.ID == "" {
			page.unreadable++
			continue
		}
		page.items = append(page.items, a.membership(p, in))
	}
	return page
}

// readTotal returns the total of a pagination, 0 if it is none.
func readTotal(r *jsonscan.Reader) (total count) {
	if !r.IsObject() {
		r.Skip()
		return 0
	}
	for name := range r.ObjectKeys {
		if name == "total_items" {
			if value, kind := r.Scalar(); kind == jsonscan.Text || kind == jsonscan.Number {
				total.parse(value)
			}
		}
	}
	return total
}
