package blendvision_test

import (
	"net/http"
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
		tokens = append(tokens, token)
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
	if _, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), ""); providers.KindOf(err) != providers.Forbidden {
		t.Errorf("memberships with an unreadable list: %v", err)
	}
	memberships := c.Memberships.Get(t.Context(), []string{"a/1", "b/1", "a/9", "nonsense"})
	if memberships.Objects["a/1"] == nil || len(memberships.Objects) != 1 ||
		providers.KindOf(memberships.Failed["b/1"]) != providers.Forbidden || len(memberships.Failed) != 1 {
		t.Errorf("memberships by id: %v", memberships)
	}
}

// A missing organization has no users; the others are not affected.
func TestUsers_MissingOrganizations(t *testing.T) {
	missing := map[string]bool{"a": true, "c": true, "d": true}
	var calls atomic.Int32
	p := connect(t, func(r *http.Request) (int, string) {
		calls.Add(1)
		if missing[r.Header.Get("x-bv-org-id")] {
			return http.StatusNotFound, `{"code":5,"message":"not found","details":[]}`
		}
		return http.StatusOK, `{"accounts":[{"id":"1"}],"pagination":{}}`
	}, "a", "b", "c", "d")
	c := p.Collections()
	page, err := c.Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 1 || page.Next != "c/1" {
		t.Fatalf("first existing organization: %+v, %v", page, err)
	}
	page, err = c.Users.Page(t.Context(), providers.Query{}, page.Next)
	if err != nil || len(page.Items) != 0 || page.Next != "" || page.Freshness.FetchedAt.IsZero() || calls.Load() != 4 {
		t.Errorf("last page: %+v, %v, after %d calls", page, err, calls.Load())
	}
	result := c.Users.Get(t.Context(), []string{"1", "2"})
	if result.Objects["1"] == nil || len(result.Failed) != 0 {
		t.Errorf("by id: %+v", result)
	}
	missing["b"] = true
	if page, err = c.Users.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.NotFound || page != nil {
		t.Errorf("no organization exists: %+v, %v", page, err)
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeUser, "1"), "")
	if err != nil || len(members.Items) != 0 || members.Freshness.FetchedAt.IsZero() {
		t.Errorf("memberships, no organization exists: %+v, %v", members, err)
	}
}
