package loaders_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// schemaType is an object or interface type of schema.graphqls.
type schemaType struct {
	conditions []string
	isEntity   bool
	fields     map[string]schemaField
}

type schemaField struct {
	typ     string // without list and non-null
	shape   string
	nonNull bool
	isEnum  bool
}

// schema is what the tables must agree with.
type schema map[string]schemaType

func readSchema() schema {
	types := schema{}
	parsed := generated.NewExecutableSchema(generated.Config{}).Schema()
	for name, d := range parsed.Types {
		if d.Kind != "OBJECT" && d.Kind != "INTERFACE" || strings.HasPrefix(name, "_") {
			continue
		}
		t := schemaType{conditions: []string{name}, isEntity: d.Directives.ForName("key") != nil, fields: map[string]schemaField{}}
		t.conditions = append(t.conditions, slices.Sorted(slices.Values(d.Interfaces))...)
		if t.isEntity {
			t.conditions = append(t.conditions, "_Entity")
		}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "_") {
				continue
			}
			field := schemaField{typ: f.Type.Name(), shape: "single", nonNull: f.Type.NonNull, isEnum: parsed.Types[f.Type.Name()].Kind == "ENUM"}
			if f.Type.Elem != nil {
				field.shape = "list"
			}
			if node, ok := strings.CutSuffix(field.typ, "Connection"); ok {
				field.typ, field.shape = node, "connection"
			}
			t.fields[f.Name] = field
		}
		types[name] = t
	}
	return types
}

// leads reports whether an entity or a provider can be reached from a type.
func (s schema) leads(typ string, seen ...string) bool {
	t, ok := s[typ]
	if !ok || slices.Contains(seen, typ) {
		return false
	}
	if t.isEntity || typ == "Provider" || typ == "Node" || typ == "Tenant" {
		return true
	}
	for _, f := range t.fields {
		if s.leads(f.typ, append(seen, typ)...) {
			return true
		}
	}
	return false
}

// entityTypes returns the Go type of each entity type that Loaders has a loader for.
func entityTypes(t *testing.T) map[string]reflect.Type {
	t.Helper()
	types := map[string]reflect.Type{}
	for name, l := range allLoaders(t) {
		types[name] = l.MethodByName("Load").Type().Out(0).Elem()
	}
	return types
}

// allLoaders returns the loaders of a directory without providers, by entity type.
func allLoaders(t *testing.T) map[string]reflect.Value {
	t.Helper()
	all := map[string]reflect.Value{}
	s := reflect.ValueOf(loaders.New(directory.New())).Elem()
	for i := range s.NumField() {
		f := s.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if s.Field(i).IsNil() {
			t.Fatalf("Loaders.%s has no row: add one to entityTypes in fields.go", f.Name)
		}
		all[s.Field(i).Interface().(interface{ Type() string }).Type()] = s.Field(i)
	}
	return all
}

// structs are the structs of graph/model whose fields the executor reads.
func structs(t *testing.T) map[string]reflect.Type {
	types := map[string]reflect.Type{
		"Provider": reflect.TypeFor[model.Provider](), "Person": reflect.TypeFor[model.Person](),
		"Role": reflect.TypeFor[model.Role](),
	}
	maps.Copy(types, entityTypes(t))
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[model.User]().PkgPath() || t.Name() == "FieldSet" {
			return
		}
		if _, ok := types[t.Name()]; ok {
			return
		}
		types[t.Name()] = t
		for i := range t.NumField() {
			add(t.Field(i).Type)
		}
	}
	for _, t := range slices.Collect(maps.Values(types)) {
		for _, f := range reflect.VisibleFields(t) {
			if !f.Anonymous {
				add(f.Type)
			}
		}
	}
	return types
}

func hasMember(t reflect.Type, field string) bool {
	fold := func(name string) bool { return strings.EqualFold(name, field) }
	if _, ok := t.FieldByNameFunc(fold); ok {
		return true
	}
	p := reflect.PointerTo(t)
	for i := range p.NumMethod() {
		if fold(p.Method(i).Name) {
			return true
		}
	}
	return false
}

// resolved are the fields that resolvers compute from other fields, or from the state of
// this process.
var resolved = map[string]bool{"Provider.status": true, "Provider.index": true, "Person.name": true, "Person.lastLoginAt": true}

func TestEdges_CoverSchema(t *testing.T) {
	s, rows, structs := readSchema(), map[string]loaders.Edge{}, structs(t)
	for _, r := range loaders.Edges() {
		rows[r.Parent+"."+r.Field] = r
	}
	for name, typ := range s {
		if strings.HasSuffix(name, "Connection") || strings.HasSuffix(name, "Edge") || slices.Contains([]string{"Mutation", "Entity", "Tenant"}, name) {
			continue
		}
		for field, f := range typ.fields {
			_, isObject := s[f.typ]
			held := structs[name] != nil && hasMember(structs[name], field)
			needed := s.leads(f.typ) || isObject && !held && !resolved[name+"."+field]
			row, ok := rows[name+"."+field]
			delete(rows, name+"."+field)
			switch {
			case needed && !ok:
				t.Errorf("%s.%s leads to %s and has no row: add one to edges in fields.go", name, field, f.typ)
			case !ok:
			case row.Target != f.typ || row.Shape != f.shape:
				t.Errorf("%s.%s is a %s of %s in the schema, but a %s of %s in its row", name, field, f.shape, f.typ, row.Shape, row.Target)
			}
		}
	}
	delete(rows, "Query._entities") // the executor adds it
	for field := range rows {
		t.Errorf("%s has a row, but is not a field of the schema", field)
	}
}

func TestEntityTypes_CoverSchema(t *testing.T) {
	var want []string
	for name, typ := range readSchema() {
		if typ.isEntity {
			if diff := cmp.Diff(typ.conditions, loaders.TypeConditions(name)); diff != "" {
				t.Errorf("type conditions of %s (-schema +row):\n%s", name, diff)
			}
			if _, ok := typ.fields["id"]; ok {
				want = append(want, name)
			}
		}
	}
	got := entityTypes(t)
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("entity types (-schema +rows):\n%s", diff)
	}
	for name, typ := range got {
		if typ.Name() != name {
			t.Errorf("the row of %s is for %s", name, typ)
		}
		if _, err := model.ParseID("a:" + name + ":1/2"); err != nil {
			t.Errorf("model.ParseID does not know %s", name)
		}
		if _, err := model.CheckRepresentation(map[string]any{"__typename": name, "id": "x"}); err != nil {
			t.Errorf("model.CheckRepresentation does not know %s", name)
		}
	}
}

// Each field of a type is in the schema and in the struct, or a row resolves it.
func TestModel_CoversSchema(t *testing.T) {
	s, rows := readSchema(), map[string]bool{}
	for _, r := range loaders.Edges() {
		rows[r.Parent+"."+r.Field] = true
	}
	for name, typ := range structs(t) {
		st, ok := s[name]
		if !ok {
			t.Errorf("model.%s is not a type of the schema", name)
			continue
		}
		for field := range st.fields {
			if full := name + "." + field; !hasMember(typ, field) && !rows[full] && !resolved[full] {
				t.Errorf("%s is in the schema, but not in model.%s", full, name)
			}
		}
		for _, f := range reflect.VisibleFields(typ) {
			if f.Anonymous || f.Name == "FieldSet" {
				continue
			}
			if !slices.ContainsFunc(slices.Collect(maps.Keys(st.fields)), func(field string) bool { return strings.EqualFold(field, f.Name) }) {
				t.Errorf("model.%s.%s is not in the schema", name, f.Name)
			}
		}
	}
}

// selectEnums is a selection of these non-null fields on any type.
type selectEnums []string

func (s selectEnums) Fields(string) []loaders.Field {
	var fields []loaders.Field
	for _, name := range s {
		fields = append(fields, loaders.Field{Name: name, Alias: name, Leaf: true, NonNull: true})
	}
	return fields
}

func (selectEnums) Arguments(any) error { return nil }

// A non-null enum of an object that a vendor hides is an error, not a made-up value.
func TestResolve_HiddenObject(t *testing.T) {
	s := readSchema()
	for name, l := range allLoaders(t) {
		if name == model.TypeProvider { // is always complete
			continue
		}
		var enums selectEnums
		for field, f := range s[name].fields {
			if f.isEnum && f.nonNull {
				enums = append(enums, field)
			}
		}
		resolve := l.MethodByName("Resolve")
		refs := reflect.MakeSlice(resolve.Type().In(1), 1, 1)
		ref := reflect.New(refs.Type().Elem().Elem())
		entity := model.NewEntity(&model.Provider{Name: "gone"}, name, "1/1").WithFieldSet(model.OnlyFields())
		ref.Elem().FieldByName("Entity").Set(reflect.ValueOf(entity))
		refs.Index(0).Set(ref)
		out := resolve.Call([]reflect.Value{reflect.ValueOf(t.Context()), refs, reflect.ValueOf(enums)})
		missing := out[1].Interface().([]loaders.MissingFields)
		if len(enums) == 0 {
			if out[0].Index(0).IsNil() || len(missing) > 0 {
				t.Errorf("%s has no such enum: %v", name, missing)
			}
			continue
		}
		if !out[0].Index(0).IsNil() || len(missing) != 1 || !missing[0].Null || len(missing[0].Fields) != len(enums) ||
			providers.KindOf(missing[0].Err) != providers.Forbidden {
			t.Errorf("%s: %+v", name, missing)
		}
	}
}

// A derived field never makes a record incomplete, so no record may have to hold it. One
// with a source does if the record lacks the source, which the schema must have.
func TestEdges_DerivedAreNotHeld(t *testing.T) {
	types := entityTypes(t)
	for _, r := range loaders.Edges() {
		typ, ok := types[r.Parent]
		if !ok || r.Parent == model.TypeMembership { // whose id names its user and tenant
			continue
		}
		if held := hasMember(typ, r.Field); held == (r.Derived || r.Source != "") {
			t.Errorf("%s.%s: held by the struct: %t, derived: %t, source %q", r.Parent, r.Field, held, r.Derived, r.Source)
		}
		if r.Source != "" && (r.Derived || !hasMember(typ, r.Source)) {
			t.Errorf("%s.%s: derived: %t, source %q", r.Parent, r.Field, r.Derived, r.Source)
		}
	}
}
