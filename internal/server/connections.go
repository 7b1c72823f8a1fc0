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
	// open has every connection; its place in waiting is nil while it has a request.
	open map[net.Conn]*list.Element
	// waiting has the connections without a request: those that are idle, and new ones whose
	// first header has not arrived. The one that waits longest is first.
	waiting *list.List
	// idle is the number of idle connections.
	idle int
}

// waiter is a connection in connections.waiting.
type waiter struct {
	conn net.Conn
	idle bool
}

func newConnections(limit int, rejected func()) *connections {
	return &connections{max: limit, rejected: rejected, open: map[net.Conn]*list.Element{}, waiting: list.New()}
}

// observe is http.Server.ConnState. If a new connection exceeds the limit, it closes the
// connection that waits for a request longest, which is the new one if all others have a request.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.open[conn]
	c.leave(conn)
	switch state {
	case http.StateNew:
		c.wait(conn, false)
		if len(c.open) <= c.max {
			return
		}
		oldest := c.waiting.Front().Value.(waiter).conn
		c.close(oldest)
		if oldest == conn {
			c.rejected()
		}
	case http.StateIdle:
		if known {
			c.wait(conn, true)
		}
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
}

// wait makes a connection the last of those that wait for a request.
func (c *connections) wait(conn net.Conn, idle bool) {
	c.open[conn] = c.waiting.PushBack(waiter{conn, idle})
	if idle {
		c.idle++
	}
}

// leave takes a connection from those that wait for a request, if it is one.
func (c *connections) leave(conn net.Conn) {
	place := c.open[conn]
	if place == nil {
		return
	}
	if c.waiting.Remove(place).(waiter).idle {
		c.idle--
	}
	c.open[conn] = nil
}

// close closes a connection and stops counting it.
func (c *connections) close(conn net.Conn) {
	c.leave(conn)
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
	return len(c.open) - c.idle
}

// number is the number of open connections.
func (c *connections) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}
