package main

import (
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
)

const scopesDirective = "requiresScopes"

// enforceScopes makes the executor call @requiresScopes. The federation plugin
// leaves the directive to gateways.
func enforceScopes(cfg *config.Config) {
	cfg.Directives[scopesDirective] = config.DirectiveConfig{}
}

// isScoped reports whether a field of an object has @requiresScopes and no other
// directive that is executed.
func isScoped(f *codegen.Field) bool {
	directives := f.ImplDirectives()
	return !f.Object.Root && len(directives) == 1 && directives[0].Name == scopesDirective
}

// isScopedLeaf reports whether a field would be a direct leaf without its
// @requiresScopes.
func isScopedLeaf(f *codegen.Field) bool {
	return isScoped(f) && isLeaf(f) && f.IsVariable() && !f.HasHaser
}

// objectScopes returns the argument of @requiresScopes that all scoped fields of
// objects have in common. It fails if there is none, if two fields have different
// scopes, or if a field combines the directive with another: the fast path checks
// one list of scopes an operation.
func objectScopes(data *codegen.Data) (*codegen.FieldArgument, error) {
	var scopes *codegen.FieldArgument
	for _, object := range data.Objects {
		if object.Root {
			continue
		}
		for _, f := range object.Fields {
			for _, d := range f.ImplDirectives() {
				switch {
				case d.Name != scopesDirective:
					continue
				case !isScoped(f):
					return nil, fmt.Errorf("%s.%s: @%s beside another directive has no fast path", object.Name, f.Name, scopesDirective)
				case scopes != nil && templates.Dump(scopes.Value) != templates.Dump(d.Args[0].Value):
					return nil, fmt.Errorf("%s.%s: the fields of objects require different scopes; the fast path checks one list", object.Name, f.Name)
				}
				scopes = d.Args[0]
			}
		}
	}
	if scopes == nil {
		return nil, errors.New("no field of an object has @" + scopesDirective)
	}
	return scopes, nil
}

// scopesLiteral returns the value of the argument of @requiresScopes as a Go expression.
func scopesLiteral(value any) (string, error) {
	lists, ok := value.([]any)
	if !ok {
		return "", fmt.Errorf("scopes: %T is no list", value)
	}
	scopes := make([][]string, len(lists))
	for i, list := range lists {
		names, ok := list.([]any)
		if !ok {
			return "", fmt.Errorf("scopes: %T is no list", list)
		}
		for _, name := range names {
			scopes[i] = append(scopes[i], fmt.Sprint(name))
		}
	}
	return fmt.Sprintf("%#v", scopes), nil
}
