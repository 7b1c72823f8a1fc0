package loaders_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
)

// A list without rows is complete; one that the vendor hides is neither complete nor
// counted.
func TestEmbedded_HiddenList(t *testing.T) {
	list := loaders.EmbeddedList(model.TypeUser, "acme:Group:1")
	none, err := loaders.Embedded(list, []*model.User{}, loaders.Paging{})
	if err != nil || !none.Complete || none.TotalCount == nil || *none.TotalCount != 0 {
		t.Errorf("no rows: %+v, %v", none.Connection, err)
	}
	hidden, err := loaders.Embedded[*model.User](list, nil, loaders.Paging{})
	if err != nil || hidden.Complete || hidden.TotalCount != nil || hidden.Errors != nil || len(hidden.Nodes()) != 0 || hidden.PageInfo.HasNextPage {
		t.Errorf("hidden rows: %+v, %v, %v", hidden.Connection, hidden.Errors, err)
	}
}
