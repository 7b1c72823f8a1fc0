package softwareone

import (
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// The paths of the collections, each with its page in the vendor's reference.
const (
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/accounts
	accountsPath = "/v1/accounts/accounts"
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/users
	usersPath = "/v1/accounts/users"
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/user-group
	groupsPath = "/v1/accounts/user-groups"
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/buyers
	buyersPath = "/v1/accounts/buyers"
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/sellers
	sellersPath = "/v1/accounts/sellers"
	// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/modules
	modulesPath = "/v1/accounts/modules"
)

// newCollections returns the collections that the platform has.
func newCollections(client *upstream.Client, d decoder, accountUsersPath string, q *detected) providers.Collections {
	accounts := &collection[*model.Account]{
		client: client, open: d.open, detected: q, kind: model.TypeAccount, path: accountsPath, statuses: accountStatuses,
		properties: accountType, selects: accountType.selects, decode: rowDecoder(&d.rows.accounts, (*wireAccount).read, d.account),
	}
	return providers.Collections{
		Users: &collection[*model.User]{
			client: client, open: d.open, detected: q, kind: model.TypeUser, path: usersPath, statuses: userStatuses,
			properties: userType, selects: userType.selects, decode: rowDecoder(&d.rows.users, (*wireUser).read, d.user),
		},
		Memberships: &memberships{client: client, decoder: d, accounts: accounts, path: accountUsersPath, detected: q},
		Accounts:    accounts,
		Groups: &collection[*model.Group]{
			client: client, open: d.open, detected: q, kind: model.TypeGroup, path: groupsPath, inAccounts: true,
			properties: groupType, selects: groupType.selects, decode: rowDecoder(&d.rows.groups, (*wireGroup).read, d.group),
			setAccount: func(g *model.Group, accounts []string) bool { return d.setAccount(&g.Account, accounts) },
		},
		Buyers: &collection[*model.Buyer]{
			client: client, open: d.open, detected: q, kind: model.TypeBuyer, path: buyersPath, statuses: buyerStatuses, inAccounts: true,
			properties: buyerType, selects: buyerSelects, nested: map[string]string{"contact": contactUser}, decode: rowDecoder(&d.rows.buyers, (*wireBuyer).read, d.buyer),
			setAccount: func(b *model.Buyer, accounts []string) bool { return d.setAccount(&b.Account, accounts) },
		},
		Sellers: &collection[*model.Seller]{
			client: client, open: d.open, detected: q, kind: model.TypeSeller, path: sellersPath, statuses: sellerStatuses,
			// The audit fills no field, but filters and orders need it.
			properties: sellerType, selects: auditProperty, decode: rowDecoder(&d.rows.sellers, (*wireSeller).read, d.seller),
		},
		Modules: &collection[*model.Module]{
			client: client, open: d.open, detected: q, kind: model.TypeModule, path: modulesPath,
			properties: moduleType, selects: moduleType.selects, decode: rowDecoder(&d.rows.modules, (*wireModule).read, d.module),
		},
	}
}

// setAccount sets the account of a row, which names none, of a list of the rows of one account.
// It reports whether the row is of one of the accounts of its list.
func (d decoder) setAccount(account **model.Account, accounts []string) bool {
	if *account == nil && len(accounts) == 1 {
		*account = d.accountReference(accounts[0])
	}
	return *account != nil && slices.ContainsFunc(accounts, func(id string) bool { return upstream.IsSameID(id, (*account).VendorID) })
}

// buyerSelects also names the short reference of the contact's user: the short
// form of a contact, ContactQueryModelRef of the OpenAPI document, has no user.
var (
	contactUser = strings.Join(append([]string{"contact.user.id"},
		userType.names(userType.core, "contact.user.")...), ",")
	buyerSelects = buyerType.selects + "," + contactUser
)

// rows pools the memory that rows of each type are read into. All connections to an
// installation share it.
type rows struct {
	accounts rowPool[wireAccount]
	users    rowPool[wireUser]
	groups   rowPool[wireGroup]
	buyers   rowPool[wireBuyer]
	sellers  rowPool[wireSeller]
	modules  rowPool[wireModule]
}

// rowPool pools rows. No record refers to what it was converted from.
type rowPool[W any] struct{ pool sync.Pool }

type row[W any] struct {
	wire    W
	scratch scratch
}

func (p *rowPool[W]) get() *row[W] {
	if r, ok := p.pool.Get().(*row[W]); ok {
		return r
	}
	return new(row[W])
}

// put returns a row, which it clears.
func (p *rowPool[W]) put(r *row[W]) {
	*r = row[W]{}
	p.pool.Put(r)
}

// rowDecoder reads the next row of a collection. It fails where the row has no id:
// such a row cannot be distinguished from others.
func rowDecoder[W, M any](rows *rowPool[W], read func(*W, *jsonscan.Reader), convert func(*W, decodeContext) *M) func(*jsonscan.Reader, decodeContext) (*M, error) {
	return func(r *jsonscan.Reader, in decodeContext) (*M, error) {
		if !r.IsObject() {
			r.Skip()
			return nil, errNoID
		}
		w := rows.get()
		defer func() {
			r.Scratch = nil
			rows.put(w)
		}()
		r.Scratch = &w.scratch
		read(&w.wire, r)
		m := convert(&w.wire, in)
		if m == nil {
			return nil, errNoID
		}
		return m, nil
	}
}

// accountUsers returns the path of an account's users,
// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/account-user/list-account-users.
// It fails with kind InvalidID for an id that cannot be a path segment.
func accountUsers(template, account string) (string, error) {
	segment, err := upstream.Path(account)
	if err != nil {
		return "", err
	}
	return strings.Replace(template, "/"+accountPlaceholder, segment, 1), nil
}

// userAccounts returns the path of a user's accounts. It has no page in the
// vendor's reference; the vendor's own application uses it,
// https://github.com/softwareone-platform/mpt-mobile-platform.
func userAccounts(user string) (string, error) {
	segment, err := upstream.Path(user)
	if err != nil {
		return "", err
	}
	return usersPath + segment + "/accounts", nil
}
