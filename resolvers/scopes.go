package resolvers

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// requiresScopes is the directive by which gateways know, too, what a field needs:
// all scopes of one of its lists.
const requiresScopes = "requiresScopes"

// directives enforce the schema's own words.
func directives() generated.DirectiveRoot {
	return generated.DirectiveRoot{
		RequiresScopes: func(ctx context.Context, _ any, next graphql.Resolver, scopes [][]string) (any, error) {
			if !mayAll(auth.From(ctx), scopes) {
				return nil, forbidden(scopes)
			}
			return next(ctx)
		},
	}
}

// mayAll reports whether a caller has every scope of one of these lists.
func mayAll(c *auth.Caller, scopes [][]string) bool {
	for _, list := range scopes {
		missing := false
		for _, scope := range list {
			missing = missing || !c.HasScope(scope)
		}
		if !missing {
			return true
		}
	}
	return false
}

func forbidden(scopes [][]string) error {
	lists := make([]string, len(scopes))
	for i, list := range scopes {
		lists[i] = strings.Join(list, " and ")
	}
	return refusal(Forbidden, "this needs the scope %s", strings.Join(lists, ", or "))
}

// scopesOf are the scopes that a field needs; none where everyone has it.
func scopesOf(f *ast.FieldDefinition) (scopes [][]string) {
	if f == nil {
		return nil
	}
	directive := f.Directives.ForName(requiresScopes)
	if directive == nil {
		return nil
	}
	for _, list := range directive.Arguments.ForName("scopes").Value.Children {
		var names []string
		for _, scope := range list.Value.Children {
			names = append(names, scope.Value.Raw)
		}
		scopes = append(scopes, names)
	}
	return scopes
}

// withheld reports whether a caller is not shown a field, so that nothing need be
// loaded for it.
func withheld(c *auth.Caller, f graphql.CollectedField, variables map[string]any) bool {
	if c.HasScope(auth.PersonalRead) {
		return false
	}
	if scopes := scopesOf(f.Definition); scopes != nil {
		return !mayAll(c, scopes)
	}
	var given struct{ OrderBy *model.UserOrder }
	return f.Name == "users" && readArguments(f, variables, &given) == nil && mayOrder(c, given.OrderBy) != nil
}

// telling are the orders that tell of values which may be withheld.
var telling = map[model.UserOrderField]bool{model.OrderByEmail: true, model.OrderByLastLoginAt: true}

// mayOrder refuses an order that would tell of what the caller is not shown.
func mayOrder(c *auth.Caller, o *model.UserOrder) error {
	if o == nil || !telling[o.Field] || c.HasScope(auth.PersonalRead) {
		return nil
	}
	return forbidden([][]string{{auth.PersonalRead}})
}

// userList describes a list of users that the caller may ask for.
func userList(ctx context.Context, in *model.Provider, f *model.UserFilter, o *model.UserOrder) (directory.List, error) {
	if err := mayOrder(auth.From(ctx), o); err != nil {
		return directory.List{}, err
	}
	return loaders.UserList(in, f, o)
}
