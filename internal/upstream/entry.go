package upstream

import (
	"reflect"

	"github.com/accountgraph/accountgraph/graph/model"
)

// cacheEntry is a cached value with the ids of the objects in it, its invalidation
// tags.
type cacheEntry[T any] struct {
	value T
	tags  []model.ID
}

// Tags returns the ids of the objects in the value.
func (t cacheEntry[T]) Tags() []model.ID { return t.tags }

// Nodes lists the objects in a decoded page. Pages implement it unless they are
// slices of users, accounts or memberships.
type Nodes interface{ Nodes() []model.Node }

// newCacheEntry tags a value with its objects and, for a membership, with its
// endpoints too.
func newCacheEntry[T any](value T) cacheEntry[T] {
	var tags []model.ID
	for _, n := range nodesOf(value) {
		tags = append(tags, n.GlobalID())
		if m, ok := n.(*model.Membership); ok {
			tags = append(tags, m.EndpointIDs()...)
		}
	}
	return cacheEntry[T]{value, tags}
}

// nodesOf returns the rows of a decoded page, or the object itself.
func nodesOf(value any) []model.Node {
	switch v := value.(type) {
	case Nodes:
		return v.Nodes()
	case model.Node:
		return NodesIn([]model.Node{v})
	case []*model.User:
		return NodesIn(v)
	case []*model.Account:
		return NodesIn(v)
	case []*model.Membership:
		return NodesIn(v)
	}
	return nil
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
