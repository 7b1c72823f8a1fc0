package index_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/providers"
)

// typicalUsers returns users as long as real ones, with UUIDs.
func typicalUsers(n int) []*model.User {
	all := users(n)
	at := time.Date(2024, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	for i, u := range all {
		u.VendorID = fmt.Sprintf("aa93db37-b1e7-4d00-8000-%012d", i)
		u.ID = model.NewID("one", model.TypeUser, u.VendorID)
		u.FirstName, u.LastName = new("Alexandra"), new(fmt.Sprintf("Kowalska%d", i))
		u.Name = new(*u.FirstName + " " + *u.LastName)
		u.Email = new(fmt.Sprintf("alexandra.kowalska%d@example.com", i))
		u.Login, u.VendorStatus = u.Email, new("active")
		created, login := at.Add(time.Duration(i)*time.Minute), at.Add(time.Duration(i)*time.Second)
		u.CreatedAt, u.UpdatedAt, u.LastLoginAt = &created, &created, &login
	}
	return all
}

// BenchmarkIndex builds indexes, and reports their bytes a user as Stats tells them and as
// the heap grows: without memberships, and with one membership a user.
func BenchmarkIndex(b *testing.B) {
	for _, size := range []struct {
		users      int
		hasMembers bool
	}{{1e5, false}, {1e5, true}, {1e6, false}} {
		n := size.users
		b.Run(fmt.Sprintf("%d/members=%t", n, size.hasMembers), func(b *testing.B) {
			v := newVendor(typicalUsers(n)...)
			v.large = 1000
			if v.hasMembers = size.hasMembers; v.hasMembers {
				for _, u := range v.users {
					m := membership("aa93db37-b1e7-4d00-8000-000000000000", u)
					m.VendorRole, m.License, m.JoinedAt = new("member"), new(model.LicenseFull), u.CreatedAt
					v.memberships = append(v.memberships, m)
				}
			}
			for b.Loop() {
				before := heap()
				ctx, cancel := context.WithCancel(context.Background())
				p := index.Wrap(ctx, v, options)
				read := func(q providers.Query) time.Duration {
					start := time.Now()
					l := directory.Read(ctx, directory.New(p), selectUsers, directory.List{Query: q}, directory.Window{First: 100})
					if len(l.Errors) > 0 {
						b.Fatal(l.Errors)
					}
					return time.Since(start)
				}
				build := read(byEmail("alexandra.kowalska5@example.com"))
				lookup := read(byEmail("alexandra.kowalska5@example.com"))
				bytes := p.(*index.Provider).Stats().Bytes
				v.pages()
				grown := heap() - before
				sort := read(providers.Query{Order: providers.Order{Field: model.OrderByEmail}})
				filter := read(providers.Query{Filter: providers.Filter{Name: "Kowalska77"}})
				b.ReportMetric(float64(bytes)/float64(n), "bytes/user")
				b.ReportMetric(float64(grown)/float64(n), "heapbytes/user")
				b.ReportMetric(build.Seconds()*1000, "ms/build")
				b.ReportMetric(float64(lookup.Microseconds()), "µs/lookup")
				b.ReportMetric(sort.Seconds()*1000, "ms/sort")
				b.ReportMetric(filter.Seconds()*1000, "ms/filter")
				cancel()
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
