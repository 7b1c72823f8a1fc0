package server

import (
	"errors"
	"fmt"
	"net"
	"sync"
)

// sendBuffer is the length of the send buffer of a connection in bytes. The kernel doubles it,
// and would let it grow to megabytes for a client that reads nothing, whose responses would then
// be written in time.
const sendBuffer = 256 << 10

// listener is a TCP listener. When it is closed, Accept still returns the connections that clients
// had opened and nobody had accepted, where the operating system gives them away: it would
// reset them.
type listener struct {
	*net.TCPListener

	mu     sync.Mutex
	closed bool
	rest   []net.Conn
}

// listen opens a TCP listener.
func listen(address string) (*listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, errors.Unwrap(err))
	}
	return &listener{TCPListener: l.(*net.TCPListener)}, nil
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // an error means that the connection has ended
	}
	return conn, err
}

func (l *listener) accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if err == nil {
		return conn, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.closed:
		return nil, err
	case len(l.rest) == 0:
		return nil, net.ErrClosed
	}
	conn, l.rest = l.rest[0], l.rest[1:]
	return conn, nil
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed, l.rest = true, takeBacklog(l.TCPListener)
	return l.TCPListener.Close()
}
