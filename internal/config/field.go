package config

import (
	"reflect"
	"strings"
)

// field describes a key of a section: the tags of a struct field, or a vendor's key.
type field struct {
	index    int // of the struct field
	key      string
	fallback string // the default; "" for none
	min, max string
	oneOf    []string
	required bool // of an option: required by its vendor
	option   bool // a vendor's key, whose value goes to Provider.Options
	list     bool // of an option
}

// fieldsOf returns the keys of a section that its struct declares.
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
		})
	}
	return fields
}

// literalOf returns the literal that may replace a section, and the field that it
// sets; "" if there is none.
func literalOf(section reflect.Value) (literal string, into reflect.Value) {
	for i := range section.NumField() {
		if literal := section.Type().Field(i).Tag.Get("literal"); literal != "" {
			return literal, section.Field(i)
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
