package main

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// outputTypes returns the types of the fields of objects and of the elements of their lists,
// in the order of their names. It fails for a field that the template of the writer does not
// support.
func outputTypes(data *codegen.Data) ([]*config.TypeReference, error) {
	found := map[string]*config.TypeReference{}
	for _, object := range data.Objects {
		for _, f := range object.Fields {
			if !object.Root && !isSupported(f) {
				return nil, fmt.Errorf("%s.%s: the writer supports resolvers, struct fields, and methods without a context and an error", object.Name, f.Name)
			}
			if object.Root && f.TypeReference.Definition.IsLeafType() {
				continue
			}
			for t := f.TypeReference; t != nil && !t.IsRoot; t = t.Elem() {
				found[writeFunc(t)] = t
				if !isList(t) {
					break
				}
			}
		}
	}
	sorted := make([]*config.TypeReference, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		sorted = append(sorted, found[name])
	}
	return sorted, nil
}

func isSupported(f *codegen.Field) bool {
	method := f.IsMethod() && f.NoErr && !f.VOkFunc && !f.MethodHasContext
	return !f.IsBatch() && !f.HasHaser && !f.TypeReference.IsPtrToSlice() && !f.TypeReference.IsPtrToPtr() &&
		(f.IsResolver || method || f.IsVariable())
}

// writeFunc returns the name of the function that writes values of a type.
func writeFunc(t *config.TypeReference) string {
	return "write" + strings.TrimPrefix(t.MarshalFunc(), "marshal")
}

// fieldValue returns the expression of a field that has no resolver.
func fieldValue(f *codegen.Field) string {
	value := f.GoReceiverName + "." + f.GoFieldName
	if f.IsMethod() {
		value += "(" + f.CallArgs() + ")"
	}
	return value
}

func isList(t *config.TypeReference) bool { return t.IsSlice() }

// isComposite reports whether a type, or that of the elements of a list, has a selection.
func isComposite(t *config.TypeReference) bool {
	return !t.IsRoot && !t.Definition.IsLeafType() && !t.Definition.IsInputType()
}

func isInterface(f *codegen.Field) bool { return types.IsInterface(f.TypeReference.GO) }

// plainWrite returns the call that writes a value of a scalar that gqlgen has a function for;
// "" for another type.
func plainWrite(t *config.TypeReference) string {
	if t.Marshaler == nil || t.IsContext || t.HasEnumValues() || t.IsTargetNilable() {
		return ""
	}
	method, cast := "", ""
	switch t.Marshaler.FullName() {
	case "github.com/99designs/gqlgen/graphql.MarshalString":
		method, cast = "string", "string"
	case "github.com/99designs/gqlgen/graphql.MarshalInt":
		method, cast = "int", "int"
	case "github.com/99designs/gqlgen/graphql.MarshalBoolean":
		method, cast = "bool", "bool"
	case "github.com/99designs/gqlgen/graphql.MarshalTime":
		method = "time"
	default:
		return ""
	}
	value := "v"
	if t.IsNilable() {
		value = "*v"
	}
	if t.CastType != nil {
		value = cast + "(" + value + ")"
	}
	return "w." + method + "(" + value + ")"
}
