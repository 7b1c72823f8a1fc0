package softwareone_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestQueries(t *testing.T) {
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
	}{
		"everything":  {order: "id", offset: "0", exact: true},
		"later":       {token: "300", order: "id", offset: "300", exact: true},
		"by creation": {query: ordered(model.OrderByCreatedAt, true), order: "-audit.created.at,id", offset: "0", exact: true},
		"oldest":      {query: ordered(model.OrderByCreatedAt, false), order: "audit.created.at,id", offset: "0", exact: true},
		"by name":     {query: ordered(model.OrderByName, false), order: "id", offset: "0", exact: true},
		"name":        {query: filtered(providers.Filter{Name: "O'Brien"}), filter: `ilike(name,"*O'Brien*")`, order: "id", offset: "0", exact: true},
		"name in quotes": {
			query: filtered(providers.Filter{Name: `"Ace" Stone`}), filter: `ilike(name,"*Stone*")`, order: "id", offset: "0",
		},
		"name with star":  {query: filtered(providers.Filter{Name: "Star*"}), filter: `ilike(name,"*Star*")`, order: "id", offset: "0"},
		"only a star":     {query: filtered(providers.Filter{Name: "*"}), order: "id", offset: "0"},
		"accents":         {query: filtered(providers.Filter{Name: "Müller"}), filter: `ilike(name,"*ller*")`, order: "id", offset: "0"},
		"accent behind":   {query: filtered(providers.Filter{Name: "Zoe\u0308"}), filter: `ilike(name,"*Zo*")`, order: "id", offset: "0"},
		"a letter of two": {query: filtered(providers.Filter{Name: "WEISS"}), filter: `ilike(name,"*WEI*")`, order: "id", offset: "0"},
		"another script":  {query: filtered(providers.Filter{Name: "小龍"}), order: "id", offset: "0"},
		"status": {
			query: filtered(providers.Filter{Status: []string{"INVITED", "BLOCKED"}}), filter: `in(status,("New","Invited","Blocked"))`,
			order: "id", offset: "0", exact: true,
		},
		"other status": {query: filtered(providers.Filter{Status: []string{"ACTIVE", "OTHER"}}), order: "id", offset: "0"},
		"addresses": {
			query:  filtered(providers.Filter{Emails: []string{"a@b.example", "c_d@b.example"}}),
			filter: `or(ilike(email,"a@b.example"),ilike(email,"c_d@b.example"))`, order: "id", offset: "0", exact: true,
		},
		"address with accents": {
			query:  filtered(providers.Filter{Emails: []string{"zoë.müller@strasse.example"}}),
			filter: `ilike(email,"*ller@strasse.example*")`, order: "id", offset: "0",
		},
		"address with ss": {
			query:  filtered(providers.Filter{Emails: []string{"hassan@strasse.example"}}),
			filter: `ilike(email,"hassan@strasse.example")`, order: "id", offset: "0", exact: true,
		},
		"address with ß": {
			query:  filtered(providers.Filter{Emails: []string{"hassan@straße.example"}}),
			filter: `ilike(email,"*hassan@str*")`, order: "id", offset: "0",
		},
		"address of nothing plain": {query: filtered(providers.Filter{Emails: []string{"李@李", "a@b.example"}}), order: "id", offset: "0"},
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
		"before there were years": {query: filtered(providers.Filter{CreatedAfter: new(time.Time{}.AddDate(-5, 0, 0))}), order: "id", offset: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			collections, p := connect(t, rowsOf(`{"id":"USR-1"}`))
			page, err := collections.Users.Page(t.Context(), c.query, c.token)
			if err != nil && c.token == "" {
				t.Fatal(err)
			}
			want := "/users?" + strings.TrimPrefix(c.filter+"&", "&") + "select=audit&order=" + c.order + "&limit=100&offset=" + c.offset
			if got := unescaped(t, p.asked()[0]); got != want {
				t.Errorf("asked\n%s, want\n%s", got, want)
			}
			if err == nil && (page.Total != nil) != c.exact && c.token == "" {
				t.Errorf("total %v, exact should be %v", page.Total, c.exact)
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

// A status that the vendor has no word for is nobody's.
func TestStatusOfOthers(t *testing.T) {
	c, p := connect(t, rowsOf())
	page, err := c.Accounts.Page(t.Context(), filtered(providers.Filter{Status: []string{"SUSPENDED"}}), "")
	if err != nil || len(page.Items) != 0 || page.Next != "" || page.Total == nil || *page.Total != 0 || page.Freshness.FetchedAt.IsZero() {
		t.Errorf("%+v, %v", page, err)
	}
	if asks := p.asked(); len(asks) != 0 {
		t.Errorf("asked %q", asks)
	}
}

func TestManyAddresses(t *testing.T) {
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
			t.Error("a total of one part of the list")
		}
		if pages++; page.Next == "" {
			break
		}
		next = page.Next
	}
	asked := strings.Join(p.asked(), "")
	if pages != 2 || next != "1.0" {
		t.Errorf("%d pages, the last is %q", pages, next)
	}
	for _, email := range emails {
		if strings.Count(asked, email[:33]) != 1 {
			t.Errorf("%s was not asked for once", email)
		}
	}
	for _, ask := range p.asked() {
		if len(ask) > 8000 {
			t.Errorf("a URL of %d bytes", len(ask))
		}
	}
}

// parsed is an RQL expression: a name with arguments, a list, or a value.
type parsed struct {
	name string
	args []parsed
}

// rql is a parser for what the client may send, and nothing else.
type rql struct{ text string }

func (r *rql) take(prefix string) bool {
	rest, ok := strings.CutPrefix(r.text, prefix)
	r.text = rest
	return ok
}

func (r *rql) expression(t *testing.T) parsed {
	t.Helper()
	for _, quote := range []string{`"`, `'`} {
		if value, ok := strings.CutPrefix(r.text, quote); ok {
			value, rest, closed := strings.Cut(value, quote)
			if !closed {
				t.Fatalf("an open quote before %q", r.text)
			}
			r.text = rest
			return parsed{name: quote + value}
		}
	}
	end := strings.IndexFunc(r.text, func(c rune) bool {
		return c != '.' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
	if end < 0 {
		end = len(r.text)
	}
	e := parsed{name: r.text[:end]}
	r.text = r.text[end:]
	if !r.take("(") {
		return e
	}
	for {
		e.args = append(e.args, r.expression(t))
		if r.take(")") {
			return e
		}
		if !r.take(",") {
			t.Fatalf("no comma before %q", r.text)
		}
	}
}

// filterOf parses the only condition of a request and checks all else.
func filterOf(t *testing.T, ask, selects, order string) (e parsed, ok bool) {
	t.Helper()
	_, query, _ := strings.Cut(ask, "?")
	rest, found := strings.CutSuffix(query, "select="+selects+order+"&limit=100&offset=0")
	if !found {
		t.Fatalf("asked %q", ask)
	}
	if rest == "" {
		return parsed{}, false
	}
	raw := strings.TrimSuffix(rest, "&")
	if strings.ContainsAny(raw, "&=;|+ ") {
		t.Fatalf("characters that split a query in %q", raw)
	}
	r := &rql{unescaped(t, raw)}
	e = r.expression(t)
	if r.text != "" {
		t.Fatalf("%q behind the expression", r.text)
	}
	return e, true
}

func FuzzRQL(f *testing.F) {
	f.Add("USR-1000-0001\nUSR-2", "O'Brien", "anna@acme.example")
	f.Add("A\"),eq(name,\"x\nA'B\nA\"B'C\n\\\n*", `"),not(x`, `a"@b`)
	f.Add("A&select=-*\nA%22\nA\x00\nA\u0085", "*&limit=0", "Straße\\*")
	f.Fuzz(func(t *testing.T, ids, name, email string) {
		collections, p := connect(t, rowsOf())
		wanted := strings.Split(ids, "\n")
		collections.Users.Get(t.Context(), wanted)
		var asked []string
		for _, ask := range p.asked() {
			e, ok := filterOf(t, ask, "audit", "")
			if !ok || e.name != "in" || len(e.args) != 2 || e.args[0].name != "id" || e.args[1].name != "" || len(e.args[1].args) > 100 {
				t.Fatalf("asked %q", ask)
			}
			for _, value := range e.args[1].args {
				if value.args != nil || !slices.Contains(wanted, value.name[1:]) || slices.Contains(asked, value.name[1:]) {
					t.Errorf("asked for %q", value)
				}
				asked = append(asked, value.name[1:])
			}
		}
		for _, id := range wanted {
			if usual(id) && !slices.Contains(asked, id) {
				t.Errorf("%q was not asked for", id)
			}
		}

		collections, p = connect(t, rowsOf())
		if _, err := collections.Accounts.Page(t.Context(), filtered(providers.Filter{Name: name}), ""); err != nil {
			t.Fatal(err)
		}
		if e, ok := filterOf(t, p.asked()[0], "audit", "&order=id"); ok {
			pattern(t, e, "name", name, "*")
		}

		collections, p = connect(t, rowsOf())
		if _, err := collections.Users.Page(t.Context(), filtered(providers.Filter{Emails: []string{email, "a@b.example"}}), ""); err != nil {
			t.Fatal(err)
		}
		if e, ok := filterOf(t, p.asked()[0], "audit", "&order=id"); ok {
			if e.name != "or" || len(e.args) != 2 {
				t.Fatalf("asked for %v", e)
			}
			pattern(t, e.args[0], "email", email, "")
			pattern(t, e.args[1], "email", "a@b.example", "")
		}
	})
}

// usual reports whether an id could be the platform's.
func usual(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// pattern checks that an expression looks for a part of the text: all of it where
// there are no stars around it.
func pattern(t *testing.T, e parsed, property, text, star string) {
	t.Helper()
	if e.name != "ilike" || len(e.args) != 2 || e.args[0].name != property || e.args[1].args != nil {
		t.Fatalf("asked for %v", e)
	}
	value := e.args[1].name[1:]
	bare := strings.TrimSuffix(strings.TrimPrefix(value, "*"), "*")
	if strings.ContainsAny(bare, `*\"`) || !strings.Contains(text, bare) {
		t.Errorf("looks for %q in %q", value, text)
	}
	if star == "*" && value != "*"+bare+"*" || value == bare && bare != text {
		t.Errorf("looks for %q as all of %q", value, text)
	}
}
