package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/providers"
)

// vendor is a provider in memory. Its lists have pages, no filter and no order, and it has
// no call for one user.
type vendor struct {
	providers.Provider
	connection *model.Provider
	// latency is how long a page takes.
	latency time.Duration
	// large is the number of rows of a page.
	large int

	mu    sync.Mutex
	users []*model.User
	// memberships are those of the list of all; elsewhere are those of tenants that it lacks.
	// Where hasMembers is set, the users are those of the list.
	memberships, elsewhere []*model.Membership
	hasMembers             bool
	version                uint64
	snapshots              providers.Snapshots
	// fail returns the error of a page; nil for none.
	fail func(token string) error
	// claimsOrders makes it claim to sort until it is asked to.
	claimsOrders bool
	// gap is an error beside the rows of the first page.
	gap error
	// read are the tokens of the pages that were read.
	read []string
	// tellsPages is set to name the pages that follow.
	tellsPages bool
	// inFlight is the number of pages that are being read, and most its maximum.
	inFlight, most int
}

func newVendor(users ...*model.User) *vendor {
	v := &vendor{connection: &model.Provider{Name: "one"}, users: users, large: 10}
	for _, u := range users {
		u.Provider = v.connection
	}
	return v
}

func (v *vendor) Connection() *model.Provider { return v.connection }

func (v *vendor) Collections() providers.Collections {
	if !v.hasMembers {
		return providers.Collections{Users: vendorUsers{v}}
	}
	return providers.Collections{Users: vendorUsers{v}, Memberships: vendorMemberships{v}}
}

func (v *vendor) Uncached() providers.Collections { return v.Collections() }

func (v *vendor) Version() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.version
}

func (v *vendor) Snapshots() providers.Snapshots { return v.snapshots }

func (v *vendor) Invalidate(context.Context, []model.ID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.version++
}

// set changes the vendor.
func (v *vendor) set(change func(v *vendor)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change(v)
}

// pages returns how many pages were read since the last call.
func (v *vendor) pages() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := len(v.read)
	v.read = nil
	return n
}

type vendorUsers struct{ *vendor }

func (v vendorUsers) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	if q.Order.Field != "" {
		v.set(func(v *vendor) { v.claimsOrders = false })
	}
	if v.hasMembers {
		page, err := vendorMemberships(v).Page(ctx, providers.Query{}, token)
		if err != nil {
			return nil, err
		}
		return providers.UsersOf(page), nil
	}
	return pageOf(ctx, v.vendor, func() []*model.User { return v.users }, token)
}

// pageOf returns a page of a list of the vendor.
func pageOf[T model.Node](ctx context.Context, v *vendor, list func() []T, token string) (*providers.Page[T], error) {
	v.set(func(v *vendor) {
		v.inFlight++
		v.most = max(v.most, v.inFlight)
	})
	defer v.set(func(v *vendor) { v.inFlight-- })
	if v.latency > 0 {
		select {
		case <-time.After(v.latency):
		case <-ctx.Done():
			return nil, &providers.Error{Kind: providers.Canceled}
		}
	}
	return pageAt(v, list, token)
}

func pageAt[T model.Node](v *vendor, list func() []T, token string) (*providers.Page[T], error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.read = append(v.read, token)
	if v.fail != nil {
		if err := v.fail(token); err != nil {
			return nil, err
		}
	}
	n, _ := strconv.Atoi(token)
	rows := list()
	page := &providers.Page[T]{Freshness: model.Freshness{FetchedAt: time.Now()}, MayRepeat: true}
	page.Items = slices.Clone(rows[min(n, len(rows)):min(n+v.large, len(rows))])
	if n+v.large < len(rows) {
		page.Next = strconv.Itoa(n + v.large)
	}
	for at := n + v.large; v.tellsPages && at < len(rows); at += v.large {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: strconv.Itoa(at)})
	}
	if token == "" && v.gap != nil {
		page.Errors = []error{v.gap}
	}
	return page, nil
}

// Get reads the whole list.
func (v vendorUsers) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	result := providers.BatchResult[*model.User]{Objects: map[string]*model.User{}, Failed: map[string]error{}}
	for token := ""; ; {
		page, err := v.Page(ctx, providers.Query{}, token)
		if err != nil {
			for _, id := range ids {
				result.Failed[id] = err
			}
			return result
		}
		for _, u := range page.Items {
			if slices.Contains(ids, u.VendorID) {
				result.Objects[u.VendorID] = u
			}
		}
		if token = page.Next; token == "" {
			return result
		}
	}
}

func (vendorUsers) SupportsFilter(q providers.Query) bool {
	return q.Filter.Emails == nil && q.Filter.Name == "" && q.Filter.EmailDomains == nil && q.Filter.HasEmail == nil && q.Filter.Status == nil && q.Filter.CreatedAfter == nil && q.Filter.UpdatedBefore == nil
}
func (v vendorUsers) SupportsOrder(q providers.Query) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return q.Order.Field == "" || v.claimsOrders
}
func (vendorUsers) SupportsGet() bool           { return false }
func (vendorUsers) SupportsParents(string) bool { return false }

func selectUsers(c providers.Collections) providers.Collection[*model.User] { return c.Users }

// users returns users with the numbers from 0.
func users(n int) []*model.User {
	all := make([]*model.User, n)
	for i := range all {
		all[i] = user(i)
	}
	return all
}

func user(i int) *model.User {
	id := strconv.Itoa(i)
	return &model.User{
		Entity: model.Entity{ID: model.NewID("one", model.TypeUser, id), VendorID: id},
		Email:  new(fmt.Sprintf("Person%d@example.com", i)), Name: new(fmt.Sprintf("Person %d", i)), Status: model.UserActive,
		CustomAttributes: []*model.CustomAttribute{},
	}
}

// randomUsers returns users some of whom have no values, or the values of others.
func randomUsers(r *rand.Rand, n int) []*model.User {
	words := []string{"Łukasz", "lukasz", "ÄGIR", "ägir", "straße", "STRASSE", "", "ς", "zoe", "Zoe"}
	at := func() *time.Time {
		if r.IntN(3) == 0 {
			return nil
		}
		return new(time.Date(2020+r.IntN(3), 1, 1+r.IntN(3), 0, 0, 0, r.IntN(2)*7, time.UTC))
	}
	text := func() *string {
		if r.IntN(5) == 0 {
			return nil
		}
		return new(words[r.IntN(len(words))] + strconv.Itoa(r.IntN(20)))
	}
	all := users(n)
	for i, u := range all {
		u.Name, u.FirstName, u.CreatedAt, u.UpdatedAt, u.LastLoginAt = text(), text(), at(), at(), at()
		if u.Email = text(); u.Email != nil {
			*u.Email += "@example.com"
			u.Login = u.Email
		}
		u.Status = []model.UserStatus{model.UserActive, model.UserBlocked, model.UserOther}[r.IntN(3)]
		if r.IntN(4) == 0 {
			u.Phone = &model.Phone{Prefix: new("1")}
		}
		if i > 0 && r.IntN(10) == 0 {
			all[i] = all[r.IntN(i)] // a list may repeat rows
		}
	}
	return all
}

var options = index.Options{Fresh: 10 * time.Minute, Stale: time.Hour}

// indexed returns a directory whose provider has an index.
func indexed(t *testing.T, v *vendor, o index.Options) (*directory.Directory, *index.Provider) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	p := index.Wrap(ctx, v, o)
	return directory.New(p), p.(*index.Provider)
}

// read reads one window of a list of users.
func read(t *testing.T, d *directory.Directory, q providers.Query, first int, after *model.Cursor) directory.Listing[*model.User] {
	t.Helper()
	return readOf(t, d, selectUsers, q, first, after)
}

func readOf[T model.Node](t *testing.T, d *directory.Directory, sel directory.Selector[T], q providers.Query, first int, after *model.Cursor) directory.Listing[T] {
	t.Helper()
	return directory.Read(t.Context(), d, sel, directory.List{Kind: "rows", Query: q}, directory.Window{First: first, After: after, More: true, Total: true})
}

// walk reads a list of users to its end, and returns the ids and the total.
func walk(t *testing.T, d *directory.Directory, q providers.Query, first int) (ids []string, total *int) {
	t.Helper()
	rows, total := walkOf(t, d, selectUsers, q, first)
	return vendorIDs(rows), total
}

// walkOf reads a list to its end, and returns the rows and the total.
func walkOf[T model.Node](t *testing.T, d *directory.Directory, sel directory.Selector[T], q providers.Query, first int) (rows []T, total *int) {
	t.Helper()
	listing := readOf(t, d, sel, q, first, nil)
	rows = listing.Nodes()
	if !isWhole(t, q, listing) {
		rows = append(rows, rowsAfter(t, d, sel, q, first, listing.PageInfo.Last)...)
	}
	return rows, listing.TotalCount
}

// walkAfter returns the ids of the users after a cursor.
func walkAfter(t *testing.T, d *directory.Directory, q providers.Query, first int, last *model.Cursor) []string {
	t.Helper()
	return vendorIDs(rowsAfter(t, d, selectUsers, q, first, last))
}

// rowsAfter returns the rows after a cursor.
func rowsAfter[T model.Node](t *testing.T, d *directory.Directory, sel directory.Selector[T], q providers.Query, first int, last *model.Cursor) (rows []T) {
	t.Helper()
	for {
		after, err := model.ParseCursor(last.Encode(), last.List)
		if err != nil {
			t.Fatal(err)
		}
		listing := readOf(t, d, sel, q, first, &after)
		rows = append(rows, listing.Nodes()...)
		if isWhole(t, q, listing) {
			return rows
		}
		last = listing.PageInfo.Last
	}
}

func vendorIDs(users []*model.User) (ids []string) {
	for _, u := range users {
		ids = append(ids, u.VendorID)
	}
	return ids
}

// isWhole reports whether a listing ends its list, of which it may lack nothing.
func isWhole[T model.Node](t *testing.T, q providers.Query, l directory.Listing[T]) bool {
	t.Helper()
	if len(l.Errors) > 0 || !l.Complete {
		t.Fatalf("%+v: complete %t, %v", q, l.Complete, l.Errors)
	}
	return !l.PageInfo.HasNextPage
}
