package blendvision

import (
	"context"
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// Lists of accounts are read in one pass: they are the longest ones, and every search for an
// address reads them. What is read equals what encoding/json decodes for the other lists: names
// are compared without regard to case, and of several members with one name the last counts.

var accountMembers = []string{
	"id", "email", "username", "contact_email", "account_type", "status", "role_type", "role_id", "first_name", "last_name", "created_at",
}

// read reads a row.
func (a *wireAccount) read(r *jsonscan.Reader) {
	texts := [...]*text{&a.ID, &a.Email, &a.Username, &a.ContactEmail, &a.AccountType, &a.Status, &a.RoleType, &a.RoleID, &a.FirstName, &a.LastName}
	for name := range r.ObjectKeys {
		switch i := jsonscan.IndexName(accountMembers, name); {
		case i < 0:
		case i < len(texts):
			texts[i].read(r)
		default:
			a.CreatedAt.read(r)
		}
	}
}

// read reads a text as UnmarshalJSON does.
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

// read reads a timestamp as UnmarshalJSON does.
func (t *timestamp) read(r *jsonscan.Reader) {
	if value, kind := r.Scalar(); kind == jsonscan.Text {
		t.parse(value)
	}
}

var accountListMembers = []string{"accounts", "pagination", "code"}

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
			switch jsonscan.IndexName(accountListMembers, name) {
			case 0:
				page, hasRows = listPage[*model.Membership]{}, !r.IsNull()
				if hasRows {
					page = readAccounts(ctx, r, p, in)
				}
			case 1:
				total, hasPagination = 0, !r.IsNull()
				if hasPagination {
					total = readTotal(r)
				}
			case 2:
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

var totalItems = []string{"total_items"}

// readTotal returns the total of a pagination, 0 if it is none.
func readTotal(r *jsonscan.Reader) (total count) {
	if !r.IsObject() {
		r.Skip()
		return 0
	}
	for name := range r.ObjectKeys {
		if jsonscan.IndexName(totalItems, name) == 0 {
			if value, kind := r.Scalar(); kind == jsonscan.Text || kind == jsonscan.Number {
				total.parse(value)
			}
		}
	}
	return total
}
