package model_test

import (
	"slices"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

var blendvision = &model.Provider{Name: "blendvision", Vendor: model.BlendVision}

// A record always holds the parts of its id.
func TestFieldSet_HasField(t *testing.T) {
	fields := []string{"id", "provider", "vendorId", "__typename", "name", "email"}
	idFields := fields[:4]
	for name, c := range map[string]struct {
		fields *model.FieldSet
		want   []string
		hidden string
	}{
		"all":                     {nil, fields, ""},
		"only":                    {model.OnlyFields("name"), append(slices.Clone(idFields), "name"), ""},
		"only none":               {model.OnlyFields(), idFields, ""},
		"only the id":             {model.OnlyFields("id"), idFields, ""},
		"except":                  {model.AllExcept("name", "id"), append(slices.Clone(idFields), "email"), ""},
		"except none":             {model.AllExcept(), fields, ""},
		"all, hiding":             {(*model.FieldSet)(nil).Hiding("name"), fields, "name"},
		"all, hiding nothing":     {(*model.FieldSet)(nil).Hiding(), fields, ""},
		"except, hiding":          {model.AllExcept("email").Hiding("name"), append(slices.Clone(idFields), "name"), "name"},
		"except, hiding the rest": {model.AllExcept("email").Hiding("email"), fields, "email"},
		"only, hiding another":    {model.OnlyFields("name").Hiding("email"), append(slices.Clone(idFields), "name", "email"), "email"},
	} {
		u := &model.User{Entity: model.NewEntity(blendvision, model.TypeUser, "1").WithFieldSet(c.fields)}
		var got []string
		for _, f := range fields {
			if u.HasField(f) {
				got = append(got, f)
			}
		}
		if complete := len(got) == len(fields) && !u.IsReference(); !slices.Equal(got, c.want) || u.Complete() != complete {
			t.Errorf("%s: holds %q, want %q; complete %t", name, got, c.want, u.Complete())
		}
		for _, f := range fields {
			if u.Hides(f) != (f == c.hidden) || u.HasUnknown() != (c.hidden != "") {
				t.Errorf("%s: hides %s: %t, any: %t", name, f, u.Hides(f), u.HasUnknown())
			}
		}
	}
}

func TestEntity_ImplementsNode(t *testing.T) {
	for typ, node := range map[string]model.Node{
		model.TypeUser:         &model.User{Entity: model.NewEntity(blendvision, model.TypeUser, "1")},
		model.TypeMembership:   &model.Membership{Entity: model.NewEntity(blendvision, model.TypeMembership, "1")},
		model.TypeAccount:      &model.Account{Entity: model.NewEntity(blendvision, model.TypeAccount, "1")},
		model.TypeOrganization: &model.Organization{Entity: model.NewEntity(blendvision, model.TypeOrganization, "1")},
		model.TypeGroup:        &model.Group{Entity: model.NewEntity(blendvision, model.TypeGroup, "1")},
		model.TypeBuyer:        &model.Buyer{Entity: model.NewEntity(blendvision, model.TypeBuyer, "1")},
		model.TypeSeller:       &model.Seller{Entity: model.NewEntity(blendvision, model.TypeSeller, "1")},
		model.TypeModule:       &model.Module{Entity: model.NewEntity(blendvision, model.TypeModule, "1")},
		model.TypeProvider:     &model.Provider{Name: "1"},
	} {
		if typ == model.TypeProvider {
			if node.GlobalID() != "1:Provider:1" || node.Connection() != node || !node.Complete() || !node.HasField("name") {
				t.Errorf("%s: %q of %v", typ, node.GlobalID(), node.Connection())
			}
			continue
		}
		if node.GlobalID() != model.NewID("blendvision", typ, "1") || node.Connection() != blendvision || !node.Complete() {
			t.Errorf("%s: %q of %v", typ, node.GlobalID(), node.Connection())
		}
	}
}

// Without a tenant, the result is a nil interface.
func TestMembership_Tenant(t *testing.T) {
	account, organization := &model.Account{}, &model.Organization{}
	for _, c := range []struct {
		membership model.Membership
		want       model.Tenant
	}{
		{model.Membership{Account: account}, account}, {model.Membership{Organization: organization}, organization}, {model.Membership{}, nil},
	} {
		if got := c.membership.Tenant(); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

// The result is as old as the older part, and stale if one part is.
func TestFreshness_Merge(t *testing.T) {
	at := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	early, late := &model.Freshness{FetchedAt: at}, &model.Freshness{FetchedAt: at.Add(time.Hour), Stale: true}
	for _, both := range []*model.Freshness{early.Merge(late), late.Merge(early)} {
		if both.FetchedAt != at || !both.Stale {
			t.Errorf("%+v", both)
		}
	}
	var none *model.Freshness
	if none.Merge(early) != early || early.Merge(none) != early || none.Merge(none) != nil || early.Stale {
		t.Error("a nil part has an effect")
	}
}

func TestConnection_NodesAndCursors(t *testing.T) {
	at := model.Cursor{List: list, Positions: []model.Position{{Provider: "a", Index: 1}}}
	u := &model.User{}
	c := model.UserConnection{Edges: []*model.UserEdge{{Position: at, Node: u}, {Position: at}}}
	if nodes := c.Nodes(); len(nodes) != 2 || nodes[0] != u || nodes[1] != nil {
		t.Errorf("%v", nodes)
	}
	p := model.PageInfo{First: &at}
	if c.Edges[0].Cursor() != at.Encode() || *p.StartCursor() != at.Encode() || p.EndCursor() != nil {
		t.Error("cursors are not those of the positions")
	}
	if none := (&model.UserConnection{}).Nodes(); none == nil || len(none) != 0 {
		t.Errorf("nodes of an empty page: %v", none)
	}
}
