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

// shelf is a collection in memory. Its pages have their numbers as tokens, "" for
// the first.
type shelf[T model.Node] struct {
	pages   [][]T
	sorts   bool
	repeats bool
	totals  bool
	// joins allows several parents; only keeps the rows of those that are asked for.
	joins bool
	only  func(row T, of providers.Parent) bool
	// fails are the errors of pages, by number.
	fails map[int]error
	// stuck is a page behind which the vendor offers it again.
	stuck int

	mu    sync.Mutex
	asked []string
}

func (s *shelf[T]) Get(_ context.Context, ids []string) providers.BatchResult[T] {
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

func (s *shelf[T]) Page(_ context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	s.mu.Lock()
	s.asked = append(s.asked, token)
	s.mu.Unlock()
	n := 0
	if token != "" {
		var err error
		if n, err = strconv.Atoi(token); err != nil || n >= len(s.pages) {
			return nil, &providers.Error{Kind: providers.InvalidArgument}
		}
	}
	if err := s.fails[n]; err != nil {
		return nil, err
	}
	page := &providers.Page[T]{MayRepeat: s.repeats, Freshness: model.Freshness{FetchedAt: dawn.Add(time.Duration(-n) * time.Hour)}}
	if n < len(s.pages) {
		page.Items = s.pages[n]
	}
	if s.only != nil {
		page.Items = slices.DeleteFunc(slices.Clone(page.Items), func(row T) bool { return !s.only(row, q.Parent) })
	}
	if n+1 < len(s.pages) {
		page.Next = strconv.Itoa(n + 1)
	}
	if s.stuck > 0 && n == s.stuck {
		page.Next = token
	}
	if s.totals {
		total := len(slices.Concat(s.pages...))
		page.Total = &total
	}
	return page, nil
}

func (s *shelf[T]) SupportsOrder(providers.Query) bool { return s.sorts }
func (s *shelf[T]) SupportsParents(string) bool        { return s.joins }

// calls is how often a page was asked for.
func (s *shelf[T]) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

var (
	dawn        = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	unavailable = &providers.Error{Kind: providers.Unavailable}
)

// vendor is a provider in memory.
type vendor struct {
	info        *model.Provider
	collections providers.Collections
}

func (v vendor) Connection() *model.Provider            { return v.info }
func (v vendor) Status() model.ProviderStatus           { return model.ProviderUp }
func (v vendor) Invalidate(context.Context, []model.ID) {}
func (v vendor) Check(context.Context) error            { return nil }
func (v vendor) Collections() providers.Collections     { return v.collections }

// WithCredential is a vendor whose name tells the token.
func (v vendor) WithCredential(token providers.Secret) providers.Provider {
	return vendor{called(v.info.Name + "/" + token.Reveal()), v.collections}
}

// called is a provider with this name, and what users it has.
func called(name string) *model.Provider { return &model.Provider{Name: name} }

// withUsers is a directory of providers that are called a, b, c and so on.
func withUsers(shelves ...*shelf[*model.User]) *directory.Directory {
	var all []providers.Provider
	for i, s := range shelves {
		all = append(all, vendor{called(string(rune('a' + i))), providers.Collections{Users: s}})
	}
	return directory.New(all...)
}

func users(c providers.Collections) providers.Collection[*model.User] { return c.Users }

// user is a user of provider with an id, and a name unless that is "".
func user(provider, id, name string) *model.User {
	u := &model.User{Entity: model.NewEntity(called(provider), model.TypeUser, id)}
	if name != "" {
		u.Name = &name
	}
	return u
}

// named makes users of names; their ids are their names.
func named(provider string, names ...string) []*model.User {
	var all []*model.User
	for _, name := range names {
		all = append(all, user(provider, name, name))
	}
	return all
}

// ids are the rows of a listing, as provider and vendor id.
func ids[T model.Node](l directory.Listing[T]) []string {
	all := []string{}
	for _, e := range l.Edges {
		all = append(all, e.Node.GlobalID().Provider()+":"+e.Node.GlobalID().VendorID())
	}
	return all
}

// kinds are the kinds of a listing's errors.
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

// behind is the window behind the last row of another, as it travels through a
// client.
func behind[T model.Node](t *testing.T, l directory.List, before directory.Listing[T], first int) directory.Window {
	t.Helper()
	c, err := model.ParseCursor(*before.PageInfo.EndCursor(), l.ID())
	if err != nil {
		t.Fatal(err)
	}
	return directory.Window{First: first, After: &c, More: true}
}
