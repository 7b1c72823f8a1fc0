package loaders

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/tracing"
)

// EntityTags returns, for each of a gateway's representations, the cache tags of its
// part of the response: the ids of all objects in it and of their owners, and the
// names of their providers. A router can invalidate its copy by any of them. No tag
// holds an e-mail address: the tags of a person are its users, and every provider
// that was searched.
//
// Call it after the operation. Everything is loaded by then, so that it calls no
// vendor.
func (s *Loaders) EntityTags(ctx context.Context, entities Field) [][]string {
	ctx = tracing.Untraced(ctx) // nothing is read
	b := &batch{loaders: s}
	wanted := representations(entities)
	parts, ids := make([]tags, len(wanted)), make([]model.ID, 2*len(wanted))
	for i := range wanted {
		parts[i].ids = ids[2*i : 2*i : 2*i+2] // most have two: one of the key, and one of the object
	}
	b.enqueueRepresentations(wanted, entities.Selection, parts)
	b.tags = nil
	b.prefetchLevels(ctx)
	lists := make([][]string, len(parts))
	for i := range parts {
		lists[i] = parts[i].distinct()
	}
	return lists
}

// Tags returns the cache tags of the response to a whole query, as EntityTags does.
func (s *Loaders) Tags(ctx context.Context, root Selection) []string {
	ctx = tracing.Untraced(ctx)
	all := &tags{}
	b := &batch{loaders: s, tags: all}
	b.visitQuery(root)
	b.prefetchLevels(ctx)
	return all.distinct()
}

// tags collects the cache tags of a part of a response. A nil *tags collects nothing.
type tags struct {
	ids       []model.ID
	providers []string
}

func (t *tags) addID(id model.ID) {
	if t != nil {
		t.ids = append(t.ids, id)
	}
}

// addNode adds an object and its owners.
func (t *tags) addNode(n model.Node, edges *edgesOf) {
	if t == nil {
		return
	}
	t.addID(n.GlobalID())
	for _, e := range edges.owners {
		if owner := e.node(n); owner != nil {
			t.addID(owner.GlobalID())
		}
	}
}

func (t *tags) addProviders(all []*model.Provider) {
	if t == nil {
		return
	}
	for _, p := range all {
		t.providers = append(t.providers, p.Name)
	}
}

// distinct returns the ids in the order in which they were added, and then the
// providers.
func (t *tags) distinct() []string {
	list := make([]string, 0, len(t.ids)+1)
	var seen map[string]bool // nil while the list is short enough to search
	add := func(tag string) {
		if seen[tag] || seen == nil && slices.Contains(list, tag) {
			return
		}
		list = append(list, tag)
		switch {
		case seen != nil:
			seen[tag] = true
		case len(list) > 16:
			seen = make(map[string]bool, len(t.ids))
			for _, tag := range list {
				seen[tag] = true
			}
		}
	}
	for _, id := range t.ids {
		add(string(id))
	}
	for _, id := range t.ids {
		add(id.Provider())
	}
	for _, name := range t.providers {
		add(name)
	}
	return list
}
