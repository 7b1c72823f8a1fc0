package blendvision_test

import (
	"net/http"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

func TestOrganizationsThatCannotBeRead(t *testing.T) {
	vendor := transport(func(r *http.Request) (int, string) {
		switch id := r.Header.Get("x-bv-org-id"); id {
		case "gone":
			return http.StatusNotFound, `{"code":5,"message":"not found","details":[]}`
		case "foreign":
			return http.StatusForbidden, `{"code":7,"message":"permission denied","details":[]}`
		case "other":
			return http.StatusOK, `{"organization":{"id":"yet another"}}`
		default:
			return http.StatusOK, `{"organization":{"id":"` + id + `"}}`
		}
	})
	found := answering(t, vendor).Collections().Organizations.Get(t.Context(), []string{"gone", "foreign", "other", "fine", "not fine"})
	if len(found.Objects) != 1 || found.Objects["fine"] == nil {
		t.Errorf("found %v", found.Objects)
	}
	if len(found.Failed) != 2 || providers.KindOf(found.Failed["foreign"]) != providers.Forbidden ||
		providers.KindOf(found.Failed["not fine"]) != providers.InvalidArgument {
		t.Errorf("failed %v", found.Failed)
	}

	page, err := answering(t, vendor, "gone", "fine", "other", "best").Collections().Organizations.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 2 || page.Items[0].VendorID != "fine" || page.Items[1].VendorID != "best" || *page.Total != 2 {
		t.Errorf("without the ones that are not there: %+v, %v", page, err)
	}
	_, err = answering(t, vendor, "fine", "foreign").Collections().Organizations.Page(t.Context(), providers.Query{}, "")
	if providers.KindOf(err) != providers.Forbidden {
		t.Errorf("with a foreign one: %v", err)
	}
	_, err = answering(t, vendor, "gone").Collections().Organizations.Page(t.Context(), providers.Query{}, "")
	if providers.KindOf(err) != providers.NotFound {
		t.Errorf("with none that is there: %v", err)
	}
	page, err = answering(t, vendor, "fine").Collections().Organizations.Page(t.Context(),
		providers.Query{Filter: providers.Filter{Name: "x"}}, "")
	if err != nil || page.Total != nil {
		t.Errorf("with a filter that is left to the core, Total is told: %+v, %v", page, err)
	}
}

func TestSubOrganizationsNameTheirParent(t *testing.T) {
	p := answering(t, always(`{"organizations":[{"id":"a"},{"id":"b","parent_id":"deeper"}],"pagination":{}}`), "top")
	page, err := p.Collections().Organizations.Page(t.Context(), of(model.TypeOrganization, "asked"), "")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"asked", "deeper"} {
		if parent := page.Items[i].Parent; parent == nil || parent.VendorID != want || parent.HasField("name") {
			t.Errorf("%s: its parent is %+v", page.Items[i].VendorID, parent)
		}
	}
}

func TestHierarchy(t *testing.T) {
	p, _, organizations := simulation(t)
	c := p.Collections().Organizations
	below := everything(t, c, of(model.TypeOrganization, organizations[1]))
	page, err := c.Page(t.Context(), of(model.TypeOrganization, organizations[1]), "")
	if err != nil || *page.Total != len(below) || len(page.Items) != 100 || page.Next != "2" {
		t.Errorf("the first page has %d of %d rows, next %q, %v", len(page.Items), len(below), page.Next, err)
	}
	for _, o := range below {
		if o.Parent.VendorID != organizations[1] || o.Parent.Name == nil {
			t.Errorf("%s is below %+v", o.VendorID, o.Parent)
		}
	}
	root := blendvisionfake.OrganizationID(1)
	found := c.Get(t.Context(), []string{root, organizations[0]})
	if providers.KindOf(found.Failed[root]) != providers.Forbidden || found.Objects[organizations[0]].Parent.VendorID != root {
		t.Errorf("above the highest that the token sees: %v", found)
	}
}

// Ids are UUIDs, which some write in capitals and some do not.
func TestAnOrganizationInAnotherCase(t *testing.T) {
	vendor := transport(func(r *http.Request) (int, string) {
		if r.URL.Path == "/bv/org/v1/sub-orgs" {
			return http.StatusOK, `{"organizations":[{"id":"c1","parent_id":"a1-b2"}],"pagination":{}}`
		}
		return http.StatusOK, `{"organization":{"id":"a1-b2","name":"Acme","parent_id":"D4"},"accounts":[{"id":"1"}],"pagination":{}}`
	})
	c := answering(t, vendor, "A1-B2", "a1-b2").Collections()
	page, err := c.Organizations.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || page.Items[0].VendorID != "A1-B2" || page.Items[0].Parent.VendorID != "D4" {
		t.Fatalf("%+v, %v", page, err)
	}
	if found := c.Organizations.Get(t.Context(), []string{"A1-B2"}); found.Objects["A1-B2"] == nil || len(found.Failed) != 0 {
		t.Errorf("by its id: %+v", found)
	}
	below, err := c.Organizations.Page(t.Context(), of(model.TypeOrganization, "A1-B2"), "")
	if err != nil || below.Items[0].VendorID != "c1" || below.Items[0].Parent.VendorID != "A1-B2" {
		t.Errorf("below it: %+v, %v", below, err)
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	if err != nil || len(members.Items) != 1 || members.Items[0].Organization.VendorID != "A1-B2" {
		t.Errorf("its members: %+v, %v", members, err)
	}
}
