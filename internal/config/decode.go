package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// decoder fills structs from YAML nodes according to the tags of their fields. It
// collects problems instead of failing.
type decoder struct {
	problems
	env     LookupEnv
	vendors []Vendor
}

// mapping decodes a mapping into a struct. Missing keys get their defaults.
func (d *decoder) mapping(path string, n *yaml.Node, into reflect.Value) {
	fields := fieldsOf(into.Type())
	provider, isProvider := into.Addr().Interface().(*Provider)
	if isProvider {
		fields = d.providerFields(fields)
	}
	applyDefaults(into)
	if !d.expectKind(path, n, yaml.MappingNode, "a mapping of keys to values") {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f, known := findField(fields, key)
		if !known {
			d.addAt(key.Line, join(path, redactKey(key.Value)), "unknown key; known keys: %s", keysOf(fields))
			continue
		}
		at := join(path, f.key)
		if d.isSet(at) {
			d.addAt(key.Line, at, "duplicate key, first on line %d", d.lines[at])
			continue
		}
		d.recordLine(at, key.Line)
		if f.option {
			d.option(at, value, f, &provider.Options)
			continue
		}
		d.value(at, value, f, into.Field(f.index))
	}
	for _, f := range fields {
		if at := join(path, f.key); f.required && !f.option && !d.isSet(at) {
			d.add(at, "is missing")
		}
	}
}

// applyDefaults sets every field to its default.
func applyDefaults(into reflect.Value) {
	for _, f := range fieldsOf(into.Type()) {
		at := into.Field(f.index)
		switch {
		case isSection(at):
			applyDefaults(at)
		case f.fallback != "":
			// The tests check that defaults are valid.
			_ = set(at, f, f.fallback)
		}
	}
}

func isSection(v reflect.Value) bool {
	return v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[providers.Secret]() && v.Type() != reflect.TypeFor[Ratio]()
}

func (d *decoder) value(path string, n *yaml.Node, f field, into reflect.Value) {
	switch {
	case isSection(into):
		d.section(path, n, into)
	case into.Kind() == reflect.Slice:
		d.list(path, n, f, into)
	default:
		d.scalar(path, n, f, into)
	}
}

// section decodes a section. The file may leave it empty or, if the section has a
// literal, write that instead.
func (d *decoder) section(path string, n *yaml.Node, into reflect.Value) {
	literal, flag := literalOf(into)
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line}
	case n.Kind == yaml.ScalarNode && literal != "":
		applyDefaults(into)
		if text, problem := expand(n.Value, d.env); problem != "" || text != literal {
			d.add(path, "must be %s, or a mapping of keys to values", literal)
		}
		flag.SetBool(true)
		return
	}
	d.mapping(path, n, into)
}

func (d *decoder) list(path string, n *yaml.Node, f field, into reflect.Value) {
	if !d.expectKind(path, n, yaml.SequenceNode, "a list") {
		return
	}
	if len(n.Content) == 0 && f.required {
		d.add(path, "must contain at least one item")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.recordLine(at, item.Line)
		if into.Type().Elem().Kind() == reflect.String && isRetyped(item) {
			d.add(at, "must be text or a whole number; put it in quotes")
			continue
		}
		d.value(at, item, field{oneOf: f.oneOf}, into.Index(i))
	}
}

// isRetyped reports whether YAML resolves an unquoted text to a type with several
// spellings, such as a float, a bool or a date, so that it may not be the id it looks
// like.
func isRetyped(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style != 0 || n.Tag == "!!str" || n.Tag == "!!null" {
		return false
	}
	return strings.ContainsFunc(n.Value, func(r rune) bool { return r < '0' || r > '9' })
}

func (d *decoder) scalar(path string, n *yaml.Node, f field, into reflect.Value) {
	if !d.expectKind(path, n, yaml.ScalarNode, "a single value") {
		return
	}
	text, problem := expand(n.Value, d.env)
	switch {
	case n.Tag == "!!null" || n.Value == "":
		problem = "has no value: set one or remove the key"
	case problem == "":
		problem = set(into, f, text)
	}
	if problem != "" {
		d.add(path, "%s", problem)
	}
}

const aliasProblem = "aliases (*name) are not supported: write the value out, or put text that begins with * in quotes"

// expectKind reports whether a node has this kind, and adds a problem if not.
func (d *decoder) expectKind(path string, n *yaml.Node, kind yaml.Kind, name string) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		d.add(path, aliasProblem)
	case n.Style&yaml.TaggedStyle != 0:
		d.add(path, "tags (!name) are not supported: put text that begins with ! in quotes")
	case n.Kind != kind:
		d.add(path, "must be %s", name)
	default:
		return true
	}
	return false
}

// set parses a text into a field. It returns what is wrong with it, or "".
func set(into reflect.Value, f field, text string) string {
	if list, ok := into.Addr().Interface().(*[]string); ok { // a default
		*list = strings.Fields(text)
		return ""
	}
	if len(f.oneOf) > 0 && !slices.Contains(f.oneOf, text) {
		return "must be " + strings.Join(f.oneOf, " or ")
	}
	switch v := into.Addr().Interface().(type) {
	case *string:
		*v = text
	case *providers.Secret:
		*v = providers.NewSecret(text)
	case *model.Vendor:
		*v = model.Vendor(strings.ToUpper(text))
	case *bool:
		if text != "true" && text != "false" {
			return "must be true or false"
		}
		*v = text == "true"
	case *int:
		least, _ := strconv.Atoi(f.min)
		most, _ := strconv.Atoi(f.max)
		number, err := strconv.Atoi(text)
		if err != nil || number < least || number > most {
			return "must be a whole number from " + f.min + " to " + f.max
		}
		*v = number
	case *time.Duration:
		least, _ := time.ParseDuration(f.min)
		most, _ := time.ParseDuration(f.max)
		duration, err := time.ParseDuration(text)
		if err != nil {
			return "must be a duration such as " + f.fallback
		}
		if duration < least || duration > most {
			return "must be from " + f.min + " to " + f.max
		}
		*v = duration
	case *Size:
		least, _ := ParseSize(f.min)
		most, _ := ParseSize(f.max)
		size, ok := ParseSize(text)
		if !ok || size < least || size > most {
			return "must be a size from " + f.min + " to " + f.max + ", such as " + f.fallback
		}
		*v = size
	case *Ratio:
		ratio, ok := ParseRatio(text)
		if !ok {
			return "must be a number from 0 to 1, such as 0.1"
		}
		*v = ratio
	default:
		return "cannot be read"
	}
	return ""
}

func findField(fields []field, key *yaml.Node) (field, bool) {
	for _, f := range fields {
		if key.Kind == yaml.ScalarNode && f.key == key.Value {
			return f, true
		}
	}
	return field{}, false
}

// redactKey returns an unknown key for a message, or "?" if it could be a misplaced
// credential: anything but up to 24 letters, dashes and underscores.
func redactKey(key string) string {
	for _, r := range key {
		if r != '-' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return "?"
		}
	}
	if key == "" || len(key) > 24 {
		return "?"
	}
	return key
}
