// Package invalidation tells a caching router which of its copies are out of date, by the cache
// tags of this graph.
//
// The requests are those of Apollo Router's endpoint:
// https://www.apollographql.com/docs/graphos/routing/performance/caching/response-caching/invalidation
//
// The package knows neither the cache nor the vendors: tags are texts.
package invalidation

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/network"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	// batchWait is how long tags are collected before they are sent. Other replicas apply an
	// invalidation within this time, so that the router does not read an old value from them.
	batchWait = time.Second
	// maxBatch bounds the tags of a request, and maxPending those that wait.
	maxBatch   = 500
	maxPending = 10_000
	// A request that fails is repeated after minDelay, then twice as long each time, up to
	// maxDelay, as long as giveUp since the first attempt: copies expire within minutes.
	minDelay = time.Second
	maxDelay = 30 * time.Second
	giveUp   = 2 * time.Minute
	// requestTimeout bounds a request, and lastRequest the one when the sender is closed.
	requestTimeout = 5 * time.Second
	lastRequest    = 2 * time.Second
)

// Result is what became of tags.
type Result string

// The values of Result.
const (
	Sent    Result = "sent"
	Dropped Result = "dropped"
)

// Config configures a Sender.
type Config struct {
	// URL is the router's invalidation endpoint, and Secret the value of Authorization.
	URL    string
	Secret providers.Secret
	// Subgraph is the name of this graph at the router.
	Subgraph string
	Log      *slog.Logger
	// Observe counts tags; it must not block.
	Observe func(tags int, r Result)
	// Transport sends the requests.
	Transport http.RoundTripper
}

// Sender sends tags in batches, in the background. It is safe for concurrent use.
type Sender struct {
	config Config
	added  chan struct{}
	stop   chan struct{}
	ended  chan struct{}

	mu      sync.Mutex
	pending []string
	known   map[string]bool // those in pending
	full    bool            // the log has a line since pending was full

	failing bool // of the goroutine
}

// New returns a sender, which runs until Close.
func New(c Config) *Sender {
	s := &Sender{config: c, added: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{}), known: map[string]bool{}}
	go s.run()
	return s
}

// Add has the router's copies with one of these tags invalidated. It does not block. If too many
// tags wait, it drops them, with a line in the log.
func (s *Sender) Add(tags ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dropped := 0
	for _, tag := range tags {
		switch {
		case s.known[tag]:
		case len(s.pending) >= maxPending:
			dropped++
		default:
			s.known[tag] = true
			s.pending = append(s.pending, tag)
		}
	}
	if dropped > 0 {
		s.config.Observe(dropped, Dropped)
		if !s.full {
			s.full = true
			s.config.Log.Error("too many invalidations wait for the router; further ones are dropped", "waiting", len(s.pending))
		}
	}
	select {
	case s.added <- struct{}{}:
	default:
	}
}

// Close sends what waits, once, and ends the sender.
func (s *Sender) Close() {
	close(s.stop)
	<-s.ended
}

// run sends batches until the sender is closed.
func (s *Sender) run() {
	defer close(s.ended)
	for {
		select {
		case <-s.stop:
			s.flush()
			return
		case <-s.added:
		}
		if !s.pause(batchWait) {
			s.flush()
			return
		}
		for batch := s.take(); len(batch) > 0; batch = s.take() {
			s.send(batch)
		}
	}
}

// pause reports whether the time has passed; it has not if the sender is closed before.
func (s *Sender) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.stop:
		return false
	}
}

// take returns the next tags to send.
func (s *Sender) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.pending), maxBatch)
	batch := s.pending[:n:n]
	s.pending = s.pending[n:]
	for _, tag := range batch {
		delete(s.known, tag)
	}
	if len(s.pending) == 0 {
		s.pending, s.full = nil, false
	}
	return batch
}

// send sends a batch, and repeats that until the router accepts or rejects it, or for giveUp.
func (s *Sender) send(batch []string) {
	start := time.Now()
	for delay := minDelay; ; delay = min(2*delay, maxDelay) {
		reason, again := s.post(batch, requestTimeout)
		if reason == "" {
			s.sent(batch)
			return
		}
		if again && !s.failing {
			s.failing = true
			s.config.Log.Warn("invalidations do not reach the router; they are sent again", "reason", reason)
		}
		wait := time.Duration(float64(delay) * (0.5 + rand.Float64()/2))
		if !again || time.Since(start)+wait > giveUp {
			s.drop(batch, reason)
			return
		}
		if !s.pause(wait) {
			s.last(batch)
			return
		}
	}
}

func (s *Sender) sent(batch []string) {
	s.config.Observe(len(batch), Sent)
	if s.failing {
		s.failing = false
		s.config.Log.Info("invalidations reach the router again")
	}
}

func (s *Sender) drop(batch []string, reason string) {
	s.config.Observe(len(batch), Dropped)
	s.config.Log.Error("invalidations are dropped; the router's copies expire by their age", "number", len(batch), "reason", reason)
}

// flush sends what waits, once each.
func (s *Sender) flush() {
	for batch := s.take(); len(batch) > 0; batch = s.take() {
		s.last(batch)
	}
}

func (s *Sender) last(batch []string) {
	if reason, _ := s.post(batch, lastRequest); reason != "" {
		s.drop(batch, reason)
		return
	}
	s.sent(batch)
}

// item is a part of a request.
type item struct {
	Kind      string   `json:"kind"`
	Subgraphs []string `json:"subgraphs"`
	CacheTag  string   `json:"cache_tag"`
}

// post sends a request. reason is why it has failed, without a byte of the router; again is
// whether it may succeed later.
func (s *Sender) post(batch []string, timeout time.Duration) (reason string, again bool) {
	items := make([]item, len(batch))
	for i, tag := range batch {
		items[i] = item{"cache_tag", []string{s.config.Subgraph}, tag}
	}
	body, err := json.Marshal(items)
	if err != nil {
		return "the tags cannot be written as JSON", false
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.URL, bytes.NewReader(body))
	if err != nil {
		return "the URL is not valid", false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", s.config.Secret.Reveal())
	response, err := s.config.Transport.RoundTrip(r) // http.Client would follow redirects
	if err != nil {
		if reason = network.Reason(err); reason == "" {
			reason = "the connection failed"
		}
		return reason, true
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16)) // so that the connection is used again
	_ = response.Body.Close()
	switch code := response.StatusCode; {
	case code/100 == 2:
		return "", false
	case code/100 == 5, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		return "HTTP status " + strconv.Itoa(code), true
	default:
		return "HTTP status " + strconv.Itoa(code), false
	}
}
