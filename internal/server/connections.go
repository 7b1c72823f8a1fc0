package server

import (
	"container/list"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// maxAdminConnections bounds the connections of the second listener, which probes and scrapes use.
const maxAdminConnections = 64

// boundConnections lowers the bounds of the connections of both listeners if this process may not
// have so many files open: connections of clients take at most half of them, and those of the
// second listener an eighth, so that vendors, Redis and files have the others. files is 0 if
// their number is not known. It is called before the server listens.
func (s *Server) boundConnections(files uint64) {
	if files == 0 {
		return
	}
	s.adminConnections.max = int(min(maxAdminConnections, files/8))
	if limit := s.connections.max; files/2 < uint64(limit) {
		s.connections.max = int(files / 2)
		s.log.Warn("fewer connections than limits.connections: raise the limit of open files",
			"connections", s.connections.max, "limit", limit, "files", files)
	}
}

// connections bounds the connections of an HTTP server. Safe for concurrent use.
type connections struct {
	max int
	// readTime is how long a client may take to send a request.
	readTime time.Duration
	// rejected is called for a new connection that is closed.
	rejected func()

	mu sync.Mutex
	// open has every connection; its place in waiting is nil while it has a request.
	open map[net.Conn]*list.Element
	// waiting has the connections without a request: those that are idle, and new ones whose
	// first header has not arrived. The one that waits longest is first.
	waiting *list.List
	// draining is set when the server accepts no more connections.
	draining bool
}

// waiter is a connection in connections.waiting.
type waiter struct {
	conn net.Conn
	idle bool
}

func newConnections(limit int, readTime time.Duration, rejected func()) *connections {
	return &connections{max: limit, readTime: readTime, rejected: rejected, open: map[net.Conn]*list.Element{}, waiting: list.New()}
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
	case http.StateActive:
		if c.draining && !isHTTP2(conn) {
			// expire may have ended the time of a request whose header was just read.
			_ = conn.SetReadDeadline(time.Now().Add(c.readTime))
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
}

// leave takes a connection from those that wait for a request, if it is one.
func (c *connections) leave(conn net.Conn) {
	if place := c.open[conn]; place != nil {
		c.waiting.Remove(place)
		c.open[conn] = nil
	}
}

// close closes a connection and stops counting it.
func (c *connections) close(conn net.Conn) {
	c.leave(conn)
	delete(c.open, conn)
	_ = tcp(conn).Close() // the server notices, and reports StateClosed
}

// tcp returns the TCP connection below a connection. Closing one of TLS would write to it first.
func tcp(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

// firstRequest is how long a server that stops waits for the first request of a connection.
const firstRequest = time.Second

// drain ends the HTTP/1 connections: idle ones at once, those that have had no request in a
// second, and others after their response. It returns when there are none, or when ctx ends.
// Those of HTTP/2 remain, whose clients can be sent the number of the last request that counts.
func (c *connections) drain(ctx context.Context) {
	tick, late := time.NewTicker(5*time.Millisecond), time.After(firstRequest)
	defer tick.Stop()
	all := false
	for c.expire(all) > 0 {
		select {
		case <-tick.C:
		case <-late:
			all = true
		case <-ctx.Done():
			return
		}
	}
}

// expire ends the idle HTTP/1 connections, or all that wait for a request, and returns how many
// connections of HTTP/1 or without a request there are. It lets the read of the next header time
// out: a request that has been read is served.
func (c *connections) expire(all bool) (left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining, left = true, len(c.open)
	for place := c.waiting.Front(); place != nil; place = place.Next() {
		w := place.Value.(waiter)
		switch {
		case w.idle && isHTTP2(w.conn):
			left--
		case (w.idle || all) && !hasUnread(w.conn):
			_ = w.conn.SetReadDeadline(time.Unix(1, 0)) // an error means that it has ended
		}
	}
	return left
}

// isHTTP2 reports whether the clients of a connection whose handshake is complete use HTTP/2.
func isHTTP2(conn net.Conn) bool {
	secure, ok := conn.(*tls.Conn)
	return ok && secure.ConnectionState().NegotiatedProtocol == "h2"
}

// hasUnread reports whether a request has begun to arrive that nobody has begun to read.
func hasUnread(conn net.Conn) bool {
	socket, ok := tcp(conn).(syscall.Conn)
	return ok && hasInput(socket)
}

// number is the number of open connections.
func (c *connections) number() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}
