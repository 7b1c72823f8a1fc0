package providertest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// lists checks that two reads of a list return the same rows and tokens.
func (s suite) lists(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	for _, l := range s.listsOf(p) {
		t.Run(l.name, func(t *testing.T) {
			first := l.read(t, p, l.query)
			if len(first.nodes) == 0 {
				t.Fatal("the list is empty; the fake or the Subject lacks data")
			}
			if first.total != nil && *first.total != len(first.nodes) {
				t.Errorf("Total is %d, the list has %d rows", *first.total, len(first.nodes))
			}
			second := l.read(t, p, l.query)
			if !slices.Equal(second.keys(), first.keys()) {
				t.Errorf("%d rows, the second time %d or another order", len(first.nodes), len(second.nodes))
			}
			if !slices.Equal(second.tokens, first.tokens) {
				t.Errorf("tokens %q, the second time %q", first.tokens, second.tokens)
			}
			l.checkPartial(t, p, first)
		})
	}
}

// checkPartial checks the first page of a query that wants one row, and that the list goes on
// behind it. all are the rows of the list.
func (l list) checkPartial(t *testing.T, p providers.Provider, all rows) {
	t.Helper()
	q := l.query
	q.Rows = 1
	page, err := l.page(t.Context(), q, "")
	if err != nil {
		t.Fatal(err)
	}
	if page.Partial && (len(page.Items) == 0 || len(page.Items) >= len(all.nodes) || page.Next == "") {
		t.Errorf("the first page with Rows is Partial: %d rows of %d, Next is %q", len(page.Items), len(all.nodes), page.Next)
	}
	if page.Total != nil && (all.total == nil || *page.Total != *all.total) {
		t.Errorf("the Total with Rows is %d, which differs from that without", *page.Total)
	}
	if got := l.read(t, p, q); !slices.Equal(got.keys(), all.keys()) {
		t.Errorf("%d rows, with Rows %d or another order", len(all.nodes), len(got.nodes))
	}
}

// filters checks that a filter does not exclude rows that match. Other rows are
// allowed.
func (s suite) filters(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	users := p.Collections().Users
	if users == nil {
		return
	}
	l := list{add(nil, model.TypeUser, users)[0], model.TypeUser, providers.Query{}}
	all := l.read(t, p, l.query)
	var dates []time.Time
	for _, node := range all.nodes {
		if u := node.(*model.User); u.CreatedAt != nil {
			dates = append(dates, *u.CreatedAt)
		}
	}
	slices.SortFunc(dates, time.Time.Compare)
	sample := all.nodes[len(all.nodes)/2].(*model.User)
	cases := map[string]providers.Filter{
		"unknown e-mail":    {Emails: []string{"nobody@nowhere.example"}},
		"impossible status": {Status: []string{string(model.UserInvitationExpired)}},
		"other status":      {Status: []string{string(model.UserOther)}},
		"active":            {Status: []string{string(model.UserActive)}},
		"two statuses":      {Status: []string{string(model.UserActive), string(model.UserInactive)}},
		"with e-mail":       {HasEmail: new(true)},
		"without e-mail":    {HasEmail: new(bool)},
		"hostile e-mail":    {Emails: []string{`"),eq(id,"&filters[status]=inactive#`}},
		"hostile name":      {Name: `*"),or(eq(id,"x`},
	}
	if emails := addresses(all); len(emails) > 0 {
		cases["one e-mail"] = providers.Filter{Emails: emails[:1]}
		cases["several e-mails"] = providers.Filter{Emails: emails[:min(3, len(emails))]}
		cases["e-mail domain"] = providers.Filter{EmailDomains: []string{emails[0][strings.Index(emails[0], "@")+1:]}}
		cases["e-mail and status"] = providers.Filter{Emails: emails[:1], Status: []string{string(model.UserActive)}}
	}
	if sample.Name != nil {
		cases["name"] = providers.Filter{Name: *sample.Name}
		cases["name in upper case"] = providers.Filter{Name: strings.ToUpper(*sample.Name)}
	}
	for _, node := range all.nodes {
		if u := node.(*model.User); u.Name != nil && bare(*u.Name) != strings.ToLower(*u.Name) {
			cases["name without accents"] = providers.Filter{Name: bare(*u.Name)}
			break
		}
	}
	if len(dates) > 0 {
		cases["created after"] = providers.Filter{CreatedAfter: &dates[len(dates)/2]}
		cases["created before"] = providers.Filter{CreatedBefore: &dates[len(dates)/2]}
		cases["created between"] = providers.Filter{CreatedAfter: &dates[len(dates)/3], CreatedBefore: &dates[2*len(dates)/3]}
	}
	never, login := true, time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC)
	if p.Connection().Vendor.TellsLogins() {
		cases["never logged in"] = providers.Filter{NeverLoggedIn: &never}
		cases["logged in"] = providers.Filter{NeverLoggedIn: new(bool)}
		cases["last login after"] = providers.Filter{LastLoginAfter: &login}
		cases["last login before"] = providers.Filter{LastLoginBefore: &login}
	}
	for name, filter := range cases {
		t.Run(name, func(t *testing.T) {
			got := l.read(t, p, providers.Query{Filter: filter})
			matching := 0
			for _, node := range all.nodes {
				if !matches(filter, node.(*model.User)) {
					continue
				}
				matching++
				if !slices.Contains(got.keys(), node.GlobalID()) {
					t.Errorf("%s matches but is missing", node.GlobalID())
				}
			}
			if got.total != nil && *got.total != matching {
				t.Errorf("Total is %d, %d rows match; Total must be nil unless the whole filter is applied", *got.total, matching)
			}
		})
	}
}

// addresses returns the normalized ASCII addresses. Normalizing others takes more than
// lower case.
func addresses(r rows) []string {
	var emails []string
	for _, node := range r.nodes {
		email := node.(*model.User).Email
		if email != nil && !strings.ContainsFunc(*email, func(r rune) bool { return r > '~' }) {
			emails = append(emails, strings.ToLower(*email))
		}
	}
	return emails
}

// matches reports whether a user must be in the list. It excludes the limits of a range,
// so the suite accepts open and closed ranges.
func matches(f providers.Filter, u *model.User) bool {
	return (f.Emails == nil || u.Email != nil && slices.Contains(f.Emails, strings.ToLower(*u.Email))) &&
		(f.Status == nil || slices.Contains(f.Status, string(u.Status))) &&
		(f.EmailDomains == nil || u.Email != nil && strings.HasSuffix(strings.ToLower(*u.Email), "@"+f.EmailDomains[0])) &&
		(f.HasEmail == nil || *f.HasEmail == (u.Email != nil)) &&
		(f.Name == "" || u.Name != nil && strings.Contains(bare(*u.Name), bare(f.Name))) &&
		(f.NeverLoggedIn == nil || *f.NeverLoggedIn == (u.LastLoginAt == nil)) &&
		(f.LastLoginAfter == nil || u.LastLoginAt != nil && u.LastLoginAt.After(*f.LastLoginAfter)) &&
		(f.LastLoginBefore == nil || u.LastLoginAt != nil && u.LastLoginAt.Before(*f.LastLoginBefore)) &&
		(f.CreatedAfter == nil || u.CreatedAt != nil && u.CreatedAt.After(*f.CreatedAfter)) &&
		(f.CreatedBefore == nil || u.CreatedAt != nil && u.CreatedAt.Before(*f.CreatedBefore))
}

// bare returns a text in lower case, with plain letters for the accented ones of the
// simulators' people.
func bare(s string) string {
	return strings.NewReplacer(
		"é", "e", "ë", "e", "ł", "l", "ø", "o", "å", "a", "â", "a", "ễ", "e", "ö", "o", "ü", "u", "ş", "s", "š", "s", "á", "a", "í", "i", "đ", "d", "ặ", "a",
	).Replace(strings.ToLower(s))
}

// orders checks the orders that a vendor supports. Text is compared in lower case.
func (s suite) orders(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	users := p.Collections().Users
	if users == nil {
		return
	}
	l := list{add(nil, model.TypeUser, users)[0], model.TypeUser, providers.Query{}}
	all := l.read(t, p, l.query)
	indexed, isIndexed := users.(providers.IndexedCollection[*model.User])
	if isIndexed && !indexed.SupportsOrder(providers.Query{}) {
		t.Error("SupportsOrder is false for the vendor's own order")
	}
	for field, value := range sortable {
		for _, descending := range []bool{false, true} {
			q := providers.Query{Order: providers.Order{Field: field, Descending: descending}}
			got := l.read(t, p, q)
			if len(got.nodes) != len(all.nodes) {
				t.Errorf("by %s: %d rows, want %d", field, len(got.nodes), len(all.nodes))
			}
			if isIndexed && got.sorted != indexed.SupportsOrder(q) {
				t.Errorf("by %s: Sorted is %t, SupportsOrder %t", field, got.sorted, !got.sorted)
			}
			if !got.sorted {
				if !slices.Equal(got.keys(), all.keys()) {
					t.Errorf("by %s: neither in this order nor in that of the list", field)
				}
				continue
			}
			previous := ""
			for _, node := range got.nodes {
				next := value(node.(*model.User))
				if previous != "" && next != "" && next != previous && (previous > next) != descending {
					t.Errorf("by %s, descending %t: %q comes before %q", field, descending, previous, next)
				}
				if next != "" {
					previous = next
				}
			}
		}
	}
}

// sortable returns the value of a user by which a field sorts.
var sortable = map[model.UserOrderField]func(*model.User) string{
	model.OrderByEmail:       func(u *model.User) string { return lower(u.Email) },
	model.OrderByName:        func(u *model.User) string { return lower(u.Name) },
	model.OrderByCreatedAt:   func(u *model.User) string { return instant(u.CreatedAt) },
	model.OrderByUpdatedAt:   func(u *model.User) string { return instant(u.UpdatedAt) },
	model.OrderByLastLoginAt: func(u *model.User) string { return instant(u.LastLoginAt) },
}

func lower(s *string) string {
	if s == nil {
		return ""
	}
	return strings.ToLower(*s)
}

func instant(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000000000")
}

// tokens checks that invalid page tokens fail without a call.
func (s suite) tokens(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	for _, l := range s.listsOf(p) {
		for _, token := range []string{
			"no such token", "\x00", "-7", "../../x", "99999999999999999999999999", "1&page=2", strings.Repeat("9", 300),
		} {
			p.control.Reset()
			page, err := l.page(t.Context(), l.query, token)
			if providers.KindOf(err) != providers.InvalidArgument || page != nil {
				t.Errorf("%s: Page(%.20q) = %v, %v; want no page and InvalidArgument", l.name, token, page, err)
			}
			if n := len(p.control.Calls()); n != 0 {
				t.Errorf("%s: Page(%.20q) made %d calls", l.name, token, n)
			}
		}
	}
}
