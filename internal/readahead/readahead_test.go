package readahead_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// vendor has a list of pages, of which each takes a second. The item of a page is its
// number, from 1.
type vendor struct {
	pages int
	// counted is set if the vendor tells the number of pages.
	counted bool
	// first are the numbers of pages at which further lists begin.
	first []int
	// ends is the number of the page that turns out to be the last one, 0 if none does.
	ends int
	// errs are the errors of pages.
	errs map[int]error

	mu              sync.Mutex
	tokens          []string
	began           map[int]time.Duration
	current, limit  int
	start           time.Time
	canceled, ended int
}

func (v *vendor) read(ctx context.Context, token string) (*providers.Page[int], error) {
	v.mu.Lock()
	v.tokens = append(v.tokens, token)
	n := number(token)
	if v.began == nil {
		v.began = map[int]time.Duration{}
	}
	v.began[n] = time.Since(v.start)
	v.current++
	v.limit = max(v.limit, v.current)
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		v.current--
		v.ended++
		v.mu.Unlock()
	}()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		v.mu.Lock()
		v.canceled++
		v.mu.Unlock()
		return nil, &providers.Error{Kind: providers.Canceled}
	}
	if err := v.errs[n]; err != nil {
		return nil, err
	}
	page := v.page(n, strings.HasSuffix(token, "."))
	if strings.HasSuffix(token, ".") {
		page.At = func(token string) *providers.Page[int] { return v.page(number(token), false) }
	}
	return page, nil
}

// page returns a page. Complete tokens are a number with the number of the page before,
// "4.3", and the number alone of the first page of a list.
func (v *vendor) page(n int, incomplete bool) *providers.Page[int] {
	page := &providers.Page[int]{}
	if n <= v.pages {
		page.Items = []int{n}
	}
	if n >= v.pages || n == v.ends || incomplete {
		return page
	}
	last := min(n+providers.MaxGuesses, v.pages+20)
	if v.counted {
		last = v.pages
	}
	for m := n + 1; m <= last; m++ {
		i := slices.IndexFunc(v.first, func(first int) bool { return first > n })
		switch {
		case slices.Contains(v.first, m):
			page.Ahead = append(page.Ahead, providers.Ahead{Token: strconv.Itoa(m)})
		case i < 0 || m < v.first[i]:
			page.Ahead = append(page.Ahead, providers.Ahead{Token: fmt.Sprintf("%d.", m), Guess: !v.counted})
		}
	}
	page.Next = fmt.Sprintf("%d.%d", n+1, n)
	if slices.Contains(v.first, n+1) {
		page.Next = strconv.Itoa(n + 1)
	}
	return page
}

func number(token string) int {
	before, _, _ := strings.Cut(token, ".")
	n, _ := strconv.Atoi(before)
	return max(n, 1)
}

// walk reads the list to its end, or to the given number of pages, and wants so many.
func (v *vendor) walk(t *testing.T, concurrent, pages, wanted int) ([]int, time.Duration, error) {
	t.Helper()
	v.start = time.Now()
	r := readahead.New(t.Context(), concurrent, v.read)
	defer r.Stop()
	var items []int
	for token := ""; ; {
		page, err := r.Page(token, wanted)
		if err != nil {
			return items, time.Since(v.start), err
		}
		items = append(items, page.Items...)
		if wanted != math.MaxInt {
			wanted--
		}
		if token = page.Next; token == "" || len(items) == pages {
			return items, time.Since(v.start), nil
		}
	}
}

// The time is the number of calls one after the other.
func TestReader_Windows(t *testing.T) {
	for name, c := range map[string]struct {
		vendor             *vendor
		concurrent         int
		pages, wanted      int
		calls, chain, read int
	}{
		"one page":                     {&vendor{pages: 1}, 8, 100, math.MaxInt, 1, 1, 1},
		"two pages":                    {&vendor{pages: 2}, 8, 100, math.MaxInt, 3, 2, 2},
		"three pages":                  {&vendor{pages: 3}, 8, 100, math.MaxInt, 3, 2, 3},
		"windows of 2, 4 and 8":        {&vendor{pages: 15}, 8, 100, math.MaxInt, 15, 4, 15},
		"windows do not exceed 8":      {&vendor{pages: 31}, 8, 100, math.MaxInt, 31, 6, 31},
		"one window too many at most":  {&vendor{pages: 16}, 8, 100, math.MaxInt, 23, 5, 16},
		"with a total":                 {&vendor{pages: 9, counted: true}, 8, 100, math.MaxInt, 9, 2, 9},
		"with a total, bounded":        {&vendor{pages: 9, counted: true}, 4, 100, math.MaxInt, 9, 3, 9},
		"one at a time":                {&vendor{pages: 9, counted: true}, 1, 100, math.MaxInt, 9, 9, 9},
		"one page is wanted":           {&vendor{pages: 9, counted: true}, 8, 1, 1, 1, 1, 1},
		"three pages are wanted":       {&vendor{pages: 9, counted: true}, 8, 3, 3, 3, 2, 3},
		"three of guesses are wanted":  {&vendor{pages: 9}, 8, 3, 3, 3, 2, 3},
		"more than wanted":             {&vendor{pages: 9, counted: true}, 8, 100, 3, 9, 8, 9},
		"lists of three pages":         {&vendor{pages: 9, counted: true, first: []int{4, 7}}, 8, 100, math.MaxInt, 9, 3, 9},
		"lists without a total":        {&vendor{pages: 9, first: []int{4, 7}}, 8, 100, math.MaxInt, 9, 4, 9},
		"a list that ends too early":   {&vendor{pages: 9, counted: true, ends: 4}, 8, 100, math.MaxInt, 9, 2, 4},
		"a guessed list without pages": {&vendor{pages: 1, ends: 1}, 8, 100, math.MaxInt, 1, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				items, took, err := c.vendor.walk(t, c.concurrent, c.pages, c.wanted)
				want := make([]int, c.read)
				for i := range want {
					want[i] = i + 1
				}
				if err != nil || !slices.Equal(items, want) {
					t.Errorf("pages %v, %v", items, err)
				}
				if n := len(c.vendor.tokens); n != c.calls || took != time.Duration(c.chain)*time.Second {
					t.Errorf("%d calls %q in %v, want %d in %ds", n, c.vendor.tokens, took, c.calls, c.chain)
				}
				if c.vendor.limit > c.concurrent {
					t.Errorf("%d calls at a time, want %d at most", c.vendor.limit, c.concurrent)
				}
			})
		})
	}
}

// lists are several lists of two pages of a vendor.
type lists struct {
	count int
	mu    sync.Mutex
	calls map[string]int
}

// firstPages returns the first pages of the lists from this one on.
func (l *lists) firstPages(from int) (pages []providers.Ahead) {
	for i := from; i <= l.count; i++ {
		pages = append(pages, providers.Ahead{Token: fmt.Sprint(i, "/1")})
	}
	return pages
}

func (l *lists) read(_ context.Context, token string) (*providers.Page[string], error) {
	<-time.After(time.Second)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[token]++
	list, number := 1, 1
	if token != "" {
		if _, err := fmt.Sscanf(token, "%d/%d", &list, &number); err != nil {
			return nil, err
		}
	}
	page := &providers.Page[string]{Items: []string{fmt.Sprint(list, "/", number)}}
	if number == 1 {
		page.Ahead = append(page.Ahead, providers.Ahead{Token: fmt.Sprint(list, "/2")})
	}
	page.Ahead = append(page.Ahead, l.firstPages(list+1)...)
	if len(page.Ahead) > 0 {
		page.Next = page.Ahead[0].Token
	}
	return page, nil
}

// Several lists take as long as one of them. A reader that wants one page reads one.
func TestReader_SeveralLists(t *testing.T) {
	for wanted, want := range map[int]struct {
		took  time.Duration
		calls int
	}{1: {time.Second, 1}, math.MaxInt: {2 * time.Second, 6}} {
		synctest.Test(t, func(t *testing.T) {
			l := &lists{count: 3, calls: map[string]int{}}
			r := readahead.New(t.Context(), 8, l.read)
			defer r.Stop()
			r.SetFirstPages(func(context.Context) []providers.Ahead { return l.firstPages(2) })
			start := time.Now()
			var ids []string
			for token := ""; ; {
				page, err := r.Page(token, wanted)
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, page.Items[0])
				if token = page.Next; token == "" || wanted == 1 {
					break
				}
			}
			if all := []string{"1/1", "1/2", "2/1", "2/2", "3/1", "3/2"}; !slices.Equal(ids, all[:want.calls]) {
				t.Errorf("pages %q", ids)
			}
			if took := time.Since(start); took != want.took || len(l.calls) != want.calls {
				t.Errorf("%v, %v of %v, want %+v", took, l.calls, wanted, want)
			}
		})
	}
}

// A reader whose user is slow does not hold the whole list.
func TestReader_HoldsFewPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{pages: 1000, counted: true, start: time.Now()}
		r := readahead.New(t.Context(), 4, v.read)
		defer r.Stop()
		page, err := r.Page("", math.MaxInt)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if n := v.calls(); n > 1+4*4 {
			t.Errorf("%d pages were read although one was returned", n)
		}
		for page.Next != "" {
			if page, err = r.Page(page.Next, math.MaxInt); err != nil {
				t.Fatal(err)
			}
		}
		if n := v.calls(); n != v.pages || v.limit != 4 {
			t.Errorf("%d calls, %d at a time; want %d, 4 at a time", n, v.limit, v.pages)
		}
	})
}

// calls returns the number of calls that began.
func (v *vendor) calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.tokens)
}

// A page that cannot be read ends the list there, whatever has been read behind it.
func TestReader_Error(t *testing.T) {
	for _, counted := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			broken := errors.New("broken")
			v := &vendor{pages: 60, counted: counted, errs: map[int]error{5: broken}}
			items, _, err := v.walk(t, 4, 100, math.MaxInt)
			if !errors.Is(err, broken) || !slices.Equal(items, []int{1, 2, 3, 4}) {
				t.Errorf("pages %v, %v", items, err)
			}
			if n := len(v.tokens); n > 9 {
				t.Errorf("%d calls, although page 5 fails", n)
			}
		})
	}
}

// The error of a guessed page behind the end is no error of the list.
func TestReader_ErrorBehindEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{pages: 4, errs: map[int]error{5: errors.New("no such page"), 6: errors.New("no such page")}}
		if items, _, err := v.walk(t, 8, 100, math.MaxInt); err != nil || len(items) != 4 {
			t.Errorf("pages %v, %v", items, err)
		}
	})
}

func TestReader_StopCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{pages: 30, counted: true}
		r := readahead.New(t.Context(), 8, v.read)
		if _, err := r.Page("", math.MaxInt); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.Stop()
		if len(v.tokens) != 9 || v.canceled != 8 || v.ended != 9 {
			t.Errorf("%d calls, %d canceled, %d ended when Stop returns", len(v.tokens), v.canceled, v.ended)
		}
	})
}

func TestReader_ContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{pages: 30, counted: true}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		r := readahead.New(ctx, 8, v.read)
		defer r.Stop()
		first, err := r.Page("", math.MaxInt)
		if err != nil {
			t.Fatal(err)
		}
		if page, err := r.Page(first.Next, math.MaxInt); providers.KindOf(err) != providers.Canceled || len(v.tokens) != 9 {
			t.Errorf("%v, %v after %d calls", page, err, len(v.tokens))
		}
	})
}

// A reader that goes back reads as if nothing had been read.
func TestReader_AnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{pages: 5, counted: true}
		r := readahead.New(t.Context(), 8, v.read)
		defer r.Stop()
		for _, token := range []string{"4.3", "", "2.1", "5.4"} {
			page, err := r.Page(token, 1)
			if err != nil || !slices.Equal(page.Items, []int{number(token)}) {
				t.Errorf("%q: %v, %v", token, page, err)
			}
		}
		if !slices.Equal(v.tokens, []string{"4.3", "", "2.1", "5.4"}) {
			t.Errorf("calls %q", v.tokens)
		}
	})
}

// A page that the response of another one held follows that page only.
func TestReader_FollowingOfAnotherPage(t *testing.T) {
	part := func(n int) *providers.Page[int] { return &providers.Page[int]{Items: []int{n}} }
	read := func(_ context.Context, token string) (*providers.Page[int], error) {
		page := part(number(token))
		page.Next = strconv.Itoa(number(token)+1) + "." + strconv.Itoa(number(token))
		page.Ahead = []providers.Ahead{{Token: page.Next}}
		page.Following = func() *providers.Page[int] { return part(number(page.Next)) }
		return page, nil
	}
	r := readahead.New(t.Context(), 8, read)
	defer r.Stop()
	for _, token := range []string{"4.3", "", "2.1", "7.6", "9.8"} {
		if page, err := r.Page(token, 1); err != nil || !slices.Equal(page.Items, []int{number(token)}) {
			t.Errorf("%q: %v, %v", token, page.Items, err)
		}
	}
}
