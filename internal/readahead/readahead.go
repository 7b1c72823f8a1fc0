// Package readahead reads the pages of one list in their order, and several of them at
// the same time.
package readahead

import (
	"context"
	"sync"

	"github.com/accountgraph/accountgraph/providers"
)

// Concurrent is the number of pages that one Reader reads at a time unless its user has
// a reason for another one. The provider bounds the calls of all readers together; this
// bound leaves places for readers that come later.
const Concurrent = 8

// maxUnread bounds the pages that a Reader holds before they are requested, in multiples of
// those that it reads at a time.
const maxUnread = 4

// firstWindow is the number of guessed pages that are read together at first. Each window
// has twice as many as the one before, up to providers.MaxGuesses.
const firstWindow = 2

// Reader reads one list. Its methods are for one goroutine.
type Reader[T any] struct {
	ctx        context.Context
	cancel     context.CancelFunc
	read       func(ctx context.Context, token string) (*providers.Page[T], error)
	concurrent int
	// firstPages is that of SetFirstPages, or nil; unordered is set while the first pages
	// of lists are read together with the first page of all, which tells what follows it.
	firstPages func(ctx context.Context) []providers.Ahead
	goroutines sync.WaitGroup

	// mu protects what follows.
	mu sync.Mutex
	// ahead are the pages after the one that was returned last.
	ahead []providers.Ahead
	// following returns the page after the one that was returned last, without a call; nil
	// where that page has to be read.
	following func() *providers.Page[T]
	// calls are those for pages that were not returned, by the token of their Ahead.
	calls     map[string]*call[T]
	running   int
	unordered bool
	// pages is the number of pages of ahead that are wanted.
	pages int
	// window is the size of the latest window, and guesses the number of its pages that
	// have not been requested.
	window, guesses int
}

// call reads one page.
type call[T any] struct {
	cancel context.CancelFunc
	// done is closed when page and err are set.
	done chan struct{}
	page *providers.Page[T]
	err  error
}

// New returns a reader of the list whose pages read returns, which is called concurrently,
// but for at most so many pages at a time. Its calls end with ctx, and when Stop is called.
func New[T any](ctx context.Context, concurrent int, read func(ctx context.Context, token string) (*providers.Page[T], error)) *Reader[T] {
	ctx, cancel := context.WithCancel(ctx)
	return &Reader[T]{ctx: ctx, cancel: cancel, read: read, concurrent: concurrent, calls: map[string]*call[T]{}}
}

// SetFirstPages makes the reader read the first pages of several lists, as
// MultiList.FirstPages returns them, together with the page of the token "", where more than
// one page is wanted. It is called before Page; nil has no effect.
func (r *Reader[T]) SetFirstPages(firstPages func(ctx context.Context) []providers.Ahead) {
	r.firstPages = firstPages
}

// Page returns the page with a token: "" for the first page, or Next of the page before.
// Any other token is read as if nothing had been read. wanted is the number of pages that
// the caller will need as far as it knows, with this one; math.MaxInt is all. So many are
// read at the same time as soon as their tokens are known, but at most a few times as many
// as calls are made at a time, and guessed ones in windows of 2, 4 and then 8, when the
// first page of the window is requested. A page that the response of the one before held is
// not read. The error is that of the page; the pages behind it are dropped.
func (r *Reader[T]) Page(token string, wanted int) (*providers.Page[T], error) {
	r.mu.Lock()
	if len(r.ahead) == 0 || !r.ahead[0].Is(token) {
		r.ahead, r.following = []providers.Ahead{{Token: token}}, nil
	}
	r.pages = max(wanted, 1)
	next, following := r.ahead[0], r.following
	r.following = nil
	if following != nil && next.Token == token {
		r.mu.Unlock()
		page := following()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.advance(page, wanted)
		return page, nil
	}
	c, started := r.calls[next.Token], false
	if c == nil {
		c, started = r.start(next.Token, token), true
	}
	if started && token == "" && wanted > 1 && r.firstPages != nil {
		r.startLists(c)
	}
	switch {
	case !next.Guess:
		r.window = 0
	case started:
		r.window = min(max(2*r.window, firstWindow), providers.MaxGuesses)
		r.guesses = r.window - 1
	}
	r.fill()
	r.guesses = 0
	r.mu.Unlock()

	<-c.done
	page, err := c.page, c.err
	if err == nil && page.At != nil {
		if page = page.At(token); page == nil {
			page, err = r.read(r.ctx, token)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unordered = false
	delete(r.calls, next.Token)
	if err != nil {
		r.drop()
		return nil, err
	}
	r.advance(page, wanted)
	return page, nil
}

// Begin begins to read the page with a token that Page will return next, and returns at once.
func (r *Reader[T]) Begin(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead, r.following, r.pages = []providers.Ahead{{Token: token}}, nil, 1
	r.fill()
}

// advance begins to read what follows a page.
func (r *Reader[T]) advance(page *providers.Page[T], wanted int) {
	r.ahead, r.pages, r.following = page.Ahead, wanted-1, page.Following
	if len(r.ahead) == 0 && page.Next != "" {
		r.ahead = []providers.Ahead{{Token: page.Next, Guess: true}}
	}
	r.fill()
}

// Stop cancels the calls for pages that were not returned, and waits for their end.
func (r *Reader[T]) Stop() {
	r.cancel()
	r.goroutines.Wait()
}

// start begins to read a page. key is the token of its Ahead, and token the complete one
// if it is known.
func (r *Reader[T]) start(key, token string) *call[T] {
	ctx, cancel := context.WithCancel(r.ctx)
	if ctx.Value(contextKey{}) != nil {
		ctx = context.WithoutCancel(ctx)
	}
	c := &call[T]{cancel: cancel, done: make(chan struct{})}
	r.calls[key] = c
	r.running++
	r.goroutines.Go(func() {
		defer cancel()
		page, err := r.read(ctx, token)
		r.mu.Lock()
		defer r.mu.Unlock()
		c.page, c.err = page, err
		close(c.done)
		r.running--
		r.fill()
	})
	return c
}

// startLists begins to read the first pages of further lists while first, the first page
// of all, is read.
func (r *Reader[T]) startLists(first *call[T]) {
	r.goroutines.Go(func() {
		lists := r.firstPages(r.ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.ahead) == 1 && r.calls[r.ahead[0].Token] == first && !first.ended() {
			r.ahead, r.unordered = append(r.ahead, lists...), true
			r.fill()
		}
	})
}

// fill starts calls for wanted pages, none after a page that could not be read, and
// cancels those for pages that do not follow any more.
func (r *Reader[T]) fill() {
	following := make(map[string]bool, len(r.calls))
	failed := false
	rest := r.ahead
	if r.following != nil && len(rest) > 0 {
		rest = rest[1:]
	}
	for i := 0; len(rest) > 0 && i < r.pages; i++ {
		next := rest[0]
		rest = rest[1:]
		c := r.calls[next.Token]
		if c == nil {
			if failed || i >= maxUnread*r.concurrent || r.running >= r.concurrent || next.Guess && r.guesses == 0 || r.ctx.Err() != nil {
				continue
			}
			if next.Guess {
				r.guesses--
			}
			c = r.start(next.Token, next.Token)
		}
		if i > 0 && !next.Guess {
			r.guesses = 0 // a window is of one list
		}
		following[next.Token] = true
		switch {
		case !c.ended():
		case c.err != nil:
			failed = true
		case len(c.page.Ahead) > 0 && !r.unordered:
			rest = c.page.Ahead
			if c.page.Following != nil {
				rest = rest[1:]
			}
		}
	}
	for token, c := range r.calls {
		if !following[token] {
			c.cancel()
			delete(r.calls, token)
		}
	}
}

// drop cancels all calls.
func (r *Reader[T]) drop() {
	r.ahead, r.pages, r.following = nil, 0, nil
	r.fill()
}

func (c *call[T]) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}
