// Package fakevendor holds what the simulated vendors share: one cast of people
// and companies, and a control over how a vendor behaves.
//
// It knows no vendor's API.
package fakevendor

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Control decides how a simulated vendor behaves, and remembers what it was
// asked. The zero Control behaves well. It may be used concurrently.
type Control struct {
	mu     sync.Mutex
	calls  []Call
	delay  time.Duration
	faults []*Fault
}

// Call is one request that a simulated vendor received.
type Call struct {
	Method, Path, Query string
	Header              http.Header
}

// Fault is a way to misbehave. It strikes requests whose path begins with Path.
type Fault struct {
	Path string
	// Times bounds how often it strikes; 0 is always.
	Times int
	// Status, ContentType, RetryAfter and Body replace the answer when Status is
	// set.
	Status                        int
	ContentType, RetryAfter, Body string
	// Location makes the answer a redirect to this URL.
	Location string
	// Hang up without an answer.
	Hangup bool
	// Delay holds the answer back, or until the client goes away.
	Delay time.Duration
	// Cut ends the answer after so many bytes, short of its Content-Length.
	Cut int
}

// Wrap puts the control in front of a vendor.
func (c *Control) Wrap(vendor http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, delay := c.strike(r)
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
		fault.answer(w, r, vendor)
	})
}

func (c *Control) strike(r *http.Request) (*Fault, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, Call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Clone()})
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

func (f *Fault) answer(w http.ResponseWriter, r *http.Request, vendor http.Handler) {
	switch {
	case f.Hangup:
		panic(http.ErrAbortHandler)
	case f.Cut > 0:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000000")
		_, _ = w.Write([]byte(strings.Repeat(" ", f.Cut)))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case f.Location != "":
		http.Redirect(w, r, f.Location, http.StatusFound)
	case f.Status != 0:
		ct := f.ContentType
		if ct == "" {
			ct = "application/json"
		}
		w.Header().Set("Content-Type", ct)
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		vendor.ServeHTTP(w, r)
	}
}

// Add makes the vendor misbehave from now on.
func (c *Control) Add(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &f)
}

// Delay holds every answer back.
func (c *Control) Delay(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = d
}

// Calls returns what the vendor was asked since the last Reset.
func (c *Control) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Call(nil), c.calls...)
}

// TakeCalls returns what the vendor was asked since the last time, and forgets it.
func (c *Control) TakeCalls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// Reset forgets calls, faults and delay.
func (c *Control) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.faults, c.delay = nil, nil, 0
}
