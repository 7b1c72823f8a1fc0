package resolvers_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

// Whatever a vendor may do, a list has all rows, or says that it has not.
func TestVendorVariations_Lists(t *testing.T) {
	const account, organization = `account(id: "activeplatform:Account:7011")`, `organization(id: "blendvision:Organization:b0013c6e-b1e7-4d00-8000-000000000002")`
	users := func(provider string) string { return `provider(name: "` + provider + `")` }
	for name, c := range map[string]struct {
		activePlatform activeplatformfake.Variation
		blendVision    blendvisionfake.Variation
		parent, list   string
		rows           int
		// total is the only value of totalCount beside null.
		total int
		codes []string
	}{
		"pages from 1":         {parent: users("activeplatform"), list: "users", rows: 280, total: 280},
		"pages from 0":         {activePlatform: activeplatformfake.Variation{FirstPage: -1}, parent: users("activeplatform"), list: "users", rows: 280, total: 280},
		"the first page again": {activePlatform: activeplatformfake.Variation{RepeatFirstPage: true}, parent: users("activeplatform"), list: "users", rows: 100, codes: []string{"UPSTREAM_TRUNCATED"}},
		"a row without an id":  {activePlatform: activeplatformfake.Variation{OddValues: true}, parent: users("activeplatform"), list: "users", rows: 280, codes: []string{"UPSTREAM_BAD_RESPONSE"}},
		"members in pages":     {activePlatform: activeplatformfake.Variation{ChildrenPerPage: 5, ChildrenMaxPerPage: 5}, parent: account, list: "members", rows: 6, total: 6},
		"shorter pages":        {blendVision: blendvisionfake.Variation{MaxPerPage: 50}, parent: organization, list: "members", rows: 170, total: 170},
		"totals of pages":      {blendVision: blendvisionfake.Variation{TotalCountsPage: true}, parent: organization, list: "members", rows: 170},
		"hidden rows":          {blendVision: blendvisionfake.Variation{HideRows: true}, parent: organization, list: "members", rows: 168, total: 170, codes: []string{"UPSTREAM_TRUNCATED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestServer(t, serverConfig{vendors: startVariations(t, c.activePlatform, c.blendVision)})
			ids := map[string]bool{}
			complete, codes, after := true, []string(nil), json.RawMessage("null")
			for more := true; more; {
				var response listResponse
				query := `query($after: String) { parent: ` + c.parent + ` { list: ` + c.list +
					`(first: 100, after: $after) { complete totalCount pageInfo { hasNextPage endCursor } nodes { id } } } }`
				if err := json.Unmarshal(s.query(t, query, json.RawMessage(`{"after":`+string(after)+`}`)), &response); err != nil {
					t.Fatal(err)
				}
				list := response.Data.Parent.List
				for _, n := range list.Nodes {
					ids[n.ID] = true
				}
				for _, e := range response.Errors {
					codes = append(codes, e.Extensions.Code)
				}
				if list.TotalCount != nil && *list.TotalCount != c.total {
					t.Errorf("totalCount %d, want %d", *list.TotalCount, c.total)
				}
				complete = complete && list.Complete
				more, after = list.PageInfo.HasNextPage, list.PageInfo.EndCursor
			}
			codes = slices.Compact(codes)
			if len(ids) != c.rows || complete != (c.codes == nil) || !slices.Equal(codes, c.codes) {
				t.Errorf("%d rows, complete %t, %q; want %d, %q", len(ids), complete, codes, c.rows, c.codes)
			}
		})
	}
}

type listResponse struct {
	Data struct {
		Parent struct {
			List struct {
				Complete   bool
				TotalCount *int
				PageInfo   struct {
					HasNextPage bool
					EndCursor   json.RawMessage
				}
				Nodes []struct{ ID string }
			}
		}
	}
	Errors []struct {
		Extensions struct{ Code string }
	}
}

// startVariations starts the simulated vendors with two of them varied. A FirstPage
// below 0 is 0; other zero values are those of the simulators. ActivePlatform's number
// of the first page is not configured.
func startVariations(t *testing.T, a activeplatformfake.Variation, b blendvisionfake.Variation) *demo.Vendors {
	t.Helper()
	activePlatform, blendVision := activeplatformfake.New(demo.Token), blendvisionfake.New(demo.Token)
	a.MaxPerPage, a.FirstPage = activePlatform.Variation.MaxPerPage, activePlatform.Variation.FirstPage+a.FirstPage
	activePlatform.Variation, blendVision.Variation = a, b
	simulated := startVendors(t)
	for i, v := range simulated.All {
		switch v.Name {
		case "activeplatform":
			simulated.All[i] = demo.Vendor{Name: v.Name, BaseURL: listen(t, activePlatform), Control: &activePlatform.Control}
		case "blendvision":
			simulated.All[i] = demo.Vendor{Name: v.Name, BaseURL: listen(t, blendVision), Keys: v.Keys, Control: &blendVision.Control}
		}
	}
	return simulated
}
