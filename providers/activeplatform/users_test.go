package activeplatform_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
)

func TestUsers_QueryParameters(t *testing.T) {
	noon := time.Date(2016, 5, 1, 12, 0, 0, 0, time.UTC)
	const all = "page=1 per_page=100"
	for name, c := range map[string]struct {
		query providers.Query
		want  []string
	}{
		"no condition":       {providers.Query{}, []string{all}},
		"active":             {filter(providers.Filter{Status: []string{"ACTIVE"}}), []string{"filters[status]=active " + all}},
		"inactive, twice":    {filter(providers.Filter{Status: []string{"INACTIVE", "INACTIVE"}}), []string{"filters[status]=inactive " + all}},
		"active, impossible": {filter(providers.Filter{Status: []string{"ACTIVE", "DELETED"}}), []string{"filters[status]=active " + all}},
		"both":               {filter(providers.Filter{Status: []string{"ACTIVE", "INACTIVE"}}), []string{all}},
		"other":              {filter(providers.Filter{Status: []string{"OTHER"}}), []string{all}},
		"active or other":    {filter(providers.Filter{Status: []string{"ACTIVE", "OTHER"}}), []string{all}},
		"impossible":         {filter(providers.Filter{Status: []string{"INVITED", "BLOCKED"}}), nil},
		"e-mail":             {filter(providers.Filter{Emails: []string{"person060@acme.example"}}), []string{"filters[email]=person060@acme.example " + all}},
		"hostile e-mail":     {filter(providers.Filter{Emails: []string{"a&page=7#@b"}}), []string{"filters[email]=a&page=7#@b " + all}},
		"e-mail with ss":     {filter(providers.Filter{Emails: []string{"a@strasse.example"}}), []string{"filters[email]=a@strasse.example " + all}},
		"e-mail with ß":      {filter(providers.Filter{Emails: []string{"a@straße.example"}}), []string{all}},
		"e-mail, not ASCII":  {filter(providers.Filter{Emails: []string{"zoë@acme.example", "a@b.example"}}), []string{all}},
		"e-mails": {
			filter(providers.Filter{Emails: []string{"nobody@b.example", "a@b.example", "nobody@b.example"}}),
			[]string{"filters[email]=a@b.example " + all, "filters[email]=nobody@b.example " + all},
		},
		"e-mail and status": {
			filter(providers.Filter{Emails: []string{"person060@acme.example"}, Status: []string{"ACTIVE"}}),
			[]string{"filters[email]=person060@acme.example filters[status]=active " + all},
		},
		"name and dates": {filter(providers.Filter{Name: "x", CreatedAfter: &noon, UpdatedBefore: &noon}), []string{all}},
		"by creation":    {order(model.OrderByCreatedAt, false), []string{all + " sorting[field]=created_at sorting[reversed]=false"}},
		"by update":      {order(model.OrderByUpdatedAt, true), []string{all + " sorting[field]=updated_at sorting[reversed]=true"}},
		"by e-mail":      {order(model.OrderByEmail, true), []string{all}},
		"by name":        {order(model.OrderByName, true), []string{all}},
		"by status":      {order(model.OrderByStatus, false), []string{all}},
	} {
		t.Run(name, func(t *testing.T) {
			p, fake := withFake(t)
			if _, err := p.Collections().Users.Page(t.Context(), c.query, ""); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range fake.Control.Calls() {
				got = append(got, parameters(t, call.Query))
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// parameters returns the sorted parameters of a query without the token.
func parameters(t *testing.T, query string) string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	values.Del("api_token")
	var pairs []string
	for key, list := range values {
		pairs = append(pairs, key+"="+strings.Join(list, ","))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, " ")
}

func TestCollections_Sort(t *testing.T) {
	p, _ := withFake(t)
	users, accounts := p.Collections().Users.(providers.IndexedCollection[*model.User]), p.Collections().Accounts
	for field, want := range map[model.UserOrderField][2]bool{
		"":                       {},
		model.OrderByCreatedAt:   {true, true},
		model.OrderByUpdatedAt:   {true, true},
		model.OrderByEmail:       {false, false},
		model.OrderByName:        {false, false},
		model.OrderByStatus:      {false, false},
		model.OrderByLastLoginAt: {false, false},
	} {
		q := order(field, true)
		if got := [2]bool{isSorted(t, users, q), isSorted(t, accounts, q)}; got != want {
			t.Errorf("%q: users and accounts are sorted: %v, want %v", field, got, want)
		}
		if users.SupportsOrder(q) != (want[0] || field == "") {
			t.Errorf("%q: SupportsOrder is %t", field, !want[0])
		}
		q.Filter.Emails = []string{"a@b.example", "b@b.example"}
		if field != "" && (users.SupportsOrder(q) || isSorted(t, users, q)) {
			t.Errorf("%q: several addresses are sorted", field)
		}
	}
}

func isSorted[T model.Node](t *testing.T, c providers.Collection[T], q providers.Query) bool {
	t.Helper()
	page, err := c.Page(t.Context(), q, "")
	if err != nil {
		t.Fatal(err)
	}
	return page.Sorted
}

// The vendor may match parts of addresses, or compare them as they are stored: the list
// has the address that the filter does not find.
func TestUsers_EmailOnLaterPage(t *testing.T) {
	matches := []string{"xann@b.example", "joann@b.example", "Ann@b.example"}
	p := newProvider(t, serve(t, jsonHandler(func(u *url.URL) string {
		page, _ := strconv.Atoi(u.Query().Get("page"))
		if page > len(matches) {
			return "[]"
		}
		return fmt.Sprintf(`[{"id":%d,"email":%q}]`, page, matches[page-1])
	})), token, time.Second)
	q := filter(providers.Filter{Emails: []string{"ann@b.example"}})
	page, err := p.Collections().Users.Page(t.Context(), q, "")
	if err != nil || len(page.Items) != 0 || page.Next == "" || page.Freshness.FetchedAt.IsZero() {
		t.Fatalf("%+v, %v", page, err)
	}
	if all := readList(t, p.Collections().Users, q); len(all) != len(matches) {
		t.Errorf("%d users", len(all))
	}
}

func TestUsers_StoredEmails(t *testing.T) {
	for name, vary := range map[string]func(*activeplatformfake.Variation){
		"another case":            func(v *activeplatformfake.Variation) { v.ExactEmails = true },
		"spaces":                  func(v *activeplatformfake.Variation) { v.PaddedEmails = true },
		"spaces and another case": func(v *activeplatformfake.Variation) { v.PaddedEmails, v.ExactEmails = true, true },
		"as the filter has it":    func(*activeplatformfake.Variation) {},
	} {
		collection := withVariation(t, vary).Collections().Users
		found := 0
		for _, u := range readList(t, collection, filter(providers.Filter{Emails: []string{"person061@globex.example"}})) {
			if u.Email != nil && strings.EqualFold(strings.TrimSpace(*u.Email), "person061@globex.example") {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: found %d times", name, found)
		}
	}
}

// The fake returns passwords among the attributes, as the vendor may.
func TestUsers_PasswordsAreOmitted(t *testing.T) {
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
					t.Errorf("%s: attribute %s contains the password", u.ID, a.Name)
				}
			}
		}
		if token = page.Next; token == "" {
			break
		}
	}
	if attributes == 0 {
		t.Error("no attributes")
	}
}

func TestUsers_GetOfAnotherUser(t *testing.T) {
	c := fixedResponse(t, `{"id":2}`).Collections()
	users, accounts := c.Users.Get(t.Context(), []string{"1"}), c.Accounts.Get(t.Context(), []string{"1"})
	if len(users.Objects) != 0 || providers.KindOf(users.Failed["1"]) != providers.BadResponse {
		t.Errorf("users: %v", users)
	}
	if len(accounts.Objects) != 0 || providers.KindOf(accounts.Failed["1"]) != providers.BadResponse {
		t.Errorf("accounts: %v", accounts)
	}
	// The vendor reads 02 as a number.
	if users = c.Users.Get(t.Context(), []string{"02"}); len(users.Objects)+len(users.Failed) != 0 {
		t.Errorf("users, a number with a zero: %v", users)
	}
}
