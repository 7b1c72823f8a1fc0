package softwareone

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// Where the collections are, each with its page in the vendor's reference.
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

// collections describes what the platform has.
func collections(client *upstream.Client, r reader, accountUsersPath string) providers.Collections {
	accounts := &collection[*model.Account]{
		client: client, kind: model.TypeAccount, path: accountsPath, statuses: accountWords,
		selects: "audit", decode: decoded((*wireAccount).read, r.account),
	}
	return providers.Collections{
		Users: &collection[*model.User]{
			client: client, kind: model.TypeUser, path: usersPath, statuses: userWords,
			selects: "audit", decode: decoded((*wireUser).read, r.user),
		},
		Memberships: &memberships{client: client, reader: r, path: accountUsersPath},
		Accounts:    accounts,
		Groups: &collection[*model.Group]{
			client: client, kind: model.TypeGroup, path: groupsPath, inAccounts: true,
			selects: "audit", decode: decoded((*wireGroup).read, r.group),
			adopt: func(g *model.Group, account string) bool {
				if g.Account == nil && account != "" {
					g.Account = r.accountNamed(account)
				}
				return g.Account != nil
			},
		},
		Buyers: &collection[*model.Buyer]{
			client: client, kind: model.TypeBuyer, path: buyersPath, statuses: buyerWords, inAccounts: true,
			selects: "audit,contact.user." + strings.Join(coreOfUser, ",contact.user."), decode: decoded((*wireBuyer).read, r.buyer),
			adopt: func(b *model.Buyer, account string) bool {
				if b.Account == nil && account != "" {
					b.Account = r.accountNamed(account)
				}
				return b.Account != nil
			},
		},
		Sellers: &collection[*model.Seller]{
			client: client, kind: model.TypeSeller, path: sellersPath, statuses: sellerWords,
			selects: "audit", decode: decoded((*wireSeller).read, r.seller),
		},
		Modules: &collection[*model.Module]{
			client: client, kind: model.TypeModule, path: modulesPath,
			selects: "audit", decode: decoded((*wireModule).read, r.module),
		},
	}
}

// decoded reads a row with a translation of its object. It fails where the row
// has no id: such a row cannot be told from others.
func decoded[W any, M any](read func(*W, *jsonscan.Reader), translate func(*W, scope) *M) func([]byte, scope) (*M, error) {
	return func(row []byte, in scope) (*M, error) {
		w := new(W)
		if err := parse(row, func(r *jsonscan.Reader) { read(w, r) }); err != nil {
			return nil, err
		}
		m := translate(w, in)
		if m == nil {
			return nil, errNameless
		}
		return m, nil
	}
}

// accountUsers is the path of an account's users,
// https://docs.platform.softwareone.com/developer-resources/rest-api/accounts-api/account-user/list-account-users.
// It fails with kind BadInput for an id that cannot stand in a path.
func accountUsers(template, account string) (string, error) {
	segment, err := upstream.Path(account)
	if err != nil {
		return "", err
	}
	return strings.Replace(template, "/"+accountPlaceholder, segment, 1), nil
}

// userAccounts is the path of a user's accounts. It has no page in the vendor's
// reference; the vendor's own application uses it,
// https://github.com/softwareone-platform/mpt-mobile-platform.
func userAccounts(user string) (string, error) {
	segment, err := upstream.Path(user)
	if err != nil {
		return "", err
	}
	return usersPath + segment + "/accounts", nil
}
