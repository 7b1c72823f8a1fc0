package softwareonefake

// kind is a type of object: what it has, and what of it is shown when.
type kind struct {
	name string
	// path is where objects of this kind are read one by one, "" where they
	// are not.
	path string
	// part marks objects that have no identity of their own: they come whole or
	// not at all.
	part   bool
	fields []field
	index  map[string]int
	// whole is the plan for closed kinds, made when the first row is.
	whole *plan
}

// form is what kind of value a field holds.
type form int

const (
	text form = iota
	number
	truth
	moment
	// opaque values are shown and never compared.
	opaque
	// object is a single object, objects a list of them.
	object
	objects
)

// field is a property of a kind.
type field struct {
	name string
	form form
	of   *kind
	// core fields are part of short references.
	core bool
	// later fields must be asked for by name.
	later bool
	// never fields are not even shown then.
	never bool
	// operations fields exist for operations accounts only.
	operations bool
}

func (f field) short() field   { f.core = true; return f }
func (f field) onAsk() field   { f.later = true; return f }
func (f field) onNoAsk() field { f.later, f.never = true, true; return f }
func (f field) ops() field     { f.operations = true; return f }

func has(name string, form form) field   { return field{name: name, form: form} }
func one(name string, of *kind) field    { return field{name: name, form: object, of: of} }
func many(name string, of *kind) field   { return field{name: name, form: objects, of: of} }
func texts(names ...string) (fs []field) { return each(text, false, names) }
func cores(names ...string) (fs []field) { return each(text, true, names) }

func each(form form, core bool, names []string) (fs []field) {
	for _, name := range names {
		fs = append(fs, field{name: name, form: form, core: core})
	}
	return fs
}

// have gives the kind its fields, in the order in which they are shown.
func (k *kind) have(groups ...[]field) {
	k.index = map[string]int{}
	for _, fs := range groups {
		for _, f := range fs {
			k.index[f.name] = len(k.fields)
			k.fields = append(k.fields, f)
		}
	}
}

// closed kinds are parts that refer to nothing.
func (k *kind) closed() bool {
	if !k.part {
		return false
	}
	for _, f := range k.fields {
		if f.of != nil && !f.of.closed() {
			return false
		}
	}
	return true
}

// find returns the place of a field that such a token may know of.
func (k *kind) find(name string, operations bool) (int, bool) {
	i, ok := k.index[name]
	if !ok || k.fields[i].operations && !operations {
		return 0, false
	}
	return i, true
}
