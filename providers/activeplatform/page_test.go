package activeplatform_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// The vendor documents neither the page size nor the end of a list.
func TestUsers_PageReachesEndOfList(t *testing.T) {
	for name, c := range map[string]struct {
		users int
		// rows returns the index of the first row of a page, and the page's length.
		rows  func(page int) (from, n int)
		calls int
		// incomplete is set if rows may be missing.
		incomplete bool
	}{
		"empty":              {0, sized(100), 1, false},
		"one":                {1, sized(100), 2, false},
		"one page, not full": {99, sized(100), 2, false},
		"one page, full":     {100, sized(100), 3, false},
		"last page not full": {101, sized(100), 2, false},
		"last page full":     {300, sized(100), 5, false},
		"capped at 50":       {130, sized(50), 3, false},
		"capped, last full":  {150, sized(50), 4, false},
		"capped at 1":        {3, sized(1), 4, false},
		"empty page within": {300, func(page int) (int, int) {
			return []int{0, 0, 100, 200}[min(page-1, 3)], []int{100, 0, 100, 100, 0, 0}[page-1]
		}, 7, true},
		"page ignored":       {40, func(int) (int, int) { return 0, 40 }, 2, true},
		"per_page ignored":   {500, func(int) (int, int) { return 0, 500 }, 2, true},
		"last page repeated": {200, func(page int) (int, int) { return (min(page, 2) - 1) * 100, 100 }, 3, true},
		"growing pages":      {90, func(page int) (int, int) { return []int{0, 30, 90}[page-1], []int{30, 60, 0}[page-1] }, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			p := newProvider(t, serve(t, jsonHandler(func(u *url.URL) string {
				calls++
				if got := u.Query().Get("per_page"); got != "100" {
					t.Errorf("per_page is %q", got)
				}
				page, err := strconv.Atoi(u.Query().Get("page"))
				if err != nil {
					t.Errorf("page is %q", u.Query().Get("page"))
				}
				return usersJSON(c.users, c.rows, page)
			})), token, time.Second)
			seen := map[string]bool{}
			var tokens []string
			var errs []error
			for token := ""; ; {
				page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
				if err != nil {
					t.Fatal(err)
				}
				if page.Total != nil {
					t.Error("Total is set")
				}
				for _, u := range page.Items {
					seen[u.VendorID] = true
				}
				errs = append(errs, page.Errors...)
				if token = page.Next; token == "" {
					break
				}
				if tokens = append(tokens, token); len(tokens) > 10 {
					t.Fatalf("too many pages: %q", tokens)
				}
			}
			if incomplete := len(errs) == 1 && providers.KindOf(errs[0]) == providers.Incomplete; incomplete != c.incomplete || !incomplete && len(errs) > 0 {
				t.Errorf("errors %v, want one of kind Incomplete: %v", errs, c.incomplete)
			}
			if len(seen) != c.users || calls != c.calls {
				t.Errorf("%d users in %d calls, want %d in %d; tokens %q", len(seen), calls, c.users, c.calls, tokens)
			}
		})
	}
}

// The users of an account are read to their end within 100 pages; the next one shows whether
// they have ended.
func TestMemberships_HundredPages(t *testing.T) {
	for users, complete := range map[int]bool{10_000: true, 10_001: false} {
		p := newProvider(t, serve(t, jsonHandler(func(u *url.URL) string {
			page, _ := strconv.Atoi(u.Query().Get("page"))
			return usersJSON(users, sized(100), page)
		})), token, time.Minute)
		page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeAccount, account, providers.Filter{}), "")
		if err != nil || len(page.Items) != 10_000 || (page.Total != nil) != complete || (len(page.Errors) == 0) != complete {
			t.Errorf("%d users: %d rows, total %v, %v, %v", users, len(page.Items), page.Total, page.Errors, err)
		}
	}
}

// sized returns pages of this many rows.
func sized(size int) func(page int) (from, n int) {
	return func(page int) (int, int) { return (page - 1) * size, size }
}

func usersJSON(users int, rows func(page int) (from, n int), page int) string {
	from, n := rows(page)
	var all []string
	for i := min(from, users); i < min(from+n, users); i++ {
		all = append(all, fmt.Sprintf(`{"id":%d}`, 1000+i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func TestPage_InvalidToken(t *testing.T) {
	p, _ := withFake(t)
	for _, token := range []string{
		"0", "2", "0.5.5.0123abcd", "1.5.5.0123abcd", "2.-1.5.0123abcd", "2.100.100.", "2.100.100.x123abcd", "2.100.100.123abcd", "2.100.100.0123ABCD",
		"02.100.100.0123abcd", "+2.100.100.0123abcd", "2.100.100.0123abcd.6", "2.100.100.0123abcd ", "9999999.100.100.0123abcd",
		"2.9999999999.100.0123abcd", "2.5.6.0123abcd", "2.100.100.99999999999999999999",
	} {
		for name, page := range map[string]func() error{
			"users": func() error {
				_, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
				return err
			},
			"accounts": func() error {
				_, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, token)
				return err
			},
		} {
			if err := page(); providers.KindOf(err) != providers.InvalidArgument {
				t.Errorf("%s: Page(%q) = %v, want InvalidArgument", name, token, err)
			}
		}
	}
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if err != nil || !strings.HasPrefix(page.Next, "2.100.100.") {
		t.Errorf("Next = %q, %v", page.Next, err)
	}
}
