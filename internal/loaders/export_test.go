package loaders

import "reflect"

// Row is an edge of the table, for tests.
type Row struct {
	Parent, Field, Target, Shape string
	Derived                      bool
}

// Rows returns all rows of the table of edges.
func Rows() []Row {
	var rows []Row
	for _, of := range table.edges {
		for _, e := range of.byField {
			rows = append(rows, Row{e.parent, e.field, e.target, string(e.shape), e.derived})
		}
	}
	return rows
}

// EntityTypes returns the names of the table of types, and the Go types of its rows.
func EntityTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, t := range entityTypes {
		types[t.name()] = t.(forTests).goType()
	}
	return types
}

// ValueTypes returns the names of the object types without an id.
func ValueTypes() []string {
	var names []string
	for _, t := range valueTypes {
		names = append(names, t.name())
	}
	return names
}

// WithUnknownEnums completes an empty record of an entity type.
func WithUnknownEnums(typ string) any { return table.entities[typ].(forTests).hidden() }

type forTests interface {
	goType() reflect.Type
	hidden() any
}

func (t *entityType[T]) hidden() any {
	return t.withUnknownEnums(reflect.New(t.goType()).Interface().(T))
}

func (*entityType[T]) goType() reflect.Type { return reflect.TypeFor[T]().Elem() }
