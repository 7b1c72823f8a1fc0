package fakevendor

import (
	"net/http"
	"sync/atomic"
)

// Calls is a transport that counts the calls that begin. A simulator may receive a call that
// was canceled at any time after that.
type Calls struct {
	transport *http.Transport
	begun     atomic.Int64
}

// NewCalls returns a transport. Close it after use.
func NewCalls() *Calls {
	return &Calls{transport: http.DefaultTransport.(*http.Transport).Clone()}
}

// RoundTrip implements http.RoundTripper.
func (c *Calls) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Context().Err() == nil {
		c.begun.Add(1)
	}
	return c.transport.RoundTrip(r)
}

// Take returns how many calls have begun since it was called last.
func (c *Calls) Take() int { return int(c.begun.Swap(0)) }

// Close closes the connections.
func (c *Calls) Close() { c.transport.CloseIdleConnections() }
