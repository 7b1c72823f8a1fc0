package resolvers_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// changedProvider changes the groups that are read by their ids.
type changedProvider struct {
	providers.Provider
	change func(*model.Group)
}

func (p changedProvider) Collections() providers.Collections {
	c := p.Provider.Collections()
	if c.Groups != nil {
		c.Groups = changedGroups{c.Groups, p.change}
	}
	return c
}

type changedGroups struct {
	providers.Collection[*model.Group]
	change func(*model.Group)
}

func (c changedGroups) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Group] {
	result := c.Collection.Get(ctx, ids)
	for id, group := range result.Objects {
		changed := *group
		c.change(&changed)
		result.Objects[id] = &changed
	}
	return result
}

// A vendor may repeat an object within another one, and may name one object in two ways.
// The object is listed and counted once, and each record says what it holds.
func TestGroup_RepeatedObjects(t *testing.T) {
	change := func(g *model.Group) {
		first, other := *g.Users[0], *g.Users[0]
		other.Name = new("Another Name")
		g.Users = append([]*model.User{&first, &other}, g.Users[:2]...)
		g.Modules = append(g.Modules[:1:1], g.Modules[0])
		g.Buyers = append(g.Buyers[:1:1], g.Buyers[0], g.Buyers[0])
		g.Audit = &model.Audit{Created: &model.AuditEvent{By: &model.AuditActor{Name: other.Name, User: &other}}}
	}
	s := newTestServer(t, serverConfig{wrapProvider: func(p providers.Provider) providers.Provider { return changedProvider{p, change} }})
	const query = `{ group(id: "softwareone:Group:UGR-1000-1234") {
		users(first: 2) { totalCount nodes { id name } pageInfo { hasNextPage } }
		buyers { totalCount nodes { id } } modules { id } audit { created { by { name user { id name } } } }
	} }`
	const want = `{
  "data": {
    "group": {
      "users": {
        "totalCount": 2,
        "nodes": [
          {"id": "softwareone:User:USR-1000-1234", "name": "Anna Smith"},
          {"id": "softwareone:User:USR-1004-2910", "name": "Siân Doe"}
        ],
        "pageInfo": {"hasNextPage": false}
      },
      "buyers": {"totalCount": 1, "nodes": [{"id": "softwareone:Buyer:BUY-1000-1234"}]},
      "modules": [{"id": "softwareone:Module:MOD-0478"}],
      "audit": {
        "created": {
          "by": {"name": "Another Name", "user": {"id": "softwareone:User:USR-1000-1234", "name": "Another Name"}}
        }
      }
    }
  }
}`
	if diff := cmp.Diff(want, formatJSON(t, s.query(t, query, nil))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
