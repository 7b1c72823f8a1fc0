package activityinfo_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activityinfo"
)

// crowd is the user list of a billing account, which is written while it is read.
type crowd struct {
	users int
	// padding is how long a field is that no one reads.
	padding int
	// cut is the number of users after which the body ends, 0 if it does not.
	cut int
	// written is called after each user.
	written func(n int)

	n    int
	rest bytes.Buffer
}

func (c *crowd) Read(p []byte) (int, error) {
	for c.rest.Len() == 0 {
		switch {
		case c.n > c.users, c.cut > 0 && c.n == c.cut:
			return 0, io.EOF
		case c.n == c.users:
			c.rest.WriteString("]")
		default:
			separator := ","
			if c.n == 0 {
				separator = "["
			}
			fmt.Fprintf(&c.rest, `%s{"userId":"ck%06d","email":"person.%d@long-enough.example.org","name":"Person Number %d","billingAccountRole":"NONE","userLicenseType":"BASIC","lastLoginTime":1.7718242E12,"billingAccountId":190780004,"padding":"%s"}`,
				separator, c.n, c.n, c.n, strings.Repeat("x", c.padding))
			if c.written != nil {
				c.written(c.n)
			}
		}
		c.n++
	}
	return c.rest.Read(p)
}

func (*crowd) Close() error { return nil }

// crowded returns a provider with one billing account, which has the users of next.
func crowded(t *testing.T, next func() *crowd) (p *activityinfo.Provider, calls *int) {
	t.Helper()
	cache, err := pagecache.Open(pagecache.Config{Fresh: time.Hour, Stale: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	calls = new(int)
	return open(t, upstream.Config{Cache: cache, Transport: transport(func(r *http.Request) *http.Response {
		body := io.ReadCloser(io.NopCloser(strings.NewReader("[]")))
		if r.URL.Path == "/resources/billingAccounts/190780004/users" {
			body = next()
			*calls++
		}
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, ContentLength: -1}
	})}, "190780004"), calls
}

type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// A user list of 9 MB is read once, however it is queried.
func TestMembers_OfALargeAccount(t *testing.T) {
	const n = 50_000
	p, calls := crowded(t, func() *crowd { return &crowd{users: n} })
	all := p.Collections()
	walked := 0
	for token := ""; ; {
		page, err := all.Memberships.Page(t.Context(), ofAccount("190780004"), token)
		if err != nil || page.Errors != nil {
			t.Fatal(err, page)
		}
		if page.Total == nil || *page.Total != n {
			t.Fatalf("the total is %v", page.Total)
		}
		for _, m := range page.Items {
			if want := fmt.Sprintf("190780004/ck%06d", walked); m.VendorID != want {
				t.Fatalf("row %d is %q, want %q", walked, m.VendorID, want)
			}
			walked++
		}
		if token = page.Next; token == "" {
			break
		}
	}
	if walked != n {
		t.Errorf("%d members, want %d", walked, n)
	}
	users := all.Users.Get(t.Context(), []string{"ck049999", "ck000000", "ck050000"})
	if len(users.Objects) != 2 || len(users.Failed) != 0 || *users.Objects["ck049999"].Email != "person.49999@long-enough.example.org" {
		t.Errorf("users %v", users)
	}
	memberships := all.Memberships.Get(t.Context(), []string{"190780004/ck049999", "190780004/ck050000"})
	if len(memberships.Objects) != 1 || len(memberships.Failed) != 0 || memberships.Objects["190780004/ck049999"].Role != "MEMBER" {
		t.Errorf("memberships %v", memberships)
	}
	page, err := all.Memberships.Page(t.Context(), ofUsers("ck025000"), "")
	if err != nil || len(page.Items) != 1 || !page.Items[0].User.LastLoginAt.Equal(time.UnixMilli(1771824200000)) {
		t.Errorf("memberships of a user: %v, %v", page, err)
	}
	if *calls != 1 {
		t.Errorf("the list was read %d times", *calls)
	}
}

// An index reads the lists past the cache, each once, in parts.
func TestMembers_UncachedInParts(t *testing.T) {
	const n = 12_000
	p, calls := crowded(t, func() *crowd { return &crowd{users: n} })
	users := p.Uncached().Users
	page, err := users.Page(t.Context(), providers.Query{}, "")
	var ids []string
	for next := page; ; {
		if err != nil || len(next.Items) > 5000 {
			t.Fatal(err, len(next.Items))
		}
		ids = append(ids, vendorIDs(next.Items)...)
		if next.Following == nil {
			break
		}
		token := next.Next
		next = next.Following()
		cached, err := p.Collections().Users.Page(t.Context(), providers.Query{}, token)
		if err != nil || !slices.Equal(vendorIDs(cached.Items), vendorIDs(next.Items)) || cached.Next != next.Next {
			t.Errorf("the page %q differs from the one that follows: %v", token, err)
		}
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != n || *calls != 2 {
		t.Errorf("%d users by %d calls", len(ids), *calls)
	}
	for _, token := range []string{"190780004.", "190780004.0", "190780004.05", "190780004.-5", "190780004.x", "190780005.5", ".5"} {
		if _, err := users.Page(t.Context(), providers.Query{}, token); providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("Page(%q) = %v", token, err)
		}
	}
	for _, token := range []string{"0", "05", "-5", "x", "5.", "190780004.5000"} {
		if _, err := p.Collections().Memberships.Page(t.Context(), ofAccount("190780004"), token); providers.KindOf(err) != providers.InvalidArgument {
			t.Errorf("Page(%q) of an account = %v", token, err)
		}
	}
}

// While 60 MB are read, memory holds the rows that came, and not the body.
func TestMembers_MemoryOfALargeBody(t *testing.T) {
	const n, padding = 3000, 20_000
	before := heap()
	p, _ := crowded(t, func() *crowd {
		return &crowd{users: n, padding: padding, written: func(i int) {
			if i%1000 == 999 {
				if grown := int(heap()) - int(before); grown > 8<<20 {
					t.Errorf("%d bytes are held after %d", grown, i*padding)
				}
			}
		}}
	})
	page, err := p.Collections().Memberships.Page(t.Context(), ofAccount("190780004"), "")
	if err != nil || len(page.Items) != n {
		t.Fatal(err, page)
	}
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// A list that ends too early is an error, and is not cached.
func TestMembers_CutShort(t *testing.T) {
	lists := []*crowd{{users: 50_000, cut: 40_000}, {users: 50_000}}
	p, calls := crowded(t, func() *crowd {
		next := lists[0]
		lists = lists[1:]
		return next
	})
	all := p.Collections()
	if page, err := all.Memberships.Page(t.Context(), ofAccount("190780004"), ""); providers.KindOf(err) != providers.BadResponse {
		t.Errorf("a list cut short is %v, %v", page, err)
	}
	users := all.Users.Get(t.Context(), []string{"ck049999"})
	if len(users.Objects) != 1 || *calls != 2 {
		t.Errorf("users %v after %d calls", users, *calls)
	}
}

// A search for an address gets no row that cannot be one of it, but all rows of its users, so that
// rows that differ are found.
func TestUsers_OnlyMatches(t *testing.T) {
	p, _ := connect(t, responses{
		"/resources/databases": `[]`,
		"/resources/billingAccounts/9/users": `[
			{"userId":"1","email":"Anna@Acme.example"},
			{"userId":"2","email":"other@acme.example"},
			{"userId":"3","email":"ånna@acme.example"},
			{"userId":"2","email":" anna@acme.example "},
			{"userId":"4"}]`,
	}, "9")
	q := providers.Query{Filter: providers.Filter{Emails: []string{"anna@acme.example"}}}
	for onlyMatches, want := range map[bool][]string{false: {"1", "2", "3", "2", "4"}, true: {"1", "2", "3", "2"}} {
		q.OnlyMatches = onlyMatches
		page, err := p.Collections().Users.Page(t.Context(), q, "")
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, u := range page.Items {
			ids = append(ids, u.VendorID)
		}
		if !slices.Equal(ids, want) || page.MayRepeat != onlyMatches || page.Total != nil {
			t.Errorf("only matches %v: users %q, may repeat %v, total %v", onlyMatches, ids, page.MayRepeat, page.Total)
		}
	}
}
