package upstream

import (
	"reflect"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// cacheEntry is a cached value with the ids of the objects in it, its invalidation
// tags.
type cacheEntry[T any] struct {
	value T
	tags  []model.ID
}

// Packed is a value that holds little besides what it was decoded from.
type Packed = pagecache.Packed

// IsPacked implements pagecache.Packed.
func (t cacheEntry[T]) IsPacked() bool {
	p, ok := any(t.value).(Packed)
	return ok && p.IsPacked()
}

// Tags returns the ids of the objects in the value.
func (t cacheEntry[T]) Tags() []model.ID { return t.tags }

// nodes returns the objects in the value; none of a packed one.
func (t cacheEntry[T]) nodes() []model.Node {
	if t.IsPacked() {
		return nil
	}
	return nodesOf(t.value)
}

// Nodes lists the objects in a decoded page. Pages implement it unless they are
// slices of users, accounts or memberships.
type Nodes interface{ Nodes() []model.Node }

// newCacheEntry tags a value with its objects and, for a membership, with its
// endpoints too, and with further tags.
func newCacheEntry[T any](value T, further ...model.ID) cacheEntry[T] {
	tags := slices.Clone(further)
	for _, n := range nodesOf(value) {
		tags = append(tags, n.GlobalID())
		if ends, ok := n.(interface{ EndpointIDs() []model.ID }); ok {
			tags = append(tags, ends.EndpointIDs()...)
		}
	}
	return cacheEntry[T]{value, tags}
}

// entryOf is newCacheEntry, without tags if the cache stores nothing.
func entryOf[T any](c *Client, value T, further ...model.ID) cacheEntry[T] {
	if !c.config.Cache.Stores() {
		return cacheEntry[T]{value: value}
	}
	return newCacheEntry(value, further...)
}

// nodesOf returns the rows of a decoded page, or the object itself.
func nodesOf(value any) []model.Node {
	switch v := value.(type) {
	case Nodes:
		return v.Nodes()
	case model.Node:
		return NodesIn([]model.Node{v})
	}
	rows := reflect.ValueOf(value)
	if rows.Kind() != reflect.Slice || !rows.Type().Elem().Implements(reflect.TypeFor[model.Node]()) {
		return nil
	}
	nodes := make([]model.Node, 0, rows.Len())
	for i := range rows.Len() {
		if row := rows.Index(i); !row.IsNil() {
			nodes = append(nodes, row.Interface().(model.Node))
		}
	}
	return nodes
}

// NodesIn returns those values that are objects and not nil.
func NodesIn[T any](values []T) []model.Node {
	nodes := make([]model.Node, 0, len(values))
	for _, v := range values {
		if n, ok := any(v).(model.Node); ok && !reflect.ValueOf(v).IsNil() {
			nodes = append(nodes, n)
		}
	}
	return nodes
}
