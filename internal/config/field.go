package config

import (
	"reflect"
	"strings"
)

// field is what the tags of a struct's field say.
type field struct {
	index    int
	key      string
	fallback string // the default; "" is none
	min, max string
	oneOf    []string
	required bool
	vendor   string // the only vendor that has the key; "" is all
}

func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		if tag.Get("key") == "" {
			continue
		}
		fields = append(fields, field{
			index:    i,
			key:      tag.Get("key"),
			fallback: tag.Get("default"),
			min:      tag.Get("min"),
			max:      tag.Get("max"),
			oneOf:    strings.Fields(tag.Get("oneof")),
			required: tag.Get("required") == "true",
			vendor:   tag.Get("vendor"),
		})
	}
	return fields
}

// literalOf is the word that may stand in place of a section, and the field that is
// then set.
func literalOf(section reflect.Value) (word string, into reflect.Value) {
	for i := range section.NumField() {
		if word := section.Type().Field(i).Tag.Get("word"); word != "" {
			return word, section.Field(i)
		}
	}
	return "", reflect.Value{}
}

func keysOf(fields []field) string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return strings.Join(keys, ", ")
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
