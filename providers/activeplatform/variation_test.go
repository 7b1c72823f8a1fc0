package activeplatform_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

// variations are installations with the same data. A provider reads the same records
// from each.
var variations = map[string]func(*activeplatformfake.Variation){
	"documented":                   func(*activeplatformfake.Variation) {},
	"pages from 0":                 func(v *activeplatformfake.Variation) { v.FirstPage = 0 },
	"pages from 0, short":          func(v *activeplatformfake.Variation) { v.FirstPage, v.MaxPerPage = 0, 40 },
	"pages of 40 rows":             func(v *activeplatformfake.Variation) { v.MaxPerPage = 40 },
	"pages longer than requested":  func(v *activeplatformfake.Variation) { v.MinPerPage = 130 },
	"page 0 is 400":                func(v *activeplatformfake.Variation) { v.BeforeFirstPage = http.StatusBadRequest },
	"page 0 is 404":                func(v *activeplatformfake.Variation) { v.BeforeFirstPage = http.StatusNotFound },
	"page 0 is 500":                func(v *activeplatformfake.Variation) { v.BeforeFirstPage = http.StatusInternalServerError },
	"children paged":               func(v *activeplatformfake.Variation) { v.ChildrenPerPage = 5 },
	"children paged, short":        func(v *activeplatformfake.Variation) { v.ChildrenPerPage, v.ChildrenMaxPerPage = 2, 2 },
	"children paged, pages from 0": func(v *activeplatformfake.Variation) { v.ChildrenPerPage, v.ChildrenMaxPerPage, v.FirstPage = 1, 3, 0 },
}

func TestVariations_Conformance(t *testing.T) {
	for name, vary := range variations {
		t.Run(name, func(t *testing.T) {
			subject := conformanceSubject()
			subject.New = func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
				return newProviderWith(t, baseURL, token, timeout, activeplatform.Options{})
			}
			subject.Serve = func(t *testing.T) (string, *fakevendor.Control) {
				fake := activeplatformfake.New(token)
				vary(&fake.Variation)
				return serve(t, fake), &fake.Control
			}
			providertest.RunVariation(t, subject)
		})
	}
}

func TestVariations_SameRecords(t *testing.T) {
	p, _ := withFake(t)
	want := readEverything(t, p)
	for name, vary := range variations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, readEverything(t, withVariation(t, vary))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a vendor may do while its first page is detected is no failure. A wrong base URL is.
func TestVariations_Status(t *testing.T) {
	for name, vary := range variations {
		p := withVariation(t, vary)
		want := model.ProviderUp
		if name == "page 0 is 500" {
			want = model.ProviderDegraded
		}
		if readList(t, p.Collections().Users, providers.Query{}); p.Status() != want {
			t.Errorf("%s: the status is %s", name, p.Status())
		}
	}
	p := newProviderWith(t, serve(t, http.NotFoundHandler()), token, 10*time.Second, activeplatform.Options{})
	if _, err := p.Collections().Users.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.NotFound || p.Status() != model.ProviderDown {
		t.Errorf("nothing is found: %v, status %s", err, p.Status())
	}
}

// A provider finds out once how a vendor numbers pages and whether it divides the lists
// of an account and of a user.
func TestVariations_FoundOutOnce(t *testing.T) {
	fake := activeplatformfake.New(token)
	p := newProviderWith(t, serve(t, fake), token, 10*time.Second, activeplatform.Options{})
	count := func(read func()) int {
		fake.Control.TakeCalls()
		read()
		return len(fake.Control.TakeCalls())
	}
	members := func(typ, id string) func() {
		return func() { readList(t, p.Collections().Memberships, of(typ, id, providers.Filter{})) }
	}
	other := p.WithCredential(providers.NewSecret(token)).Collections()
	for _, c := range []struct {
		name string
		read func()
		want int
	}{
		{"accounts", func() { readList(t, p.Collections().Accounts, providers.Query{}) }, 3},
		{"users", func() { readList(t, p.Collections().Users, providers.Query{}) }, 3},
		{"users with another credential", func() { readList(t, other.Users, providers.Query{}) }, 3},
		{"users of an account", members(model.TypeAccount, account), 2},
		{"users of another account", members(model.TypeAccount, strconv.Itoa(activeplatformfake.AccountID(1))), 1},
		{"accounts of a user", members(model.TypeUser, user), 2},
		{"accounts of another user", members(model.TypeUser, strconv.Itoa(activeplatformfake.UserID(61))), 1},
	} {
		if got := count(c.read); got != c.want {
			t.Errorf("%s: %d calls, want %d", c.name, got, c.want)
		}
	}
}

// A failure of page 0 that may pass does not make page 1 the first one.
func TestVariations_FirstPageFailsForAMoment(t *testing.T) {
	fake := activeplatformfake.New(token)
	fake.Variation.FirstPage = 0
	failing := true
	p := newProviderWith(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failing && r.URL.Query().Get("page") == "0" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fake.ServeHTTP(w, r)
	})), token, 10*time.Second, activeplatform.Options{})
	if page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.Unavailable {
		t.Fatalf("%+v, %v", page, err)
	}
	failing = false
	if got := len(readList(t, p.Collections().Users, providers.Query{})); got != len(readEverything(t, withVariation(t, variations["documented"]))["users"]) {
		t.Errorf("%d users", got)
	}
}

func TestUsers_PageOnAfterRestart(t *testing.T) {
	for _, first := range []int{0, 1} {
		vary := func(v *activeplatformfake.Variation) { v.FirstPage = first }
		page, err := withVariation(t, vary).Collections().Users.Page(t.Context(), providers.Query{}, "")
		if err != nil {
			t.Fatal(err)
		}
		next, err := withVariation(t, vary).Collections().Users.Page(t.Context(), providers.Query{}, page.Next)
		if err != nil || len(next.Items) != 100 || next.Items[0].VendorID != strconv.Itoa(activeplatformfake.UserID(160)) {
			t.Errorf("pages from %d: %+v, %v", first, next, err)
		}
	}
}

func TestLists_RepeatedPage(t *testing.T) {
	c := withVariation(t, func(v *activeplatformfake.Variation) { v.RepeatFirstPage, v.ChildrenPerPage = true, 5 }).Collections()
	page, err := c.Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 100 || len(page.Errors) != 0 {
		t.Fatalf("%+v, %v", page, err)
	}
	page, err = c.Users.Page(t.Context(), providers.Query{}, page.Next)
	if err != nil || len(page.Items) != 0 || page.Next != "" || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.Incomplete {
		t.Errorf("%+v, %v", page, err)
	}
}

// The list of an account is cut where a full page comes again, or a page that had come
// before, and is not where the vendor has no pages.
func TestMemberships_RepeatedPage(t *testing.T) {
	first := strconv.Itoa(activeplatformfake.AccountID(0))
	other := strconv.Itoa(activeplatformfake.AccountID(1))
	for name, c := range map[string]struct {
		vary      func(*activeplatformfake.Variation)
		rows      int
		truncated bool
	}{
		"no pages, 99 users":  {func(v *activeplatformfake.Variation) { v.Members = 99 }, 99, false},
		"no pages, 120 users": {func(v *activeplatformfake.Variation) { v.Members = 120 }, 120, false},
		"pages, 100 users":    {func(v *activeplatformfake.Variation) { v.Members, v.ChildrenPerPage = 100, 100 }, 100, false},
		"pages, 120 users":    {func(v *activeplatformfake.Variation) { v.Members, v.ChildrenPerPage = 120, 100 }, 120, false},
		"the first page of 120, always": {func(v *activeplatformfake.Variation) {
			v.Members, v.ChildrenPerPage, v.RepeatFirstPage = 120, 100, true
		}, 100, true},
		"pages that begin again, always": {func(v *activeplatformfake.Variation) {
			v.Members, v.ChildrenPerPage, v.ChildrenMaxPerPage, v.BeginAgain = 120, 40, 40, 3
		}, 80, true},
	} {
		for _, read := range [][]string{{first}, {other, first}} {
			fake := activeplatformfake.New(token)
			c.vary(&fake.Variation)
			m := newProviderWith(t, serve(t, fake), token, 10*time.Second, activeplatform.Options{}).Collections().Memberships
			var page *providers.Page[*model.Membership]
			for _, id := range read {
				var err error
				if page, err = m.Page(t.Context(), of(model.TypeAccount, id, providers.Filter{}), ""); err != nil {
					t.Fatal(err)
				}
			}
			if n := len(fake.Control.Calls()); n > 8 {
				t.Errorf("%s: %d calls", name, n)
			}
			truncated := len(page.Errors) == 1 && providers.KindOf(page.Errors[0]) == providers.Incomplete
			if len(page.Items) != c.rows || truncated != c.truncated || (page.Total == nil) != c.truncated || !truncated && len(page.Errors) > 0 {
				t.Errorf("%s: after %d lists: %d rows, %v", name, len(read)-1, len(page.Items), page.Errors)
			}
		}
	}
}

// What of the custom attributes cannot be read makes them invalid; the rest of them stays.
func TestUsers_InvalidAttributes(t *testing.T) {
	desk, pin := map[string]any{"name": "Desk", "value": 12}, map[string]any{"key": "vpn_password", "value": "x"}
	for name, c := range map[string]struct {
		attributes any
		want       string
		invalid    bool
	}{
		"an empty list":            {[]any{}, "", false},
		"an empty object":          {map[string]any{}, "", false},
		"a list":                   {[]any{desk}, "Desk=12 ", false},
		"a password without name":  {[]any{desk, pin}, "Desk=12 ", false},
		"a text":                   {"Desk", "", true},
		"an empty text":            {"", "", true},
		"a number":                 {7, "", true},
		"false":                    {false, "", true},
		"an object":                {map[string]any{"0": desk}, "", true},
		"an element that is text":  {[]any{"Desk", desk}, "Desk=12 ", true},
		"an element that is null":  {[]any{desk, nil}, "Desk=12 ", true},
		"an element without name":  {[]any{desk, map[string]any{"value": "x"}}, "Desk=12 ", true},
		"an element of other type": {[]any{[]any{desk}, desk}, "Desk=12 ", true},
	} {
		users := withVariation(t, func(v *activeplatformfake.Variation) { v.CustomAttributes = c.attributes }).Collections()
		page, err := users.Users.Page(t.Context(), providers.Query{}, "")
		if err != nil || len(page.Items) != 100 || len(page.Errors) != 0 {
			t.Fatalf("%s: %+v, %v", name, page, err)
		}
		u := page.Items[0]
		if got := attributesOf(u); got != c.want || u.CustomAttributes == nil || u.IsInvalid("customAttributes") != c.invalid || !u.Complete() {
			t.Errorf("%s: %q, invalid: %t, complete: %t", name, got, u.IsInvalid("customAttributes"), u.Complete())
		}
	}
}

// An odd value costs its field, and a row without an id is reported.
func TestUsers_OddValues(t *testing.T) {
	plain, _ := withFake(t)
	want := map[string]*model.User{}
	for _, u := range readList(t, plain.Collections().Users, providers.Query{}) {
		want[u.VendorID] = u
	}
	c := withVariation(t, func(v *activeplatformfake.Variation) { v.OddValues = true }).Collections()
	page, err := c.Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || len(page.Items) != 100 || len(page.Errors) != 1 || providers.KindOf(page.Errors[0]) != providers.BadResponse || page.Next == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	odd := 0
	for _, u := range page.Items {
		known := *want[u.VendorID]
		if u.CreatedAt == nil {
			odd++
			known.CreatedAt, known.UpdatedAt, known.CustomAttributes = nil, nil, []*model.CustomAttribute{}
			known.FieldSet = model.AllExcept().WithInvalid("createdAt").WithInvalid("updatedAt")
			known.MiddleName = u.MiddleName
			if u.MiddleName == nil || len(*u.MiddleName) != 1 {
				t.Errorf("%s: middle name %v", u.ID, u.MiddleName)
			}
		}
		known.Provider, u.Provider = nil, nil
		if diff := cmp.Diff(&known, u, cmp.AllowUnexported(model.FieldSet{})); diff != "" {
			t.Error(diff)
		}
	}
	if odd < 30 {
		t.Errorf("%d users with odd values", odd)
	}
	members, err := c.Memberships.Page(t.Context(), of(model.TypeAccount, account, providers.Filter{}), "")
	if err != nil || len(members.Items) < 2 || members.Total != nil || len(members.Errors) != 1 {
		t.Errorf("members: %+v, %v", members, err)
	}
}

// readEverything returns the ids of all records that can be listed, by list.
func readEverything(t *testing.T, p *activeplatform.Provider) map[string][]string {
	t.Helper()
	c := p.Collections()
	all := map[string][]string{
		"users":           ids(readList(t, c.Users, providers.Query{})),
		"users, reversed": ids(readList(t, c.Users, order(model.OrderByCreatedAt, true))),
		"active users":    ids(readList(t, c.Users, filter(providers.Filter{Status: []string{"ACTIVE"}}))),
		"one user":        ids(readList(t, c.Users, filter(providers.Filter{Emails: []string{"person123@acme.example"}}))),
		"accounts":        ids(readList(t, c.Accounts, providers.Query{})),
	}
	if len(all["users"]) < 200 || len(all["one user"]) != 1 {
		t.Errorf("%d users, of whom %d have the address", len(all["users"]), len(all["one user"]))
	}
	for n := range 12 {
		for typ, id := range map[string]int{model.TypeAccount: activeplatformfake.AccountID(n), model.TypeUser: activeplatformfake.UserID(60 + n)} {
			all[typ+strconv.Itoa(n)] = ids(readList(t, c.Memberships, of(typ, strconv.Itoa(id), providers.Filter{})))
		}
	}
	return all
}

// readList reads all pages of a list, which must be complete.
func readList[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query) []T {
	t.Helper()
	var all []T
	for token := ""; ; {
		page, err := c.Page(t.Context(), q, token)
		if err != nil || len(page.Errors) > 0 {
			t.Fatalf("Page(%q) = %+v, %v", token, page, err)
		}
		all = append(all, page.Items...)
		if token = page.Next; token == "" {
			return all
		}
	}
}

func ids[T model.Node](rows []T) []string {
	all := make([]string, len(rows))
	for i, row := range rows {
		all[i] = row.GlobalID().VendorID()
	}
	slices.Sort(all)
	return all
}

// withVariation returns a provider that has to find out what vary changes.
func withVariation(t *testing.T, vary func(*activeplatformfake.Variation)) *activeplatform.Provider {
	t.Helper()
	fake := activeplatformfake.New(token)
	vary(&fake.Variation)
	return newProviderWith(t, serve(t, fake), token, 10*time.Second, activeplatform.Options{})
}
