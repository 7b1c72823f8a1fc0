package config

import "github.com/accountgraph/accountgraph/graph/model"

// Vendor is what the configuration needs to know of a vendor.
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
	// Required is true for a key without which a provider cannot be opened.
	Required bool
	// Default is the text of a key that the file leaves out; "" for none.
	Default string
	// Check returns what is wrong with a text, or "". Nil accepts every text.
	Check func(text string) string
}

// Options are the values of a vendor's own keys, by their names. The value of a key
// that is no list is its only item.
type Options map[string][]string

// Text returns the value of a key that is no list, or "".
func (o Options) Text(key string) string {
	if len(o[key]) == 0 {
		return ""
	}
	return o[key][0]
}

// List returns the items of a list, or nil.
func (o Options) List(key string) []string { return o[key] }
