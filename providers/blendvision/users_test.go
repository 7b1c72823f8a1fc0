package blendvision_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestUsers_SeveralOrganizations(t *testing.T) {
	lists := map[string]string{
		"a": `{"accounts":[{"id":"1","last_name":"A"},{"id":"2"}]}`,
		"b": `{"accounts":[{"id":"1","last_name":"B"},{"id":"3"}]}`,
		"c": `{"accounts":[]}`,
	}
	failing := ""
	p := connect(t, func(r *http.Request) (int, string) {
		id := r.Header.Get("x-bv-org-id")
		if id == failing {
			return http.StatusForbidden, `{"code":7}`
		}
		if r.URL.Query().Get("current_page") != "1" {
			return http.StatusOK, lists["c"]
		}
		return http.StatusOK, lists[id]
	}, "a", "c", "b")
	c := p.Collections()

	var tokens, ids []string
	for token := ""; ; {
		page, err := c.Users.Page(t.Context(), providers.Query{}, token)
		if err != nil || !page.MayRepeat || page.Total != nil {
			t.Fatalf("Page(%q) = %+v, %v", token, page, err)
		}
		for _, u := range page.Items {
			ids = append(ids, u.VendorID)
		}
		if token = page.Next; token == "" {
			break
		}
		if !strings.Contains(token, ".") {
			tokens = append(tokens, token)
		}
	}
	if delta := diff([]string{"c/1", "b/1"}, tokens) + diff([]string{"1", "2", "1", "3"}, ids); delta != "" {
		t.Error(delta)
	}
	if u := c.Users.Get(t.Context(), []string{"1"}).Objects["1"]; *u.LastName != "A" {
		t.Errorf("the user is that of %s, want that of the first organization", *u.LastName)
	}

	failing = "b"
	result := c.Users.Get(t.Context(), []string{"1", "3"})
	if result.Objects["1"] == nil || len(result.Objects) != 1 || providers.KindOf(result.Failed["3"]) != providers.Forbidden || len(result.Failed) != 1 {
		t.Errorf("with an unreadable list: %v", result)
	}
	page, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	if err != nil || len(page.Items) != 1 || page.Total != nil || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.Forbidden {
		t.Errorf("memberships with an unreadable list: %+v, %v", page, err)
	}
	memberships := c.Memberships.Get(t.Context(), []string{"a/1", "b/1", "a/9", "nonsense"})
	if memberships.Objects["a/1"] == nil || len(memberships.Objects) != 1 ||
		providers.KindOf(memberships.Failed["b/1"]) != providers.Forbidden || len(memberships.Failed) != 1 {
		t.Errorf("memberships by id: %v", memberships)
	}
}

// An organization that cannot be read is an error beside the users of the others.
func TestUsers_UnreadableOrganizations(t *testing.T) {
	statuses := map[string]int{"a": 404, "b": 200, "c": 403, "d": 410}
	var calls atomic.Int32
	p := connect(t, func(r *http.Request) (int, string) {
		calls.Add(1)
		if r.URL.Query().Get("current_page") != "1" {
			return statusOf(statuses, r), `{"accounts":[],"pagination":{"total_items":1}}`
		}
		return statusOf(statuses, r), `{"accounts":[{"id":"1"}],"pagination":{"total_items":1}}`
	}, "a", "b", "c", "d")
	c := p.Collections()
	page, err := c.Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || page.Next != "c/1" {
		t.Fatalf("first readable organization: %+v, %v", page, err)
	}
	errs := page.Errors
	page, err = c.Users.Page(t.Context(), providers.Query{}, page.Next)
	if err != nil || len(page.Items) != 0 || page.Next != "d/1" {
		t.Fatalf("page without rows: %+v, %v", page, err)
	}
	errs = append(errs, page.Errors...)
	page, err = c.Users.Page(t.Context(), providers.Query{}, page.Next)
	if err != nil || len(page.Items) != 0 || page.Next != "" || page.Freshness.FetchedAt.IsZero() || calls.Load() != 5 {
		t.Errorf("last page: %+v, %v, after %d calls", page, err, calls.Load())
	}
	if delta := diff([]string{
		"bv: not found (HTTP 404): organization a",
		"bv: permission denied (HTTP 403): organization c",
		"bv: not found (HTTP 410): organization d",
	}, messages(append(errs, page.Errors...))); delta != "" {
		t.Error(delta)
	}
	result := c.Users.Get(t.Context(), []string{"1", "2"})
	if result.Objects["1"] == nil || providers.KindOf(result.Failed["2"]) != providers.NotFound {
		t.Errorf("by id: %+v", result)
	}
	byID := c.Memberships.Get(t.Context(), []string{"a/1", "b/1", "e/1"})
	if len(byID.Objects) != 1 || providers.KindOf(byID.Failed["a/1"]) != providers.NotFound {
		t.Errorf("memberships by id: %+v", byID)
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	if err != nil || len(members.Items) != 1 || members.Total != nil || len(members.Errors) != 3 {
		t.Errorf("memberships: %+v, %v", members, err)
	}
	statuses["b"] = 401
	if page, err = c.Users.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.NotFound || page != nil {
		t.Errorf("no organization is readable: %+v, %v", page, err)
	}
	if members, err = c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), ""); providers.KindOf(err) != providers.NotFound || members != nil {
		t.Errorf("memberships, no organization is readable: %+v, %v", members, err)
	}
}

// statusOf returns the status of the organization that a call acts for, 404 for others.
func statusOf(statuses map[string]int, r *http.Request) int {
	if status := statuses[r.Header.Get("x-bv-org-id")]; status != 0 {
		return status
	}
	return http.StatusNotFound
}

// The roles of an organization that does not exist are a missing list.
func TestRoles_MissingOrganization(t *testing.T) {
	p := connect(t, func(*http.Request) (int, string) { return http.StatusNotFound, "{}" }, "a")
	if roles, err := p.Collections().Roles(t.Context(), "a"); providers.KindOf(err) != providers.NotFound || roles != nil {
		t.Errorf("%v, %v", roles, err)
	}
}
