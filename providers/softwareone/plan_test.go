package softwareone_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestPlan_PushesDownFilters(t *testing.T) {
	at := func(s string) *time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return &parsed
	}
	for name, c := range map[string]struct {
		query  providers.Query
		token  string
		filter string
		order  string
		offset string
		exact  bool
		// count is the query that counts the rows, if the page does not.
		count string
	}{
		"no filter":   {order: "id", offset: "0", exact: true},
		"next page":   {token: "300", order: "id", offset: "300", exact: true},
		"by creation": {query: ordered(model.OrderByCreatedAt, true), order: "-audit.created.at,id", offset: "0", exact: true},
		"ascending":   {query: ordered(model.OrderByCreatedAt, false), order: "audit.created.at,id", offset: "0", exact: true},
		"by update": {
			query: ordered(model.OrderByUpdatedAt, true), filter: `ge(audit.updated.at,"1900-01-01T00:00:00.000Z")`,
			order: "-audit.updated.at,id", offset: "0", count: "select=audit",
		},
		"by update, without a value": {
			query: ordered(model.OrderByUpdatedAt, true), token: "1.0",
			filter: `or(eq(audit.updated.at,null()),lt(audit.updated.at,"1900-01-01T00:00:00.000Z"))`, order: "id", offset: "0",
		},
		"by update in a range": {
			query: providers.Query{
				Filter: providers.Filter{UpdatedAfter: at("2026-01-02T04:04:05Z")}, Order: providers.Order{Field: model.OrderByUpdatedAt},
			},
			filter: `gt(audit.updated.at,"2026-01-02T04:04:05.000Z")`, order: "audit.updated.at,id", offset: "0", exact: true,
		},
		"by last login": {
			query: providers.Query{
				Filter: providers.Filter{Status: []string{"BLOCKED"}}, Order: providers.Order{Field: model.OrderByLastLoginAt},
			},
			filter: `ge(lastLoginAt,"1900-01-01T00:00:00.000Z")&in(status,("Blocked"))`, order: "lastLoginAt,id", offset: "0",
			count: `in(status,("Blocked"))&select=audit`,
		},
		"last login": {
			query:  filtered(providers.Filter{LastLoginAfter: at("2026-01-02T04:04:05Z"), LastLoginBefore: at("2026-01-03T00:00:00Z")}),
			filter: `or(eq(lastLoginAt,null()),lt(lastLoginAt,"1900-01-01T00:00:00.000Z"),and(gt(lastLoginAt,"2026-01-02T04:04:05.000Z"),lt(lastLoginAt,"2026-01-03T00:00:00.000Z")))`,
			order:  "id", offset: "0",
		},
		"by e-mail address": {query: ordered(model.OrderByEmail, false), order: "id", offset: "0", exact: true},
		"by name":           {query: ordered(model.OrderByName, false), order: "id", offset: "0", exact: true},
		"name":              {query: filtered(providers.Filter{Name: "O'Brien"}), order: "id", offset: "0"},
		"domain":            {query: filtered(providers.Filter{EmailDomains: []string{"acme.example"}}), filter: `ilike(email,"*@acme.example*")`, order: "id", offset: "0"},
		"domain with accents": {
			query: filtered(providers.Filter{EmailDomains: []string{"straße.example"}}), filter: `ilike(email,"*e.example*")`, order: "id", offset: "0",
		},
		"never logged in": {
			query: filtered(providers.Filter{NeverLoggedIn: new(true)}), filter: `or(eq(lastLoginAt,null()),lt(lastLoginAt,"1900-01-01T00:00:00.000Z"))`,
			order: "id", offset: "0",
		},
		"has logged in":  {query: filtered(providers.Filter{NeverLoggedIn: new(false)}), order: "id", offset: "0"},
		"has an address": {query: filtered(providers.Filter{HasEmail: new(true)}), order: "id", offset: "0"},
		"status": {
			query: filtered(providers.Filter{Status: []string{"INVITED", "BLOCKED"}}), filter: `in(status,("New","Invited","Blocked"))`,
			order: "id", offset: "0", exact: true,
		},
		"other status": {query: filtered(providers.Filter{Status: []string{"ACTIVE", "OTHER"}}), order: "id", offset: "0"},
		"addresses": {
			query:  filtered(providers.Filter{Emails: []string{"a@b.example", "c_d@b.example"}}),
			filter: `or(ilike(email,"*a@b.example*"),ilike(email,"*c_d@b.example*"))`, order: "id", offset: "0",
		},
		"address with accents": {
			query:  filtered(providers.Filter{Emails: []string{"zoë.müller@strasse.example"}}),
			filter: `ilike(email,"*ller@strasse.example*")`, order: "id", offset: "0",
		},
		"address with ss": {
			query:  filtered(providers.Filter{Emails: []string{"hassan@strasse.example"}}),
			filter: `ilike(email,"*hassan@strasse.example*")`, order: "id", offset: "0",
		},
		"address with ß": {
			query:  filtered(providers.Filter{Emails: []string{"hassan@straße.example"}}),
			filter: `ilike(email,"*hassan@str*")`, order: "id", offset: "0",
		},
		"address without plain run": {query: filtered(providers.Filter{Emails: []string{"李@李", "a@b.example"}}), order: "id", offset: "0"},
		"created": {
			query:  filtered(providers.Filter{CreatedAfter: at("2026-01-02T04:04:05+01:00"), CreatedBefore: at("2026-01-03T00:00:00Z")}),
			filter: `gt(audit.created.at,"2026-01-02T03:04:05.000Z")&lt(audit.created.at,"2026-01-03T00:00:00.000Z")`,
			order:  "id", offset: "0", exact: true,
		},
		"between milliseconds": {
			query:  filtered(providers.Filter{UpdatedAfter: at("2026-01-02T03:04:05.0001Z"), UpdatedBefore: at("2026-01-02T03:04:05.0009Z")}),
			filter: `gt(audit.updated.at,"2026-01-02T03:04:05.000Z")&lt(audit.updated.at,"2026-01-02T03:04:05.001Z")`,
			order:  "id", offset: "0",
		},
		"year before 1": {query: filtered(providers.Filter{CreatedAfter: new(time.Time{}.AddDate(-5, 0, 0))}), order: "id", offset: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			collections, p := connect(t, rowsOf(`{"id":"USR-1"}`))
			page, err := collections.Users.Page(t.Context(), c.query, c.token)
			if err != nil && c.token == "" {
				t.Fatal(err)
			}
			want := "/users?" + strings.TrimPrefix(c.filter+"&", "&") + "select=audit&order=" + c.order + "&limit=100&offset=" + c.offset
			if got := unescaped(t, p.requests()[0]); got != want {
				t.Errorf("requested\n%s, want\n%s", got, want)
			}
			if err == nil && (page.Total != nil) != c.exact && c.token == "" {
				t.Errorf("total %v, want exact: %v", page.Total, c.exact)
			}
			if err != nil || page.Count == nil || c.token != "" {
				if c.count != "" {
					t.Error("nothing counts the rows")
				}
				return
			}
			total, err := page.Count(t.Context())
			if got := unescaped(t, p.requests()[1]); got != "/users?"+c.count+"&limit=0&offset=0" || err != nil || *total != 1 {
				t.Errorf("counted %v with\n%s, %v", total, got, err)
			}
		})
	}
}

func ordered(field model.UserOrderField, descending bool) providers.Query {
	return providers.Query{Order: providers.Order{Field: field, Descending: descending}}
}

func filtered(f providers.Filter) providers.Query { return providers.Query{Filter: f} }

func unescaped(t testing.TB, query string) string {
	t.Helper()
	plain, err := url.PathUnescape(query)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// No object has a status that does not exist at the vendor.
func TestPlan_UnknownStatusMakesNoCall(t *testing.T) {
	c, p := connect(t, rowsOf())
	page, err := c.Accounts.Page(t.Context(), filtered(providers.Filter{Status: []string{"SUSPENDED"}}), "")
	if err != nil || len(page.Items) != 0 || page.Next != "" || page.Total == nil || *page.Total != 0 || page.Freshness.FetchedAt.IsZero() {
		t.Errorf("%+v, %v", page, err)
	}
	if requests := p.requests(); len(requests) != 0 {
		t.Errorf("requests %q", requests)
	}
}

func TestPlan_SplitsManyAddresses(t *testing.T) {
	var emails []string
	for i := range 90 {
		emails = append(emails, fmt.Sprintf("%s%03d@%s.example", strings.Repeat("a", 30), i, strings.Repeat("b", 60)))
	}
	c, p := connect(t, rowsOf(`{"id":"USR-1"}`))
	next, pages := "", 0
	for {
		page, err := c.Users.Page(t.Context(), filtered(providers.Filter{Emails: emails}), next)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != nil {
			t.Error("a part of the list has a total")
		}
		if pages++; page.Next == "" {
			break
		}
		next = page.Next
	}
	sent := strings.Join(p.requests(), "")
	if pages != 2 || next != "1.0" {
		t.Errorf("%d pages, the last is %q", pages, next)
	}
	for _, email := range emails {
		if strings.Count(sent, email[:33]) != 1 {
			t.Errorf("%s is not in one request", email)
		}
	}
	for _, request := range p.requests() {
		if len(request) > 8000 {
			t.Errorf("a URL of %d bytes", len(request))
		}
	}
}
