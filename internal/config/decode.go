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

// decoder fills structs from the nodes of a file, as their tags say.
type decoder struct {
	problems
	env LookupEnv
}

// mapping fills a struct. What the file leaves out gets its default.
func (d *decoder) mapping(path string, n *yaml.Node, into reflect.Value) {
	fields := fieldsOf(into.Type())
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
		d.value(at, value, f, into.Field(f.index))
	}
	for _, f := range fields {
		if at := join(path, f.key); f.required && f.vendor == "" && !d.isSet(at) {
			d.add(at, "is missing")
		}
	}
}

// applyDefaults gives every field its default, but for the keys of one vendor.
func applyDefaults(into reflect.Value) {
	for _, f := range fieldsOf(into.Type()) {
		at := into.Field(f.index)
		switch {
		case isSection(at):
			applyDefaults(at)
		case f.fallback != "" && f.vendor == "":
			// The defaults are ours and meet their own bounds.
			_ = set(at, f, f.fallback)
		}
	}
}

func isSection(v reflect.Value) bool {
	return v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[providers.Secret]()
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

// section fills a section, in whose place there may be nothing or a word.
func (d *decoder) section(path string, n *yaml.Node, into reflect.Value) {
	word, open := literalOf(into)
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line}
	case n.Kind == yaml.ScalarNode && word != "":
		applyDefaults(into)
		if text, problem := expand(n.Value, d.env); problem != "" || text != word {
			d.add(path, "must be %s, or a mapping of keys to values", word)
		}
		open.SetBool(true)
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

// isRetyped reports whether YAML takes a plain text for something that has
// several spellings, so that it may not be the id it looks like.
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

// expectKind reports whether a node is of this kind, and a problem where it is not.
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

// set parses a text into a field and returns what is wrong with it, or "".
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

// redactKey is a key that nobody knows, where it may be printed: a credential in the
// wrong place would not consist of a few letters.
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
