package loaders

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// UserList describes a list of users. in is the provider whose field the list is, nil
// for a list of all providers. A filter by providers inside one provider is an error
// of kind InvalidArgument.
func UserList(in *model.Provider, f *model.UserFilter, o *model.UserOrder) (directory.List, error) {
	if f == nil {
		f = &model.UserFilter{}
	}
	filter := providers.Filter{
		Name: text(f.Name), Status: words(f.Status),
		CreatedAfter: (*time.Time)(f.CreatedAfter), CreatedBefore: (*time.Time)(f.CreatedBefore),
		UpdatedAfter: (*time.Time)(f.UpdatedAfter), UpdatedBefore: (*time.Time)(f.UpdatedBefore),
		LastLoginAfter: (*time.Time)(f.LastLoginAfter), LastLoginBefore: (*time.Time)(f.LastLoginBefore), NeverLoggedIn: f.NeverLoggedIn,
		HasEmail: f.HasEmail,
	}
	if f.EmailDomain != nil {
		domain, err := emailDomain(*f.EmailDomain)
		if err != nil {
			return directory.List{}, err
		}
		filter.EmailDomains = []string{domain}
	}
	if f.Email != nil {
		filter.Emails = []string{directory.NormalizeEmail(*f.Email)}
	}
	return providerList("users", in, f.Providers, filter, userOrder(o))
}

// emailDomain returns the normalized domain in a filter, without an @ before it. What is no
// domain of an address is an error of kind InvalidArgument: it would find nobody.
func emailDomain(text string) (string, error) {
	domain := strings.TrimPrefix(directory.NormalizeEmail(text), "@")
	if domain == "" || strings.ContainsAny(domain, "@ ") {
		return "", invalidArgument("emailDomain must be the part of an address behind its @, such as example.com")
	}
	return domain, nil
}

func userOrder(o *model.UserOrder) providers.Order {
	if o == nil {
		return providers.Order{}
	}
	return providers.Order{Field: o.Field, Descending: o.Direction == model.Descending}
}

// MaxEmails is the largest number of addresses in a filter of people.
const MaxEmails = 1000

// PeopleList describes a list of people. Too many addresses are an error of kind
// InvalidArgument.
func PeopleList(f *model.PersonFilter, o *model.PersonOrder) (directory.PeopleList, error) {
	var l directory.PeopleList
	if o != nil {
		l.Order = directory.PeopleOrder{Field: o.Field, Descending: o.Direction == model.Descending}
	}
	if f == nil {
		return l, nil
	}
	if len(f.Emails) > MaxEmails {
		return l, invalidArgument(fmt.Sprintf("at most %d addresses at once, not %d", MaxEmails, len(f.Emails)))
	}
	l.Filter = directory.PeopleFilter{
		Name: text(f.Name), Providers: distinct(f.Providers), CanSignIn: f.CanSignIn, LastLoginBefore: (*time.Time)(f.LastLoginBefore),
		NeverLoggedIn: f.NeverLoggedIn, Licenses: distinct(f.Licenses), Roles: distinct(f.Roles), Conflict: f.Conflict,
	}
	if f.ProvidersAtLeast != nil {
		l.Filter.ProvidersAtLeast = max(0, *f.ProvidersAtLeast)
	}
	if f.EmailDomain != nil {
		domain, err := emailDomain(*f.EmailDomain)
		if err != nil {
			return l, err
		}
		l.Filter.EmailDomains = []string{domain}
	}
	if f.Emails != nil {
		emails := make([]string, len(f.Emails))
		for i, email := range f.Emails {
			emails[i] = directory.NormalizeEmail(email)
		}
		l.Filter.Emails = slices.DeleteFunc(distinct(emails), func(email string) bool { return email == "" })
	}
	return l, nil
}

// AccountList describes a list of accounts, as UserList does.
func AccountList(in *model.Provider, f *model.AccountFilter, o *model.EntityOrder) (directory.List, error) {
	if f == nil {
		f = &model.AccountFilter{}
	}
	return entityList("accounts", in, f.Providers, f.Name, words(f.Status), o)
}

// OrganizationList describes a list of organizations, as UserList does.
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
func MemberList(f *model.MembershipFilter, o *model.UserOrder) directory.List {
	l := directory.List{Kind: "members", Query: providers.Query{Order: userOrder(o)}}
	if f == nil {
		return l
	}
	l.Query.Filter = providers.Filter{
		Roles: distinct(f.Roles), Licenses: distinct(f.Licenses), Status: words(f.Status), Database: text(f.Database), Name: text(f.Name),
	}
	if f.Email != nil {
		l.Query.Filter.Emails = []string{directory.NormalizeEmail(*f.Email)}
	}
	return l
}

// The lists of an object that take no filter.
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
	return providerList(kind, in, names, providers.Filter{Name: text(name), Status: status}, order)
}

// providerList describes a list of all providers, of those with these names, or of
// the one that it is in.
func providerList(kind string, in *model.Provider, names []string, filter providers.Filter, order providers.Order) (directory.List, error) {
	l := directory.List{Kind: kind, Providers: distinct(names), Query: providers.Query{Filter: filter, Order: order}}
	if in != nil {
		if names != nil {
			return l, invalidArgument("providers cannot be chosen inside one provider")
		}
		l.Providers = []string{in.Name}
	}
	return l, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// words returns the distinct values as text, sorted.
func words[S ~string](values []S) []string {
	values = distinct(values)
	if values == nil {
		return nil
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return words
}

// distinct returns the distinct values, sorted: cursors do not depend on how a client
// writes the lists of its filter. nil, which is no condition, stays nil.
func distinct[S ~string](values []S) []S {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}
