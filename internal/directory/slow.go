package directory

import (
	"context"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// A list that reads one provider after the other waits for the first page of one for
// 1/slowShare of the time that its operation has left, at most maxSlow. Then it begins to
// read the others, so that their rows are there if that provider does not respond at all.
const (
	slowShare = 4
	maxSlow   = 2500 * time.Millisecond
)

// setBehind makes each stream that takes long begin those behind it.
func setBehind[T model.Node](streams []*stream[T]) {
	for i, s := range streams {
		s.behind = streams[i+1:]
	}
}

// readPage reads a page, and begins the streams behind if it takes long.
func (s *stream[T]) readPage(ctx context.Context, token string, wanted int) (*providers.Page[T], error) {
	s.open(ctx)
	deadline, ok := ctx.Deadline()
	if len(s.behind) == 0 || !ok {
		return s.reader.Page(token, wanted)
	}
	begun := make(chan struct{})
	slow := time.AfterFunc(min(time.Until(deadline)/slowShare, maxSlow), func() {
		defer close(begun)
		for _, other := range s.behind {
			other.begin(ctx)
		}
	})
	defer func() {
		if !slow.Stop() {
			<-begun
		}
	}()
	return s.reader.Page(token, wanted)
}

// open creates the reader of the pages.
func (s *stream[T]) open(ctx context.Context) {
	if s.reader != nil {
		return
	}
	s.firstRows = s.wantedOfFirst()
	s.reader = readahead.New(ctx, readahead.Concurrent, func(ctx context.Context, token string) (*providers.Page[T], error) {
		q := s.listed
		if token == "" {
			q.Rows = s.firstRows
		}
		return s.collection.Page(ctx, q, token)
	})
	s.reader.SetFirstPages(providers.FirstPages(s.collection, s.listed))
}

// begin begins to read the first page, if nothing was read, and does not wait for it. No other
// method runs meanwhile.
func (s *stream[T]) begin(ctx context.Context) {
	if s.reader == nil && !s.at.Done {
		s.open(ctx)
		s.reader.Begin(s.at.Token)
	}
}
