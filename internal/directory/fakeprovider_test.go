package directory_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// fakeCollection is a collection in memory. The token of a page is its number, "" for
// the first.
type fakeCollection[T model.Node] struct {
	pages [][]T
	// sorts makes the collection return its pages for every order.
	sorts bool
	// ordered are the pages of a query with an order; nil means pages.
	ordered   [][]T
	mayRepeat bool
	totals    bool
	// missing is the number of rows that totals count beyond those of the pages.
	missing int
	// supportsParents allows several parents in one query.
	supportsParents bool
	// isChild selects the rows of the queried parents; nil returns all rows.
	isChild func(row T, of providers.Parent) bool
	// errs are the errors of pages, by number.
	errs map[int]error
	// gaps are the errors beside the rows of a page, and hidden the pages that hide rows,
	// by number.
	gaps   map[int][]error
	hidden map[int]bool
	// repeatsToken is the number of a page whose Next is its own token; 0 is none.
	repeatsToken int
	// partial is the number of rows of the first page if the query wants no more; 0 is none.
	// before is called before each page with its token; nil is not.
	partial int
	before  func(token string)

	// latency is how long a page takes. tellsAhead makes a page name all that follow.
	latency    time.Duration
	tellsAhead bool

	mu     sync.Mutex
	tokens []string
}

func (s *fakeCollection[T]) Get(_ context.Context, ids []string) providers.BatchResult[T] {
	found := providers.BatchResult[T]{Objects: map[string]T{}, Failed: map[string]error{}}
	for _, row := range slices.Concat(s.pages...) {
		if id := row.GlobalID().VendorID(); slices.Contains(ids, id) {
			found.Objects[id] = row
		}
	}
	for _, id := range ids {
		if id == "broken" {
			found.Failed[id] = unavailable
		}
	}
	return found
}

func (s *fakeCollection[T]) Page(_ context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	isPartial := token == "" && 0 < q.Rows && q.Rows <= s.partial
	s.mu.Lock()
	if s.tokens = append(s.tokens, token); isPartial {
		s.tokens[len(s.tokens)-1] = "partial"
	}
	s.mu.Unlock()
	if s.latency > 0 {
		<-time.After(s.latency)
	}
	if s.before != nil {
		s.before(token)
	}
	pages := s.pages
	if s.ordered != nil && q.Order.Field != "" {
		pages = s.ordered
	}
	n := 0
	if token != "" {
		var err error
		if n, err = strconv.Atoi(token); err != nil || n >= len(pages) {
			return nil, &providers.Error{Kind: providers.InvalidArgument}
		}
	}
	if err := s.errs[n]; err != nil {
		return nil, err
	}
	page := &providers.Page[T]{
		MayRepeat: s.mayRepeat, Freshness: model.Freshness{FetchedAt: firstFetch.Add(time.Duration(-n) * time.Hour)},
		Errors: s.gaps[n], Hidden: s.hidden[n], Sorted: s.sorts && q.Order.Field != "",
	}
	if n < len(pages) {
		page.Items = pages[n]
	}
	if s.isChild != nil {
		page.Items = slices.DeleteFunc(slices.Clone(page.Items), func(row T) bool { return !s.isChild(row, q.Parent) })
	}
	if n+1 < len(pages) {
		page.Next = strconv.Itoa(n + 1)
	}
	for next := n + 1; s.tellsAhead && next < len(pages); next++ {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: strconv.Itoa(next)})
	}
	if s.repeatsToken > 0 && n == s.repeatsToken {
		page.Next = token
	}
	if s.totals {
		total := len(slices.Concat(pages...)) + s.missing
		page.Total = &total
	}
	if isPartial && s.partial < len(page.Items) {
		page.Items, page.Partial, page.Next, page.Ahead = page.Items[:s.partial], true, "0", nil
	}
	return page, nil
}

func (s *fakeCollection[T]) SupportsParents(string) bool { return s.supportsParents }

// calls returns the number of calls of Page.
func (s *fakeCollection[T]) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens)
}

var (
	firstFetch  = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	unavailable = &providers.Error{Kind: providers.Unavailable}
)

// fakeProvider is a provider in memory.
type fakeProvider struct {
	connection  *model.Provider
	collections providers.Collections
}

func (p fakeProvider) Connection() *model.Provider            { return p.connection }
func (p fakeProvider) Status() model.ProviderStatus           { return model.ProviderUp }
func (p fakeProvider) Invalidate(context.Context, []model.ID) {}
func (p fakeProvider) Check(context.Context) error            { return nil }
func (p fakeProvider) Collections() providers.Collections     { return p.collections }

// WithCredential returns a provider whose name ends with the token.
func (p fakeProvider) WithCredential(token providers.Secret) providers.Provider {
	return fakeProvider{connection(p.connection.Name + "/" + token.Reveal()), p.collections}
}

func connection(name string) *model.Provider {
	return &model.Provider{Name: name, Vendor: model.SoftwareOne}
}

// withUsers returns a directory of providers with the names a, b, c and so on.
func withUsers(collections ...*fakeCollection[*model.User]) *directory.Directory {
	var all []providers.Provider
	for i, s := range collections {
		all = append(all, fakeProvider{connection(string(rune('a' + i))), providers.Collections{Users: s}})
	}
	return directory.New(all...)
}

func users(c providers.Collections) providers.Collection[*model.User] { return c.Users }

// user returns a user of a provider. An empty name is null.
func user(provider, id, name string) *model.User {
	u := &model.User{Entity: model.NewEntity(connection(provider), model.TypeUser, id)}
	if name != "" {
		u.Name = &name
	}
	return u
}

// usersNamed returns users whose ids are their names.
func usersNamed(provider string, names ...string) []*model.User {
	var all []*model.User
	for _, name := range names {
		all = append(all, user(provider, name, name))
	}
	return all
}

// ids returns the rows of a listing as provider and vendor id.
func ids[T model.Node](l directory.Listing[T]) []string {
	all := []string{}
	for _, e := range l.Edges {
		all = append(all, e.Node.GlobalID().Provider()+":"+e.Node.GlobalID().VendorID())
	}
	return all
}

// kinds returns the kinds of errors.
func kinds(errs []error) []providers.Kind {
	var all []providers.Kind
	for _, err := range errs {
		all = append(all, providers.KindOf(err))
	}
	return all
}

func read(t *testing.T, d *directory.Directory, l directory.List, w directory.Window) directory.Listing[*model.User] {
	t.Helper()
	return directory.Read(t.Context(), d, users, l, w)
}

// windowAfter returns the window after the last row of a listing, as a client requests
// it.
func windowAfter[T model.Node](t *testing.T, l directory.List, before directory.Listing[T], first int) directory.Window {
	t.Helper()
	c, err := model.ParseCursor(*before.PageInfo.EndCursor(), before.PageInfo.Last.List)
	if err != nil {
		t.Fatal(err)
	}
	return directory.Window{First: first, After: &c, More: true}
}
