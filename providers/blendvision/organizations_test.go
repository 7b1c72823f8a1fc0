package blendvision_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/blendvision"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

func TestOrganizations_Unreadable(t *testing.T) {
	vendor := transport(func(r *http.Request) (int, string) {
		switch id := r.Header.Get("x-bv-org-id"); id {
		case "missing":
			return http.StatusNotFound, `{"code":5,"message":"not found","details":[]}`
		case "foreign":
			return http.StatusForbidden, `{"code":7,"message":"permission denied","details":[]}`
		case "other":
			return http.StatusOK, `{"organization":{"id":"yet another"}}`
		default:
			return http.StatusOK, `{"organization":{"id":"` + id + `"}}`
		}
	})
	result := connect(t, vendor).Collections().Organizations.Get(t.Context(), []string{"missing", "foreign", "other", "fine", "not fine"})
	if len(result.Objects) != 1 || result.Objects["fine"] == nil {
		t.Errorf("objects %v", result.Objects)
	}
	if len(result.Failed) != 3 || providers.KindOf(result.Failed["other"]) != providers.BadResponse || providers.KindOf(result.Failed["foreign"]) != providers.Forbidden ||
		providers.KindOf(result.Failed["not fine"]) != providers.InvalidID {
		t.Errorf("failed %v", result.Failed)
	}
	result = connect(t, vendor, "missing").Collections().Organizations.Get(t.Context(), []string{"missing", "fine", "other"})
	if len(result.Objects) != 1 || len(result.Failed) != 2 || providers.KindOf(result.Failed["missing"]) != providers.NotFound {
		t.Errorf("configured: objects %v, failed %v", result.Objects, result.Failed)
	}

	page, err := connect(t, vendor, "missing", "fine", "other", "best", "foreign").Collections().Organizations.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 2 || page.Items[0].VendorID != "fine" || page.Items[1].VendorID != "best" || page.Total != nil {
		t.Errorf("with unreadable organizations: %+v, %v", page, err)
	}
	if delta := diff([]string{
		"bv: not found (HTTP 404): organization missing",
		"bv: invalid response: organization other: the response contains another organization",
		"bv: permission denied (HTTP 403): organization foreign",
	}, messages(page.Errors)); delta != "" {
		t.Error(delta)
	}
	for name, kind := range map[string]providers.Kind{"missing": providers.NotFound, "foreign": providers.Forbidden, "other": providers.BadResponse} {
		_, err = connect(t, vendor, name).Collections().Organizations.Page(t.Context(), providers.Query{}, "")
		if providers.KindOf(err) != kind {
			t.Errorf("%s alone: %v", name, err)
		}
	}
	page, err = connect(t, vendor, "fine").Collections().Organizations.Page(t.Context(),
		providers.Query{Filter: providers.Filter{Name: "x"}}, "")
	if err != nil || page.Total != nil {
		t.Errorf("with an unsupported filter: %+v, %v; want no Total", page, err)
	}
}

// A configured organization that cannot be read shows in the status, another does not.
func TestOrganizations_Status(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusGone} {
		vendor := transport(func(r *http.Request) (int, string) {
			if id := r.Header.Get("x-bv-org-id"); id != "fine" {
				return status, `{"code":5,"message":"","details":[]}`
			}
			return http.StatusOK, `{"organization":{"id":"fine"},"accounts":[],"pagination":{}}`
		})
		p := connect(t, vendor, "fine")
		if p.Collections().Organizations.Get(t.Context(), []string{"fine", "other"}); p.Status() != model.ProviderUp {
			t.Errorf("%d for an organization that is not configured: the status is %s", status, p.Status())
		}
		p = connect(t, vendor, "fine", "other")
		if _, err := p.Collections().Users.Page(t.Context(), providers.Query{}, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "other"), ""); err == nil || p.Status() != model.ProviderDegraded {
			t.Errorf("%d for a configured organization: %v, the status is %s", status, err, p.Status())
		}
	}
}

func TestOrganizations_Parent(t *testing.T) {
	p := connect(t, respondWith(`{"organizations":[{"id":"a"},{"id":"b","parent_id":"deeper"}],"pagination":{}}`), "top")
	page, err := p.Collections().Organizations.Page(t.Context(), of(model.TypeOrganization, "parent"), "")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"parent", "deeper"} {
		if parent := page.Items[i].Parent; parent == nil || parent.VendorID != want || parent.HasField("name") {
			t.Errorf("%s: parent %+v", page.Items[i].VendorID, parent)
		}
	}
}

func TestOrganizations_Children(t *testing.T) {
	p, _, organizations := connectFake(t)
	c := p.Collections().Organizations
	below := readList(t, c, of(model.TypeOrganization, organizations[1]))
	page, err := c.Page(t.Context(), of(model.TypeOrganization, organizations[1]), "")
	if err != nil || *page.Total != len(below) || len(page.Items) != 100 || !strings.HasPrefix(page.Next, "2.100.100.") {
		t.Errorf("first page has %d of %d rows, next %q, %v", len(page.Items), len(below), page.Next, err)
	}
	for _, o := range below {
		if o.Parent.VendorID != organizations[1] || o.Parent.Name == nil {
			t.Errorf("%s: parent %+v", o.VendorID, o.Parent)
		}
	}
	root := blendvisionfake.OrganizationID(1)
	result := c.Get(t.Context(), []string{root, organizations[0]})
	if providers.KindOf(result.Failed[root]) != providers.Forbidden || result.Objects[organizations[0]].Parent.VendorID != root {
		t.Errorf("parent of the root of the token: %v", result)
	}
}

// Ids are UUIDs, in upper or lower case.
func TestOrganizations_IDCase(t *testing.T) {
	vendor := transport(func(r *http.Request) (int, string) {
		switch {
		case r.URL.Query().Get("current_page") > "1":
			return http.StatusOK, `{"organizations":[],"accounts":[]}`
		case r.URL.Path == "/bv/org/v1/sub-orgs":
			return http.StatusOK, `{"organizations":[{"id":"c1","parent_id":"a1-b2"}],"pagination":{}}`
		}
		return http.StatusOK, `{"organization":{"id":"a1-b2","name":"Acme","parent_id":"D4"},"accounts":[{"id":"1"}],"pagination":{}}`
	})
	c := connect(t, vendor, "A1-B2", "a1-b2").Collections()
	page, err := c.Organizations.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || page.Items[0].VendorID != "A1-B2" || page.Items[0].Parent.VendorID != "D4" {
		t.Fatalf("%+v, %v", page, err)
	}
	if result := c.Organizations.Get(t.Context(), []string{"A1-B2"}); result.Objects["A1-B2"] == nil || len(result.Failed) != 0 {
		t.Errorf("Get: %+v", result)
	}
	below, err := c.Organizations.Page(t.Context(), of(model.TypeOrganization, "A1-B2"), "")
	if err != nil || below.Items[0].VendorID != "c1" || below.Items[0].Parent.VendorID != "A1-B2" {
		t.Errorf("children: %+v, %v", below, err)
	}
	result := c.Organizations.Get(t.Context(), []string{"a1-b2", "A1-b2", "A1-B2"})
	for _, id := range []string{"a1-b2", "A1-b2", "A1-B2"} {
		if o := result.Objects[id]; o == nil || o.VendorID != "A1-B2" {
			t.Errorf("Get %s: %+v", id, result)
		}
		if m := c.Memberships.Get(t.Context(), []string{id + "/1"}).Objects[id+"/1"]; m == nil || m.VendorID != "A1-B2/1" || m.Organization.VendorID != "A1-B2" {
			t.Errorf("membership %s/1: %+v", id, m)
		}
		page, err := c.Memberships.Page(t.Context(), of(model.TypeOrganization, id), "")
		if err != nil || len(page.Items) != 1 || page.Items[0].VendorID != "A1-B2/1" {
			t.Errorf("members of %s: %+v, %v", id, page, err)
		}
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	if err != nil || len(members.Items) != 1 || members.Items[0].Organization.VendorID != "A1-B2" {
		t.Errorf("members: %+v, %v", members, err)
	}
}

func TestProvider_UnreadableTenants(t *testing.T) {
	p := connect(t, func(r *http.Request) (int, string) {
		switch r.Header.Get("x-bv-org-id") {
		case "foreign":
			return http.StatusForbidden, "{}"
		case "missing":
			return http.StatusNotFound, "{}"
		case "broken":
			return http.StatusOK, "<"
		}
		return http.StatusOK, `{"accounts":[],"pagination":{}}`
	}, "fine", "foreign", "missing", "broken")
	ids, errs := p.Collections().UnreadableTenants(t.Context())
	if delta := diff([]string{"foreign", "missing"}, ids) + diff([]string{"bv: invalid response (HTTP 200): organization broken"}, messages(errs)); delta != "" {
		t.Error(delta)
	}
}

// Cached objects are found under the configured spelling of an id.
func TestProvider_InvalidateAnySpelling(t *testing.T) {
	calls := 0
	cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	c := config("http://127.0.0.1:1", transport(func(*http.Request) (int, string) {
		calls++
		return http.StatusOK, `{"organization":{"id":"a1"},"accounts":[{"id":"1"}],"pagination":{}}`
	}))
	c.Cache = cache
	p, err := blendvision.New(c, providers.NewSecret(token), blendvision.Options{Organizations: []string{"A1"}})
	if err != nil {
		t.Fatal(err)
	}
	read := func() int {
		before := calls
		p.Collections().Organizations.Get(t.Context(), []string{"a1"})
		p.Collections().Memberships.Get(t.Context(), []string{"a1/1"})
		return calls - before
	}
	if first, second := read(), read(); first != 2 || second != 0 {
		t.Errorf("%d calls, then %d", first, second)
	}
	p.Invalidate(t.Context(), []model.ID{"bv:Organization:a1", "bv:Membership:a1/1"})
	if n := read(); n != 2 {
		t.Errorf("%d calls after the invalidation, want 2", n)
	}
}

func messages(errs []error) []string {
	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return all
}
