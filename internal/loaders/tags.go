package loaders

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
)

// EntityTags name, for each of a gateway's representations, what its part of the
// answer was made of: the ids of all objects in it and of those that they belong
// to, and their providers. A router can forget its copy by any of them. No tag
// holds an e-mail address: a person is known by its users, and by every provider
// that was asked for it.
//
// They are for after the operation, when everything has been loaded: nothing is
// called for them.
func (s *Loaders) EntityTags(ctx context.Context, entities Field) [][]string {
	l := &level{set: s}
	wanted := representations(entities)
	each := make([]*tags, len(wanted))
	for i, r := range wanted {
		each[i] = &tags{}
		l.tags = each[i]
		l.represented(r, entities.Selection)
	}
	l.tags = nil
	l.walk(ctx)
	lists := make([][]string, len(each))
	for i, t := range each {
		lists[i] = t.distinct()
	}
	return lists
}

// Tags name what the answer to a whole query was made of, as EntityTags do.
func (s *Loaders) Tags(ctx context.Context, root Selection) []string {
	all := &tags{}
	l := &level{set: s, tags: all}
	l.query(root.Fields("Query"))
	l.walk(ctx)
	return all.distinct()
}

// tags gathers the tags of a part of an answer. The nil tags gather nothing.
type tags struct {
	ids       []model.ID
	providing []string
}

func (t *tags) id(id model.ID) {
	if t != nil {
		t.ids = append(t.ids, id)
	}
}

func (t *tags) node(n model.Node) {
	if t == nil {
		return
	}
	t.id(n.GlobalID())
	switch o := n.(type) {
	case *model.Membership:
		t.ids = append(t.ids, o.EndpointIDs()...)
	case *model.Organization:
		tagOwner(t, o.Parent)
	case *model.Group:
		tagOwner(t, o.Account)
	case *model.Buyer:
		tagOwner(t, o.Account)
	}
}

func tagOwner[T model.Node](t *tags, owner T) {
	if !isNil(owner) {
		t.id(owner.GlobalID())
	}
}

func (t *tags) providers(all []*model.Provider) {
	if t == nil {
		return
	}
	for _, p := range all {
		t.providing = append(t.providing, p.Name)
	}
}

// distinct are the ids in the order in which they were met, and behind them the
// providers.
func (t *tags) distinct() []string {
	list := make([]string, 0, len(t.ids)+1)
	var seen map[string]bool // of long lists; short ones are looked through
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
	for _, name := range t.providing {
		add(name)
	}
	return list
}
