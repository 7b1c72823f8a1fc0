package main

import (
	"go/types"

	"github.com/99designs/gqlgen/codegen"
)

// isDirectLeaf reports whether a field's value is in its object's struct, or comes
// from a method without arguments and errors, and can be marshalled without a field
// context: no resolver, directive or selection, and no error for a null value.
func isDirectLeaf(f *codegen.Field) bool {
	inStruct := f.IsVariable() && !f.HasHaser
	method := f.IsMethod() && f.NoErr && !f.VOkFunc && !f.HasHaser && !f.MethodHasContext
	return isLeaf(f) && !f.HasDirectives() && (inStruct || method)
}

// isLeaf reports whether a field of an object has no selection, arguments or
// resolver, and is null only where the schema allows it.
func isLeaf(f *codegen.Field) bool {
	return !f.Object.Root && !f.IsResolver && !f.IsBatch() && len(f.Args) == 0 &&
		len(f.TypeReference.Definition.Fields) == 0 &&
		!(f.TypeReference.GQL.NonNull && mayBeNull(f.TypeReference.GO))
}

// mayBeNull reports whether values of a Go type are marshalled as null. A null in a
// non-null field is an error with the field's path, which the field context knows.
func mayBeNull(t types.Type) bool {
	if _, isPointer := t.(*types.Pointer); isPointer {
		return true
	}
	return t.String() == "time.Time"
}
