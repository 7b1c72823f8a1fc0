package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Vendor is what a configuration file may say about a vendor.
type Vendor struct {
	// Name is the vendor. A file spells it in lower case.
	Name model.Vendor
	// Keys are the keys that only providers of this vendor have.
	Keys []Key
}

// Key is a configuration key of one vendor: a text, or a list of ids.
type Key struct {
	Name string
	// Doc is the key's description in docs/configuration.md.
	Doc string
	// List is true for a list of ids.
	List bool
	// Required is true if a provider cannot be opened without the key.
	Required bool
	// Default is the value of a text that the file leaves out; "" for none.
	Default string
	// Check returns what is wrong with a text or with one item of a list, or "". Its result
	// quotes nothing of the value. Nil accepts every value.
	Check func(text string) string
}

// Options are the values of a vendor's own keys, by their names. A text is a list of
// one item.
type Options map[string][]string

// Text returns the value of a key that is a text, or "".
func (o Options) Text(key string) string {
	if len(o[key]) == 0 {
		return ""
	}
	return o[key][0]
}

// List returns the items of a key that is a list, or nil.
func (o Options) List(key string) []string { return o[key] }

// Word returns the vendor as configurations spell it.
func (v Vendor) Word() string { return strings.ToLower(string(v.Name)) }

// providerFields adds the vendor names and the vendors' keys to the fields of a
// provider.
func (d *decoder) providerFields(fields []field) []field {
	for i, f := range fields {
		if f.key == "vendor" {
			for _, v := range d.vendors {
				fields[i].oneOf = append(fields[i].oneOf, v.Word())
			}
		}
	}
	for _, v := range d.vendors {
		for _, k := range v.Keys {
			fields = append(fields, field{key: k.Name, option: true, list: k.List, required: k.Required})
		}
	}
	return fields
}

// option decodes the value of a vendor's key into Provider.Options.
func (d *decoder) option(path string, n *yaml.Node, f field, options *Options) {
	var items []string
	if f.list {
		d.list(path, n, f, reflect.ValueOf(&items).Elem())
	} else {
		var text string
		d.scalar(path, n, f, reflect.ValueOf(&text).Elem())
		items = []string{text}
	}
	if *options == nil {
		*options = Options{}
	}
	(*options)[f.key] = items
}

// checkOptions rejects keys of other vendors, fills in the defaults of this
// provider's vendor, and validates the values.
func (d *decoder) checkOptions(path string, p *Provider) {
	for _, v := range d.vendors {
		for _, k := range v.Keys {
			at := join(path, k.Name)
			switch {
			case p.Vendor == "":
			case v.Name != p.Vendor:
				if d.isSet(at) {
					d.add(at, "is a key of vendor %s", v.Word())
				}
			case d.isSet(at):
			case k.Required:
				d.add(at, "is missing")
			case k.Default != "":
				if p.Options == nil {
					p.Options = Options{}
				}
				p.Options[k.Name] = []string{k.Default}
			}
			if k.List {
				d.checkIDs(at, p.Options.List(k.Name), k.Check)
			} else if text := p.Options.Text(k.Name); text != "" && k.Check != nil {
				if problem := k.Check(text); problem != "" {
					d.add(at, "%s", problem)
				}
			}
		}
	}
}

// checkIDs validates a list of ids. check returns what else is wrong with an id, if it is not nil.
func (d *decoder) checkIDs(path string, ids []string, check func(id string) string) {
	seen := map[string]int{}
	for i, id := range ids {
		at := fmt.Sprintf("%s[%d]", path, i)
		first, duplicate := seen[id]
		switch {
		case !duplicate:
			seen[id] = i
		case id != "":
			d.add(at, "duplicates item %d", first)
		}
		if len(id) > 100 || strings.ContainsFunc(id, isNotPrintableASCII) {
			d.add(at, "must be at most 100 printable ASCII characters without spaces")
		}
		if id == "" || check == nil {
			continue
		}
		if problem := check(id); problem != "" {
			d.add(at, "%s", problem)
		}
	}
}
