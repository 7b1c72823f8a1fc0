// Package fakevendor holds what the simulated vendors share: the people and
// companies of their data, and the injection of faults.
//
// It is independent of any vendor's API.
package fakevendor

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Control records the requests to a simulated vendor and injects faults. The
// zero Control injects none. It is safe for concurrent use.
type Control struct {
	// PastEnd reports whether a request is for a page behind the last one of a list; nil
	// is never. It is set before the first request.
	PastEnd func(r *http.Request) bool

	mu     sync.Mutex
	calls  []Call
	delay  time.Duration
	faults []*Fault
	// discards is whether requests are not recorded.
	discards bool
}

// Call is one request that the vendor received.
type Call struct {
	// Path is escaped; Query is the raw query.
	Method, Path, Query string
	Header              http.Header
	// PastEnd is set if the page is behind the last one of a list. Whether a client that
	// reads ahead makes such a call before it knows of the end depends on timing.
	PastEnd bool
}

// Wrap returns a handler that records each request and then serves the first
// matching fault, or vendor if no fault matches.
func (c *Control) Wrap(vendor http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, delay := c.match(r)
		if fault != nil {
			delay += fault.Delay
		}
		if delay > 0 {
			select {
			case <-time.After(delay):
			case <-r.Context().Done():
				return
			}
		}
		if fault == nil {
			vendor.ServeHTTP(w, r)
			return
		}
		fault.serve(w, r, vendor)
	})
}

// match records r and returns the first fault that matches it, nil if none does,
// and the delay of all responses.
func (c *Control) match(r *http.Request) (*Fault, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.discards {
		pastEnd := c.PastEnd != nil && c.PastEnd(r)
		c.calls = append(c.calls, Call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Clone(), pastEnd})
	}
	for i, f := range c.faults {
		if !strings.HasPrefix(r.URL.Path, f.Path) {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				c.faults = append(c.faults[:i:i], c.faults[i+1:]...)
			}
		}
		return f, c.delay
	}
	return nil, c.delay
}

// Add injects a fault from now on.
func (c *Control) Add(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &f)
}

// Delay delays every response by d, in addition to the delay of a fault.
func (c *Control) Delay(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = d
}

// StopRecording stops the recording of requests, for simulators that run long.
func (c *Control) StopRecording() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.discards, c.calls = true, nil
}

// Calls returns the requests since the last TakeCalls or Reset.
func (c *Control) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Call(nil), c.calls...)
}

// TakeCalls returns the requests since the last TakeCalls or Reset, and removes
// them.
func (c *Control) TakeCalls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// Reset removes recorded requests, faults and the delay.
func (c *Control) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.faults, c.delay = nil, nil, 0
}
