package activityinfo_test

import (
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
)

func TestUsers_Page(t *testing.T) {
	p, _ := connect(t, activityinfofake.New(token), activityinfofake.LargeAccount)
	users := p.Collections().Users
	var tokens []string
	seen := map[string]int{}
	for token := ""; ; {
		page, err := users.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != nil || !page.MayRepeat || page.Freshness.FetchedAt.IsZero() {
			t.Errorf("page %q: total %v, may repeat %t, fetched %v", token, page.Total, page.MayRepeat, page.Freshness.FetchedAt)
		}
		for _, u := range page.Items {
			seen[u.VendorID]++
		}
		if token = page.Next; token == "" {
			break
		}
		tokens = append(tokens, token)
	}
	// The first page is the configured account. The last page, of the foreign account,
	// is empty.
	want := []string{activityinfofake.FirstAccount, activityinfofake.SuspendedAccount, activityinfofake.ClosedAccount, activityinfofake.ForeignAccount}
	if !slices.Equal(tokens, want) {
		t.Errorf("tokens %q, want %q", tokens, want)
	}
	if n := activityinfofake.LastPerson - activityinfofake.FirstPerson + 1; len(seen) != n {
		t.Errorf("%d users, want %d", len(seen), n)
	}
	if seen[activityinfofake.UserID(100)] != 4 || seen[activityinfofake.UserID(110)] != 1 {
		t.Errorf("rows per user: %v", seen)
	}
	for _, token := range []string{"190780005", activityinfofake.DeletedAccount, "0" + activityinfofake.FirstAccount} {
		if _, err := users.Page(t.Context(), providers.Query{}, token); providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("token %q: %v, want InvalidArgument", token, err)
		}
	}
	if _, err := users.Page(t.Context(), ofAccount(activityinfofake.FirstAccount), ""); providers.KindOf(err) != providers.InvalidArgument {
		t.Errorf("users of an account: %v, want InvalidArgument", err)
	}
}

func TestUsers_TotalOfSingleAccount(t *testing.T) {
	p, _ := connect(t, responses{
		"/resources/databases":               "[]",
		"/resources/billingAccounts/1/users": `[{"userId":"11"},{"userId":"12"}]`,
	}, "1")
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || page.Total == nil || *page.Total != 2 || page.MayRepeat {
		t.Errorf("%+v, %v", page, err)
	}
	page, err = p.Collections().Users.Page(t.Context(), providers.Query{Filter: providers.Filter{Name: "a"}}, "")
	if err != nil || page.Total != nil {
		t.Errorf("with an unsupported filter: %+v, %v", page, err)
	}
}

// A billing account with many users is one large response.
func TestUsers_LargeAccount(t *testing.T) {
	count := 70_000
	if testing.Short() { // as the race detector runs
		count = 12_000
	}
	p, _ := connect(t, activityinfofake.NewSized(token, count), activityinfofake.FirstAccount)
	seen := map[string]bool{}
	for next := ""; ; {
		page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, next)
		if err != nil || len(page.Errors) > 0 {
			t.Fatal(err, page)
		}
		for _, u := range page.Items {
			seen[u.VendorID] = true
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if len(seen) != count {
		t.Errorf("%d users, want %d", len(seen), count)
	}
}
