package operation

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
)

// RequireScopes fails with FORBIDDEN unless the caller has every scope of one of
// these lists, as `@requiresScopes` states them.
func (o *Operation) RequireScopes(scopes [][]string) error {
	if hasScopes(o.Caller, scopes) {
		return nil
	}
	return forbidden(scopes)
}

// AuthorizeList fails with FORBIDDEN for a filter of users, or an order of users or
// members, that would reveal values which are redacted for the caller.
func (o *Operation) AuthorizeList(filter *model.UserFilter, order *model.UserOrder) error {
	if o.Caller.HasScope(auth.PersonalRead) || !filter.IsPersonal() && !isPersonalOrder(order) {
		return nil
	}
	return forbidden([][]string{{auth.PersonalRead}})
}

// sensitiveOrders are the orders by fields that may be redacted.
var sensitiveOrders = map[model.UserOrderField]bool{model.OrderByEmail: true, model.OrderByLastLoginAt: true}

func isPersonalOrder(order *model.UserOrder) bool {
	return order != nil && sensitiveOrders[order.Field]
}

func hasScopes(c *auth.Caller, scopes [][]string) bool {
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
	return apierror.New(apierror.Forbidden, "requires the scope %s", strings.Join(lists, ", or "))
}

// isRedacted reports whether a field is an error for this caller, so that nothing
// needs to be loaded for it.
func isRedacted(c *auth.Caller, f *graphql.CollectedField, variables map[string]any) bool {
	if c.HasScope(auth.PersonalRead) {
		return false
	}
	if scopes := requiredScopes(f.Definition); scopes != nil {
		return !hasScopes(c, scopes)
	}
	var arguments struct {
		Filter  *model.UserFilter
		OrderBy *model.UserOrder
	}
	return (f.Name == "users" || f.Name == "members") && decodeArguments(argumentsOf(f, variables), &arguments) == nil &&
		(arguments.Filter.IsPersonal() || isPersonalOrder(arguments.OrderBy))
}

// requiredScopes returns the argument of a field's `@requiresScopes`, nil without
// one.
func requiredScopes(f *ast.FieldDefinition) (scopes [][]string) {
	if f == nil {
		return nil
	}
	directive := f.Directives.ForName("requiresScopes")
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
