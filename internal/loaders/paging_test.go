package loaders_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// A list without rows is complete; one that the vendor hides is neither complete nor
// counted.
func TestEmbedded_HiddenList(t *testing.T) {
	entity := model.NewEntity(&model.Provider{Name: "acme"}, model.TypeGroup, "1")
	group := &model.Group{Entity: entity}
	none, err := loaders.Embedded(nil, group, "users", []*model.User{}, model.TypeUser, loaders.Paging{})
	if err != nil || !none.Complete || none.TotalCount == nil || *none.TotalCount != 0 {
		t.Errorf("no rows: %+v, %v", none.Connection, err)
	}
	hidden, err := loaders.Embedded[*model.User](nil, group, "users", nil, model.TypeUser, loaders.Paging{})
	if err != nil || hidden.Complete || hidden.TotalCount != nil || hidden.Errors != nil || len(hidden.Nodes()) != 0 || hidden.PageInfo.HasNextPage {
		t.Errorf("hidden rows: %+v, %v, %v", hidden.Connection, hidden.Errors, err)
	}
	group = &model.Group{Entity: entity.WithFieldSet(entity.FieldSet.WithInvalid("users"))}
	invalid, err := loaders.Embedded(nil, group, "users", []*model.User{{}}, model.TypeUser, loaders.Paging{})
	if err != nil || invalid.Complete || invalid.TotalCount != nil || len(invalid.Nodes()) != 1 ||
		len(invalid.Errors) != 1 || providers.KindOf(invalid.Errors[0]) != providers.BadResponse {
		t.Errorf("invalid rows: %+v, %v, %v", invalid.Connection, invalid.Errors, err)
	}
}
