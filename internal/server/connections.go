package server

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections bounds the connections of an HTTP server. Safe for concurrent use.
type connections struct {
	max int
	// rejected is called for a new connection that is closed.
	rejected func()

	mu sync.Mutex
	// open has every connection; its place in idle is nil unless it is idle.
	open map[net.Conn]*list.Element
	// idle has the idle connections, the longest idle one first.
	idle *list.List
}

func newConnections(limit int, rejected func()) *connections {
	return &connections{max: limit, rejected: rejected, open: map[net.Conn]*list.Element{}, idle: list.New()}
}

// observe is http.Server.ConnState. It closes the connection that is idle longest if a
// new one exceeds the limit, or the new one if none is idle.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if place := c.open[conn]; place != nil {
		c.idle.Remove(place)
		c.open[conn] = nil
	}
	switch state {
	case http.StateNew:
		c.open[conn] = nil
		if len(c.open) <= c.max {
			return
		}
		oldest := c.idle.Front()
		if oldest == nil {
			c.close(conn)
			c.rejected()
			return
		}
		c.idle.Remove(oldest)
		c.close(oldest.Value.(net.Conn))
	case http.StateIdle:
		if _, known := c.open[conn]; known {
			c.open[conn] = c.idle.PushBack(conn)
		}
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
}

// close closes a connection and stops counting it.
func (c *connections) close(conn net.Conn) {
	delete(c.open, conn)
	_ = conn.Close() // the server notices, and reports StateClosed
}

// waitIdle waits until no connection is open besides idle ones, or ctx ends.
func (c *connections) waitIdle(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for c.busy() > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// busy is the number of connections that wait for their first request or for a response.
func (c *connections) busy() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open) - c.idle.Len()
}

// number is the number of open connections.
func (c *connections) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}
