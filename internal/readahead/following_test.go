package readahead_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// parted is a vendor of two lists, "a" and "b", of which one response holds three pages.
type parted struct {
	mu    sync.Mutex
	calls []string
}

func (v *parted) read(_ context.Context, token string) (*providers.Page[string], error) {
	<-time.After(time.Second)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, token)
	if token == "" {
		token = "a"
	}
	return v.page(token, 0), nil
}

func (v *parted) page(list string, part int) *providers.Page[string] {
	page := &providers.Page[string]{Items: []string{fmt.Sprint(list, part)}}
	if part < 2 {
		page.Next = fmt.Sprint(list, part+1)
		page.Ahead = []providers.Ahead{{Token: page.Next}}
		page.Following = func() *providers.Page[string] { return v.page(list, part+1) }
	}
	if list == "a" {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: "b"})
	}
	if page.Next == "" && list == "a" {
		page.Next = "b"
	}
	return page
}

// Pages that a response held are not read, and further lists are read meanwhile.
func TestReader_FollowingPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := new(parted)
		start := time.Now()
		r := readahead.New(t.Context(), 8, v.read)
		defer r.Stop()
		var items []string
		for token, wanted := "", math.MaxInt; ; {
			page, err := r.Page(token, wanted)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, page.Items...)
			if token = page.Next; token == "" {
				break
			}
		}
		if !slices.Equal(items, []string{"a0", "a1", "a2", "b0", "b1", "b2"}) || !slices.Equal(v.calls, []string{"", "b"}) || time.Since(start) != 2*time.Second {
			t.Errorf("pages %q by the calls %q in %v", items, v.calls, time.Since(start))
		}
		// A page that does not follow is read.
		if page, err := r.Page("b", 1); err != nil || page.Items[0] != "b0" || len(v.calls) != 3 {
			t.Errorf("%v, %v, calls %q", page, err, v.calls)
		}
	})
}

// The first page of a further list, which is read early, is kept until the long list before
// it has ended.
func TestReader_KeepsFirstPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const long = 50
		further := []providers.Ahead{{Token: "further"}}
		var mu sync.Mutex
		calls := map[string]int{}
		r := readahead.New(t.Context(), 2, func(_ context.Context, token string) (*providers.Page[string], error) {
			mu.Lock()
			calls[token]++
			mu.Unlock()
			<-time.After(time.Second)
			page := &providers.Page[string]{}
			if token == "further" {
				return page, nil
			}
			number := 1
			if token != "" {
				_, _ = fmt.Sscan(token, &number)
			}
			for n := number + 1; n <= long; n++ {
				page.Ahead = append(page.Ahead, providers.Ahead{Token: fmt.Sprint(n)})
			}
			page.Ahead = append(page.Ahead, further...)
			page.Next = page.Ahead[0].Token
			return page, nil
		})
		defer r.Stop()
		r.SetFirstPages(func(context.Context) []providers.Ahead { return further })
		for token := ""; ; {
			page, err := r.Page(token, math.MaxInt)
			if err != nil {
				t.Fatal(err)
			}
			if token = page.Next; token == "" {
				break
			}
		}
		if calls["further"] != 1 || len(calls) != long+1 {
			t.Errorf("calls %v", calls)
		}
	})
}
