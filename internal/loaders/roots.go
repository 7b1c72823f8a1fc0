package loaders

import (
	"encoding/json"
	"errors"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// query asks for what an operation begins with.
func (l *level) query(fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case "node", "user", "account", "group", "buyer", "seller", "module", "organization":
			var a struct{ ID string }
			if f.Arguments(&a) == nil {
				l.byID(a.ID, singular[f.Name], f.Selection)
			}
		case "nodes":
			var a struct{ IDs []string }
			if f.Arguments(&a) == nil && len(a.IDs) <= MaxKeys {
				for _, id := range a.IDs {
					l.byID(id, "", f.Selection)
				}
			}
		case "person":
			var a struct{ Email string }
			if f.Arguments(&a) == nil {
				l.person(a.Email, f.Selection)
			}
		case "people":
			var a struct{ Emails []string }
			if f.Arguments(&a) == nil && len(a.Emails) <= MaxKeys {
				for _, email := range a.Emails {
					l.person(email, f.Selection)
				}
			}
		case "providers":
			for _, p := range l.set.directory.Providers() {
				l.provider(p, f.Selection)
			}
		case "_entities":
			l.entities(f)
		default:
			l.rootList(nil, f)
		}
	}
}

var singular = map[string]string{
	"user": model.TypeUser, "account": model.TypeAccount, "group": model.TypeGroup, "buyer": model.TypeBuyer,
	"seller": model.TypeSeller, "module": model.TypeModule, "organization": model.TypeOrganization,
}

// entities asks for a gateway's representations.
func (l *level) entities(f Field) {
	for _, r := range representations(f) {
		l.represented(r, f.Selection)
	}
}

// representation is what a gateway knows of an object.
type representation struct {
	Typename string `json:"__typename"`
	ID       string
	Email    string
}

func representations(f Field) []representation {
	var a struct{ Representations []representation }
	err := f.Arguments(&a)
	var other *json.UnmarshalTypeError // a key that is no text leaves the others as they are
	if err != nil && !errors.As(err, &other) {
		return nil
	}
	return a.Representations
}

func (l *level) represented(r representation, want Selection) {
	switch r.Typename {
	case "":
	case "Person":
		l.person(r.Email, want)
	default:
		l.byID(r.ID, r.Typename, want)
	}
}

// provider asks for the lists of one provider.
func (l *level) provider(p *model.Provider, want Selection) {
	for _, f := range want.Fields("Provider") {
		l.rootList(p, f)
	}
}

// rootList asks for a list that belongs to no object, or to a provider.
func (l *level) rootList(in *model.Provider, f Field) {
	var of directory.List
	var err error
	switch f.Name {
	case "users":
		var a struct {
			Filter  *model.UserFilter
			OrderBy *model.UserOrder
		}
		if f.Arguments(&a) != nil {
			return
		}
		if of, err = UserList(in, a.Filter, a.OrderBy); err == nil {
			list(l, l.set.Users, of, "", f)
		}
	case "accounts":
		a, ok := listArguments[model.AccountFilter](f)
		if of, err = AccountList(in, a.Filter, a.OrderBy); ok && err == nil {
			list(l, l.set.Accounts, of, "", f)
		}
	case "organizations":
		a, ok := listArguments[model.OrganizationFilter](f)
		if of, err = OrganizationList(in, a.Filter, a.OrderBy); ok && err == nil {
			list(l, l.set.Organizations, of, "", f)
		}
	case "groups":
		a, ok := listArguments[model.EntityFilter](f)
		if of, err = GroupList(a.Filter, a.OrderBy); ok && err == nil {
			list(l, l.set.Groups, of, "", f)
		}
	case "buyers":
		a, ok := listArguments[model.BuyerFilter](f)
		if of, err = BuyerList(a.Filter, a.OrderBy); ok && err == nil {
			list(l, l.set.Buyers, of, "", f)
		}
	case "sellers":
		a, ok := listArguments[model.SellerFilter](f)
		if of, err = SellerList(a.Filter, a.OrderBy); ok && err == nil {
			list(l, l.set.Sellers, of, "", f)
		}
	case "modules":
		a, ok := listArguments[model.EntityFilter](f)
		if of, err = ModuleList(a.Filter, a.OrderBy); ok && err == nil {
			list(l, l.set.Modules, of, "", f)
		}
	}
}

type arguments[F any] struct {
	Filter  *F
	OrderBy *model.EntityOrder
}

func listArguments[F any](f Field) (arguments[F], bool) {
	var a arguments[F]
	err := f.Arguments(&a)
	return a, err == nil
}
