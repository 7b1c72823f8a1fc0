package activeplatform_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
)

// Neither the size of a page nor the end of a list is documented; whatever a
// server does, reading ends, and nothing is missed.
func TestPagingEnds(t *testing.T) {
	for name, c := range map[string]struct {
		users int
		// rows are the first and the number of those of a page.
		rows  func(page int) (from, n int)
		pages int
	}{
		"empty":                 {0, sized(100), 1},
		"one":                   {1, sized(100), 2},
		"one page, not full":    {99, sized(100), 2},
		"one page, full":        {100, sized(100), 2},
		"last page not full":    {101, sized(100), 2},
		"last page full":        {300, sized(100), 4},
		"capped at 50":          {130, sized(50), 3},
		"capped, last full":     {150, sized(50), 4},
		"capped at 1":           {3, sized(1), 4},
		"turns no pages":        {40, func(int) (int, int) { return 0, 40 }, 2},
		"bounds no pages":       {500, func(int) (int, int) { return 0, 500 }, 2},
		"repeats the last page": {200, func(page int) (int, int) { return (min(page, 2) - 1) * 100, 100 }, 3},
		"grows":                 {90, func(page int) (int, int) { return []int{0, 30, 90}[page-1], []int{30, 60, 0}[page-1] }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			p := newProvider(t, serve(t, jsonHandler(func(u *url.URL) string {
				asked++
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
			for token := ""; ; {
				page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
				if err != nil {
					t.Fatal(err)
				}
				if page.Total != nil {
					t.Error("the vendor tells no total")
				}
				for _, u := range page.Items {
					seen[u.VendorID] = true
				}
				if token = page.Next; token == "" {
					break
				}
				if tokens = append(tokens, token); len(tokens) > 10 {
					t.Fatalf("no end: %q", tokens)
				}
			}
			if len(seen) != c.users || asked != c.pages {
				t.Errorf("%d users in %d calls, want %d in %d; tokens %q", len(seen), asked, c.users, c.pages, tokens)
			}
		})
	}
}

// sized are pages of this many rows.
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

func TestTokens(t *testing.T) {
	p, _ := withFake(t)
	for _, token := range []string{
		"1", "2", "0.100.5", "1.100.5", "2.0.5", "2.-1.5", "2.100.", "2.100.x", "2.100.05", "02.100.5", "+2.100.5", "2.100.5.6",
		"2.100.5 ", "9999999.100.5", "2.9999999.5", "2.100.99999999999999999999",
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
				t.Errorf("%s: %q gives %v, want BadInput", name, token, err)
			}
		}
	}
	page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
	if want := fmt.Sprintf("2.100.%d", activeplatformfake.UserID(60)); err != nil || page.Next != want {
		t.Errorf("the second page is %q, want %q; %v", page.Next, want, err)
	}
}

// What is asked of the vendor for a query.
func TestPushedDown(t *testing.T) {
	noon := time.Date(2016, 5, 1, 12, 0, 0, 0, time.UTC)
	const whole = "page=1 per_page=100"
	for name, c := range map[string]struct {
		query providers.Query
		want  []string
	}{
		"nothing":            {providers.Query{}, []string{whole}},
		"active":             {filter(providers.Filter{Status: []string{"ACTIVE"}}), []string{"filters[status]=active " + whole}},
		"inactive, twice":    {filter(providers.Filter{Status: []string{"INACTIVE", "INACTIVE"}}), []string{"filters[status]=inactive " + whole}},
		"active, impossible": {filter(providers.Filter{Status: []string{"ACTIVE", "DELETED"}}), []string{"filters[status]=active " + whole}},
		"both":               {filter(providers.Filter{Status: []string{"ACTIVE", "INACTIVE"}}), []string{whole}},
		"other":              {filter(providers.Filter{Status: []string{"OTHER"}}), []string{whole}},
		"active or other":    {filter(providers.Filter{Status: []string{"ACTIVE", "OTHER"}}), []string{whole}},
		"impossible":         {filter(providers.Filter{Status: []string{"INVITED", "BLOCKED"}}), nil},
		"e-mail":             {filter(providers.Filter{Emails: []string{"person060@acme.example"}}), []string{"filters[email]=person060@acme.example " + whole}},
		"hostile e-mail":     {filter(providers.Filter{Emails: []string{"a&page=7#@b"}}), []string{"filters[email]=a&page=7#@b " + whole}},
		"e-mail with ss":     {filter(providers.Filter{Emails: []string{"a@strasse.example"}}), []string{"filters[email]=a@strasse.example " + whole}},
		"e-mail with ß":      {filter(providers.Filter{Emails: []string{"a@straße.example"}}), []string{whole}},
		"e-mail, not ASCII":  {filter(providers.Filter{Emails: []string{"zoë@acme.example", "a@b.example"}}), []string{whole}},
		"e-mails": {
			filter(providers.Filter{Emails: []string{"nobody@b.example", "a@b.example", "nobody@b.example"}}),
			[]string{"filters[email]=a@b.example " + whole, "filters[email]=nobody@b.example " + whole},
		},
		"e-mail and status": {
			filter(providers.Filter{Emails: []string{"person060@acme.example"}, Status: []string{"ACTIVE"}}),
			[]string{"filters[email]=person060@acme.example filters[status]=active " + whole},
		},
		"name and dates": {filter(providers.Filter{Name: "x", CreatedAfter: &noon, UpdatedBefore: &noon}), []string{whole}},
		"by creation":    {order(model.OrderByCreatedAt, false), []string{whole + " sorting[field]=created_at sorting[reversed]=false"}},
		"by update":      {order(model.OrderByUpdatedAt, true), []string{whole + " sorting[field]=updated_at sorting[reversed]=true"}},
		"by e-mail":      {order(model.OrderByEmail, true), []string{whole}},
		"by name":        {order(model.OrderByName, true), []string{whole}},
		"by status":      {order(model.OrderByStatus, false), []string{whole}},
	} {
		t.Run(name, func(t *testing.T) {
			p, fake := withFake(t)
			if _, err := p.Collections().Users.Page(t.Context(), c.query, ""); err != nil {
				t.Fatal(err)
			}
			var asked []string
			for _, call := range fake.Control.Calls() {
				asked = append(asked, parameters(t, call.Query))
			}
			slices.Sort(asked)
			if diff := cmp.Diff(c.want, asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSorts(t *testing.T) {
	p, _ := withFake(t)
	users, accounts := p.Collections().Users, p.Collections().Accounts
	for field, want := range map[model.UserOrderField][2]bool{
		"":                       {true, true},
		model.OrderByCreatedAt:   {true, true},
		model.OrderByUpdatedAt:   {true, true},
		model.OrderByEmail:       {false, false},
		model.OrderByName:        {false, false},
		model.OrderByStatus:      {false, false},
		model.OrderByLastLoginAt: {false, false},
	} {
		q := order(field, true)
		if got := [2]bool{users.SupportsOrder(q), accounts.SupportsOrder(q)}; got != want {
			t.Errorf("%q: users and accounts sort %v, want %v", field, got, want)
		}
		q.Filter.Emails = []string{"a@b.example", "b@b.example"}
		if field != "" && users.SupportsOrder(q) {
			t.Errorf("%q: several addresses are several lists, none of them in order", field)
		}
	}
}

// A server may find parts of addresses, and give few rows at a time.
func TestAddressBehindOthers(t *testing.T) {
	found := []string{"xann@b.example", "joann@b.example", "Ann@b.example"}
	p := newProvider(t, serve(t, jsonHandler(func(u *url.URL) string {
		page, _ := strconv.Atoi(u.Query().Get("page"))
		if page > len(found) {
			return "[]"
		}
		return fmt.Sprintf(`[{"id":%d,"email":%q}]`, page, found[page-1])
	})), token, time.Second)
	page, err := p.Collections().Users.Page(t.Context(), filter(providers.Filter{Emails: []string{"ann@b.example"}}), "")
	if err != nil || len(page.Items) != 3 || page.Next != "" || page.Freshness.FetchedAt.IsZero() {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestAddressWithoutEnd(t *testing.T) {
	id := 0
	p := newProvider(t, serve(t, jsonHandler(func(*url.URL) string {
		id += 2
		return fmt.Sprintf(`[{"id":%d},{"id":%d}]`, id, id+1)
	})), token, 10*time.Second)
	_, err := p.Collections().Users.Page(t.Context(), filter(providers.Filter{Emails: []string{"ann@b.example"}}), "")
	if providers.KindOf(err) != providers.Incomplete {
		t.Errorf("%v, want Truncated", err)
	}
}

// Every login of the cast is found by its address, however it was typed.
func TestEveryAddressIsFound(t *testing.T) {
	p, _ := withFake(t)
	var emails []string
	for i := range 40 {
		emails = append(emails, fmt.Sprintf("person%03d@%s.example", 60+i, []string{"acme", "globex", "initech"}[i%3]))
	}
	page, err := p.Collections().Users.Page(t.Context(), filter(providers.Filter{Emails: emails}), "")
	if err != nil || len(page.Items) != len(emails) || page.Next != "" {
		t.Fatalf("%d of %d; next %q, %v", len(page.Items), len(emails), page.Next, err)
	}
}

func TestSmallPages(t *testing.T) {
	p, fake := withFake(t)
	fake.MaxPerPage = 7
	seen := map[string]bool{}
	for token := ""; ; {
		page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Items {
			seen[a.VendorID] = true
		}
		if token = page.Next; token == "" {
			break
		}
	}
	if len(seen) < 130 {
		t.Errorf("%d accounts", len(seen))
	}
}

// The simulator hands out passwords, as the vendor may.
func TestPasswordsStayHidden(t *testing.T) {
	p, _ := withFake(t)
	attributes := 0
	for token := ""; ; {
		page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Items {
			for _, a := range u.CustomAttributes {
				if attributes++; a.Value != nil && *a.Value == activeplatformfake.Password {
					t.Errorf("%s: %s came through", u.ID, a.Name)
				}
			}
		}
		if token = page.Next; token == "" {
			break
		}
	}
	if attributes == 0 {
		t.Error("no attributes at all")
	}
}

func withFake(t *testing.T) (*activeplatform.Provider, *activeplatformfake.Fake) {
	t.Helper()
	fake := activeplatformfake.New(token)
	return newProvider(t, serve(t, fake), token, 10*time.Second), fake
}

func filter(f providers.Filter) providers.Query { return providers.Query{Filter: f} }

func order(field model.UserOrderField, descending bool) providers.Query {
	return providers.Query{Order: providers.Order{Field: field, Descending: descending}}
}

// parameters are those of a query but the token, in order.
func parameters(t *testing.T, query string) string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	values.Del("api_token")
	var all []string
	for key, list := range values {
		all = append(all, key+"="+strings.Join(list, ","))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// jsonHandler answers one request at a time.
func jsonHandler(answer func(u *url.URL) string) http.Handler {
	var one sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer(r.URL)))
	})
}
