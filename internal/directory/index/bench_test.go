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

// BenchmarkIndex builds indexes, and reports their bytes a row as Stats tells them and as
// the heap grows.
func BenchmarkIndex(b *testing.B) {
	for _, n := range []int{1e5, 1e6} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			v := newVendor(typicalUsers(n)...)
			v.large = 1000
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
				b.ReportMetric(float64(bytes)/float64(n), "bytes/row")
				b.ReportMetric(float64(grown)/float64(n), "heapbytes/row")
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
