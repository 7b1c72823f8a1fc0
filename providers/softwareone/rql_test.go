package softwareone_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

// parsed is an RQL expression: a name with arguments, a list, or a value.
type parsed struct {
	name string
	args []parsed
}

// rqlParser parses the part of RQL that the client may send.
type rqlParser struct{ text string }

// skip skips the prefix and reports whether it was there.
func (r *rqlParser) skip(prefix string) bool {
	rest, ok := strings.CutPrefix(r.text, prefix)
	r.text = rest
	return ok
}

func (r *rqlParser) expression(t *testing.T) parsed {
	t.Helper()
	for _, quote := range []string{`"`, `'`} {
		if value, ok := strings.CutPrefix(r.text, quote); ok {
			value, rest, closed := strings.Cut(value, quote)
			if !closed {
				t.Fatalf("no closing quote in %q", r.text)
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
	if !r.skip("(") {
		return e
	}
	for {
		e.args = append(e.args, r.expression(t))
		if r.skip(")") {
			return e
		}
		if !r.skip(",") {
			t.Fatalf("no comma before %q", r.text)
		}
	}
}

// filterOf parses the only condition of a request and checks the other
// parameters. ok is false without a condition.
func filterOf(t *testing.T, request, selects, order string) (e parsed, ok bool) {
	t.Helper()
	_, query, _ := strings.Cut(request, "?")
	rest, found := strings.CutSuffix(query, "select="+selects+order+"&limit=100&offset=0")
	if !found {
		t.Fatalf("requested %q", request)
	}
	if rest == "" {
		return parsed{}, false
	}
	raw := strings.TrimSuffix(rest, "&")
	if strings.ContainsAny(raw, "&=;|+ ") {
		t.Fatalf("unescaped separators in %q", raw)
	}
	r := &rqlParser{unescaped(t, raw)}
	e = r.expression(t)
	if r.text != "" {
		t.Fatalf("%q after the expression", r.text)
	}
	return e, true
}

// FuzzRQL checks that no value changes the structure of a query.
func FuzzRQL(f *testing.F) {
	f.Add("USR-1000-0001\nUSR-2", "O'Brien", "anna@acme.example")
	f.Add("A\"),eq(name,\"x\nA'B\nA\"B'C\n\\\n*", `"),not(x`, `a"@b`)
	f.Add("A&select=-*\nA%22\nA\x00\nA\u0085", "*&limit=0", "Straße\\*")
	f.Fuzz(func(t *testing.T, ids, name, email string) {
		collections, p := connect(t, rowsOf())
		wanted := strings.Split(ids, "\n")
		collections.Users.Get(t.Context(), wanted)
		var requested []string
		for _, request := range p.requests() {
			if segment, ok := strings.CutPrefix(strings.TrimSuffix(request, "?select=audit"), "/users/"); ok {
				if id := unescaped(t, segment); !slices.Contains(wanted, id) || !strings.Contains(id, `"`) || !strings.Contains(id, "'") || strings.Contains(segment, "/") {
					t.Errorf("requested %q", request)
				}
				continue
			}
			e, ok := filterOf(t, request, "audit", "")
			if !ok || e.name != "in" || len(e.args) != 2 || e.args[0].name != "id" || e.args[1].name != "" || len(e.args[1].args) > 100 {
				t.Fatalf("requested %q", request)
			}
			for _, value := range e.args[1].args {
				if value.args != nil || !slices.Contains(wanted, value.name[1:]) || slices.Contains(requested, value.name[1:]) {
					t.Errorf("requested %q", value)
				}
				requested = append(requested, value.name[1:])
			}
		}
		for _, id := range wanted {
			if isVendorID(id) && !slices.Contains(requested, id) {
				t.Errorf("%q was not requested", id)
			}
		}

		collections, p = connect(t, rowsOf())
		if _, err := collections.Accounts.Page(t.Context(), filtered(providers.Filter{Name: name}), ""); err != nil {
			t.Fatal(err)
		}
		if e, ok := filterOf(t, p.requests()[0], "audit", "&order=id"); ok {
			checkPattern(t, e, "name", name, "*")
		}

		collections, p = connect(t, rowsOf())
		if _, err := collections.Users.Page(t.Context(), filtered(providers.Filter{Emails: []string{email, "a@b.example"}}), ""); err != nil {
			t.Fatal(err)
		}
		if e, ok := filterOf(t, p.requests()[0], "audit", "&order=id"); ok {
			if e.name != "or" || len(e.args) != 2 {
				t.Fatalf("requested %v", e)
			}
			checkPattern(t, e.args[0], "email", email, "")
			checkPattern(t, e.args[1], "email", "a@b.example", "")
		}
	})
}

// isVendorID reports whether an id has the form of the platform's.
func isVendorID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// checkPattern checks that an expression matches a part of the text, and the
// whole text where no stars are around it.
func checkPattern(t *testing.T, e parsed, property, text, star string) {
	t.Helper()
	if e.name != "ilike" || len(e.args) != 2 || e.args[0].name != property || e.args[1].args != nil {
		t.Fatalf("requested %v", e)
	}
	value := e.args[1].name[1:]
	bare := strings.TrimSuffix(strings.TrimPrefix(value, "*"), "*")
	if strings.ContainsAny(bare, `*\"`) || !strings.Contains(text, bare) {
		t.Errorf("the pattern for %[2]q is %[1]q", value, text)
	}
	if star == "*" && value != "*"+bare+"*" || value == bare && bare != text {
		t.Errorf("the pattern for the whole of %[2]q is %[1]q", value, text)
	}
}
