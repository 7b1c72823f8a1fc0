package loaders

import (
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// MaxFirst is how many objects one page of a connection can have; it is the
// largest page that the vendors give.
const MaxFirst = 100

// DefaultFirst is the page size when a client does not say.
const DefaultFirst = 50

// MaxKeys is how many ids or addresses one field can be asked for.
const MaxKeys = 100

// Paging is a connection's window as a client asks for it.
type Paging struct {
	First *int
	After *string
	// More is set when the selection wants to know whether there is more, and
	// Total when it wants the list's length.
	More, Total bool
}

func (p Paging) first() (int, error) {
	if p.First == nil {
		return DefaultFirst, nil
	}
	if *p.First < 0 || *p.First > MaxFirst {
		return 0, badInput("first must be from 0 to 100")
	}
	return *p.First, nil
}

// AtMost refuses more keys than one field can be asked for.
func AtMost(keys int) error {
	if keys > MaxKeys {
		return badInput("at most 100 at once")
	}
	return nil
}

func badInput(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Detail: detail}
}

// UserList describes a list of users; in is the provider that a nested list
// belongs to, else nil.
func UserList(in *model.Provider, f *model.UserFilter, o *model.UserOrder) (directory.List, error) {
	if f == nil {
		f = &model.UserFilter{}
	}
	filter := providers.Filter{
		Name: text(f.Name), Status: words(f.Status),
		CreatedAfter: f.CreatedAfter, CreatedBefore: f.CreatedBefore,
		UpdatedAfter: f.UpdatedAfter, UpdatedBefore: f.UpdatedBefore,
	}
	if f.Email != nil {
		filter.Emails = []string{directory.NormalizeEmail(*f.Email)}
	}
	var order providers.Order
	if o != nil {
		order = providers.Order{Field: o.Field, Descending: o.Direction == model.Descending}
	}
	return rootList("users", in, f.Providers, filter, order)
}

// AccountList describes a list of accounts.
func AccountList(in *model.Provider, f *model.AccountFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.AccountFilter{}
	}
	return entityList("accounts", in, f.Providers, f.Name, words(f.Status), o)
}

// OrganizationList describes a list of organizations.
func OrganizationList(in *model.Provider, f *model.OrganizationFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.OrganizationFilter{}
	}
	return entityList("organizations", in, f.Providers, f.Name, words(f.Status), o)
}

// BuyerList describes a list of buyers.
func BuyerList(f *model.BuyerFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.BuyerFilter{}
	}
	return entityList("buyers", nil, f.Providers, f.Name, words(f.Status), o)
}

// SellerList describes a list of sellers.
func SellerList(f *model.SellerFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.SellerFilter{}
	}
	return entityList("sellers", nil, f.Providers, f.Name, words(f.Status), o)
}

// GroupList describes a list of groups.
func GroupList(f *model.EntityFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.EntityFilter{}
	}
	return entityList("groups", nil, f.Providers, f.Name, nil, o)
}

// ModuleList describes a list of modules.
func ModuleList(f *model.EntityFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.EntityFilter{}
	}
	return entityList("modules", nil, f.Providers, f.Name, nil, o)
}

// MemberList describes the memberships of a tenant.
func MemberList(f *model.MembershipFilter) directory.List {
	l := directory.List{Kind: "members"}
	if f != nil {
		l.Query.Filter = providers.Filter{
			Roles: f.Roles, Licenses: f.Licenses, Status: words(f.Status), Database: text(f.Database),
		}
	}
	return l
}

// The lists that belong to an object and take no filter.
var (
	MembershipList      = directory.List{Kind: "memberships"}
	GroupsOfAccount     = directory.List{Kind: "groups"}
	BuyersOfAccount     = directory.List{Kind: "buyers"}
	SubOrganizationList = directory.List{Kind: "subOrganizations"}
)

func entityList(kind string, in *model.Provider, names []string, name *string, status []string, o *model.EntityOrder) (directory.List, error) {
	var order providers.Order
	if o != nil {
		order = providers.Order{Field: model.UserOrderField(o.Field), Descending: o.Direction == model.Descending}
	}
	return rootList(kind, in, names, providers.Filter{Name: text(name), Status: status}, order)
}

func rootList(kind string, in *model.Provider, names []string, filter providers.Filter, order providers.Order) (directory.List, error) {
	l := directory.List{Kind: kind, Providers: names, Query: providers.Query{Filter: filter, Order: order}}
	if in != nil {
		if names != nil {
			return l, badInput("providers cannot be chosen inside one provider")
		}
		l.Providers = []string{in.Name}
	}
	// One list has one fingerprint, however its providers were named.
	slices.Sort(l.Providers)
	l.Providers = slices.Compact(l.Providers)
	return l, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func words[S ~string](status []S) []string {
	var words []string
	for _, s := range status {
		words = append(words, string(s))
	}
	return words
}
