package mcp

import (
	"maps"

	"github.com/vektah/gqlparser/v2/ast"
)

// jsonSchema is a JSON Schema.
type jsonSchema = map[string]any

// inputSchema describes variables. A variable without a value is left out.
func inputSchema(schema *ast.Schema, variables ast.VariableDefinitionList, b bounds) jsonSchema {
	properties, required := jsonSchema{}, []string{}
	for _, v := range variables {
		property := inputType(schema, v.Type, nil)
		maps.Copy(property, b[v.Variable])
		if v.Description != "" {
			property["description"] = v.Description
		}
		if v.DefaultValue != nil {
			if value, err := v.DefaultValue.Value(nil); err == nil {
				property["default"] = value
			}
		} else if v.Type.NonNull {
			required = append(required, v.Variable)
		}
		properties[v.Variable] = property
	}
	return jsonSchema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// inputType describes a value of an input type. parents are the input objects that it is in; one
// within itself is described as any object.
func inputType(schema *ast.Schema, t *ast.Type, parents []string) jsonSchema {
	if t.Elem != nil {
		return nullable(t, jsonSchema{"type": "array", "items": inputType(schema, t.Elem, parents)})
	}
	definition := schema.Types[t.NamedType]
	if definition.Kind != ast.InputObject {
		return nullable(t, leaf(definition))
	}
	for _, parent := range parents {
		if parent == definition.Name {
			return nullable(t, jsonSchema{"type": "object"})
		}
	}
	properties, required := jsonSchema{}, []string{}
	for _, f := range definition.Fields {
		property := inputType(schema, f.Type, append(parents, definition.Name))
		if f.Description != "" {
			property["description"] = f.Description
		}
		if f.Type.NonNull && f.DefaultValue == nil {
			required = append(required, f.Name)
		}
		properties[f.Name] = property
	}
	return nullable(t, jsonSchema{"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

// leaf describes a value of an enum or a scalar.
func leaf(definition *ast.Definition) jsonSchema {
	if definition.Kind == ast.Enum {
		values := make([]any, len(definition.EnumValues))
		for i, v := range definition.EnumValues {
			values[i] = v.Name
		}
		return jsonSchema{"type": "string", "enum": values}
	}
	switch definition.Name {
	case "Int":
		return jsonSchema{"type": "integer"}
	case "Float":
		return jsonSchema{"type": "number"}
	case "Boolean":
		return jsonSchema{"type": "boolean"}
	case "DateTime":
		return jsonSchema{"type": "string", "format": "date-time"}
	}
	return jsonSchema{"type": "string"}
}

// nullable lets a described value be null, unless the type forbids it.
func nullable(t *ast.Type, described jsonSchema) jsonSchema {
	if t.NonNull {
		return described
	}
	described["type"] = []any{described["type"], "null"}
	if values, ok := described["enum"].([]any); ok {
		described["enum"] = append(values, nil)
	}
	return described
}

// outputSchema describes a response to an operation.
func outputSchema(schema *ast.Schema, operation *ast.OperationDefinition) jsonSchema {
	data := selected(schema, operation.SelectionSet)
	data["type"] = []any{"object", "null"}
	return jsonSchema{
		"type": "object",
		"properties": jsonSchema{
			"data": data,
			"errors": jsonSchema{
				"type": "array", "description": "What could not be read: the values at these paths are null for this reason.",
				"items": jsonSchema{"type": "object"},
			},
		},
		"required": []string{"data"},
	}
}

// selected describes an object with the fields of a selection set.
func selected(schema *ast.Schema, set ast.SelectionSet) jsonSchema {
	properties := jsonSchema{}
	required := addFields(schema, set, properties, []string{}, true)
	return jsonSchema{"type": "object", "properties": properties, "required": required}
}

// addFields adds the fields of a selection set to the properties, and the fields that every
// object has to required. always is false in a part that may be left out.
func addFields(schema *ast.Schema, set ast.SelectionSet, properties jsonSchema, required []string, always bool) []string {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			described := outputType(schema, s.Definition.Type, s)
			if s.Definition.Description != "" {
				described["description"] = s.Definition.Description
			}
			if before, ok := properties[s.Alias].(jsonSchema); ok {
				merge(described, before)
			}
			properties[s.Alias] = described
			if always && len(s.Directives) == 0 {
				required = append(required, s.Alias)
			}
		case *ast.InlineFragment:
			required = addFields(schema, s.SelectionSet, properties, required, always && isCertain(s.TypeCondition, s.ObjectDefinition, s.Directives))
		case *ast.FragmentSpread:
			required = addFields(schema, s.Definition.SelectionSet, properties, required, always && isCertain(s.Definition.TypeCondition, s.ObjectDefinition, s.Directives))
		}
	}
	return unique(required)
}

// isCertain reports whether a fragment applies to every object.
func isCertain(condition string, on *ast.Definition, directives ast.DirectiveList) bool {
	return len(directives) == 0 && (condition == "" || on != nil && condition == on.Name)
}

func unique(names []string) []string {
	seen := map[string]bool{}
	kept := names[:0]
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	return kept
}

// merge adds the properties of an object that another selection of the same field described.
// What only one of them selects is not required of both.
func merge(into, other jsonSchema) {
	properties, ok := into["properties"].(jsonSchema)
	others, same := other["properties"].(jsonSchema)
	if items, isList := into["items"].(jsonSchema); isList {
		if otherItems, ok := other["items"].(jsonSchema); ok {
			merge(items, otherItems)
		}
	}
	if !ok || !same {
		return
	}
	into["required"] = []string{}
	for name, described := range others {
		if before, ok := properties[name].(jsonSchema); ok {
			merge(before, described.(jsonSchema))
			continue
		}
		properties[name] = described
	}
}

// outputType describes a value of a field.
func outputType(schema *ast.Schema, t *ast.Type, field *ast.Field) jsonSchema {
	if t.Elem != nil {
		return nullable(t, jsonSchema{"type": "array", "items": outputType(schema, t.Elem, field)})
	}
	if definition := schema.Types[t.NamedType]; definition != nil && !definition.IsCompositeType() {
		return nullable(t, leaf(definition))
	}
	return nullable(t, selected(schema, field.SelectionSet))
}
