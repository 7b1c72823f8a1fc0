package blendvision_test

import (
	"net/http"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestMemberships_ListChangesOrFails(t *testing.T) {
	second := http.StatusOK
	p := connect(t, func(r *http.Request) (int, string) {
		if r.URL.Query().Get("current_page") == "1" {
			return http.StatusOK, `{"accounts":[{"id":"1"},{"id":"2"}],"pagination":{"total_items":3,"items_per_page":2}}`
		}
		return second, `{"accounts":[{"id":"2"}],"pagination":{"total_items":3,"items_per_page":2}}`
	}, "o")
	members := p.Collections().Memberships
	page, err := members.Page(t.Context(), of(model.TypeUser, "2"), "")
	if err != nil || len(page.Items) != 1 || *page.Total != 1 {
		t.Errorf("row that moved to the next page: %+v, %v", page, err)
	}

	second = http.StatusForbidden
	result := members.Get(t.Context(), []string{"o/1", "o/3"})
	if result.Objects["o/1"] == nil || len(result.Failed) != 1 || providers.KindOf(result.Failed["o/3"]) != providers.Forbidden {
		t.Errorf("with an unreadable page: %v", result)
	}
}
