package softwareonefake

// kind is a type of object: its properties and when they are included.
type kind struct {
	name string
	// path is the collection of objects of this kind, "" where there is none.
	path string
	// part is whether objects of this kind have no identity: they are included
	// whole or not at all.
	part   bool
	fields []field
	index  map[string]int
	// constant is the plan for kinds whose JSON is always the same. The first row
	// builds it.
	constant *plan
}

// valueType is the type of a field's value.
type valueType int

const (
	text valueType = iota
	number
	truth
	moment
	// opaque values are written and never compared.
	opaque
	// object is a single object, objects a list of them.
	object
	objects
)

// field is a property of a kind.
type field struct {
	name string
	typ  valueType
	of   *kind
	// core fields are part of short references.
	core bool
	// onSelect fields are left out unless select names them.
	onSelect bool
	// hidden fields are left out even then.
	hidden bool
	// operations fields exist for operations accounts only.
	operations bool
}

func (f field) asCore() field       { f.core = true; return f }
func (f field) asOnSelect() field   { f.onSelect = true; return f }
func (f field) asHidden() field     { f.onSelect, f.hidden = true, true; return f }
func (f field) asOperations() field { f.operations = true; return f }

func scalarField(name string, typ valueType) field { return field{name: name, typ: typ} }
func objectField(name string, of *kind) field      { return field{name: name, typ: object, of: of} }
func listField(name string, of *kind) field        { return field{name: name, typ: objects, of: of} }
func textFields(names ...string) (fs []field)      { return scalarFields(text, false, names) }
func coreFields(names ...string) (fs []field)      { return scalarFields(text, true, names) }

func scalarFields(typ valueType, core bool, names []string) (fs []field) {
	for _, name := range names {
		fs = append(fs, field{name: name, typ: typ, core: core})
	}
	return fs
}

// addFields adds fields in the order in which they are written.
func (k *kind) addFields(groups ...[]field) {
	k.index = map[string]int{}
	for _, fs := range groups {
		for _, f := range fs {
			k.index[f.name] = len(k.fields)
			k.fields = append(k.fields, f)
		}
	}
}

// isConstant reports whether the JSON of a row is the same in every response:
// the kind is a part without references.
func (k *kind) isConstant() bool {
	if !k.part {
		return false
	}
	for _, f := range k.fields {
		if f.of != nil && !f.of.isConstant() {
			return false
		}
	}
	return true
}

// find returns the index of a field that the token may see.
func (k *kind) find(name string, operations bool) (int, bool) {
	i, ok := k.index[name]
	if !ok || k.fields[i].operations && !operations {
		return 0, false
	}
	return i, true
}
