package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// entityType is a row of the table of types.
type entityType[T model.Node] struct {
	typ        string
	conditions []string
	// selector is nil for a type that is configured, not read from vendors.
	selector   directory.Selector[T]
	configured func(d *directory.Directory, id model.ID) T
	// loader is where Loaders holds the loader of this type.
	loader func(*Loaders) **Loader[T]
}

// objectType is a row of the table of types without its Go type.
type objectType interface {
	name() string
	// typeConditions are the type conditions of fragments that the type satisfies, in
	// the executor's order.
	typeConditions() []string
}

// entity is an entityType without its Go type.
type entity interface {
	objectType
	// open adds the loader of this type.
	open(*Loaders)
	// of returns the loader of this type.
	of(*Loaders) anyLoader
}

func (t *entityType[T]) name() string             { return t.typ }
func (t *entityType[T]) typeConditions() []string { return t.conditions }
func (t *entityType[T]) open(s *Loaders)          { *t.loader(s) = newLoader(s, t) }
func (t *entityType[T]) of(s *Loaders) anyLoader  { return *t.loader(s) }
func (*entityType[T]) cast(v any) T               { return v.(T) }

// valueType is an object type without an id.
type valueType[T any] struct {
	typ        string
	conditions []string
}

func (t *valueType[T]) name() string             { return t.typ }
func (t *valueType[T]) typeConditions() []string { return t.conditions }
func (*valueType[T]) cast(v any) T               { return v.(T) }

// parentType is an entityType or a valueType as the parent of an edge.
type parentType[P any] interface {
	objectType
	cast(v any) P
}

// anyLoader is a Loader without its Go type.
type anyLoader interface {
	prefetch(ctx context.Context, ids []model.ID)
	prefetchFields(ctx context.Context, keys []fieldsKey)
	fieldsKey(n model.Node, fields []Field) (fieldsKey, bool)
	withFields(ctx context.Context, key fieldsKey) model.Node
	node(ctx context.Context, id model.ID) (model.Node, error)
	resolveNode(ctx context.Context, n model.Node, want Selection) (model.Node, MissingFields, bool)
	primeNode(n model.Node)
}

// shape is how many objects a field returns, and in which form.
type shape string

const (
	single     shape = "single"
	list       shape = "list"
	connection shape = "connection"
)

// Edge describes a row of the table of edges.
type Edge struct {
	Parent, Field string
	// Target is the type of the objects that the field returns: of a connection, the type
	// of its nodes.
	Target string
	// Shape is "single", "list" or "connection".
	Shape string
	// Derived is set when the parent's id is enough to resolve the field.
	Derived bool
	// Source is the field of the parent that resolves this one, "" for the field itself.
	Source string
}

// Edges describes the fields of the schema that the prefetch follows, in no order.
func Edges() []Edge {
	var rows []Edge
	for _, of := range table.edges {
		for _, e := range of.byField {
			rows = append(rows, Edge{e.parent, e.field, e.target, string(e.shape), e.derived, e.source})
		}
	}
	return rows
}

// edge is a row of the table of edges.
type edge struct {
	parent, field, target string
	shape                 shape
	// derived is set when no record holds the field: the object's id is enough to
	// resolve it, so it never makes a record incomplete.
	derived bool
	// source is the field that a record must hold to resolve this one, which no record
	// holds; "" for the field itself.
	source string
	// owner is set when an object belongs to the one that it refers to: cache tags name
	// it, and lists of the owner's children find their parent by it.
	owner bool
	// node returns the object that a reference holds, nil where there is none.
	node func(parent any) model.Node
	// byID adds to a level what needs the parent's id only.
	byID func(b *batch, parent model.ID, f Field)
	// follow adds to a level what the parent holds.
	follow func(b *batch, parent any, f Field)
}

func (e edge) isOwner() edge   { e.owner = true; return e }
func (e edge) isDerived() edge { e.derived = true; return e }

// edgesOf are the edges of one type.
type edgesOf struct {
	byField map[string]*edge
	owners  []*edge
}

// isHeld reports whether a record holds what its field needs.
func (e *edgesOf) isHeld(n model.Node, field string) bool {
	edge := e.byField[field]
	switch {
	case edge == nil:
		return n.HasField(field)
	case edge.source != "":
		return n.HasField(edge.source)
	}
	return edge.derived || n.HasField(field)
}

// index finds the rows of the tables. It is immutable.
type index struct {
	entities   map[string]entity
	edges      map[string]*edgesOf
	conditions map[string][]string
	noEdges    edgesOf
}

func newIndex(entities []entity, values []objectType, rows []edge) *index {
	x := &index{entities: map[string]entity{}, edges: map[string]*edgesOf{}, conditions: map[string][]string{}}
	for _, t := range values {
		x.conditions[t.name()] = t.typeConditions()
	}
	for _, e := range entities {
		x.entities[e.name()] = e
		x.conditions[e.name()] = e.typeConditions()
		if e.name() != model.TypeProvider {
			x.add(providerOf(e))
		}
	}
	for _, row := range rows {
		x.add(row)
	}
	return x
}

func (x *index) add(row edge) {
	of := x.edges[row.parent]
	if of == nil {
		of = &edgesOf{byField: map[string]*edge{}}
		x.edges[row.parent] = of
	}
	of.byField[row.field] = &row
	if row.owner {
		of.owners = append(of.owners, &row)
	}
}

// of returns the edges of a type. The result is never nil.
func (x *index) of(typ string) *edgesOf {
	if of := x.edges[typ]; of != nil {
		return of
	}
	return &x.noEdges
}

func (x *index) typeConditions(typ string) []string {
	if conditions := x.conditions[typ]; conditions != nil {
		return conditions
	}
	return []string{typ}
}
