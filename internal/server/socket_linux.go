package server

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// takeBacklog returns the connections of a listener that wait to be accepted, and ends its
// listening.
func takeBacklog(l *net.TCPListener) (backlog []net.Conn) {
	raw, err := l.SyscallConn()
	if err != nil {
		return nil
	}
	var accepted []int
	// An error means that the listener has been closed.
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.Listen(int(fd), 0) // others, but for one, try again after a second, and are refused
		for {
			conn, _, err := syscall.Accept4(int(fd), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
			if errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.ECONNABORTED) {
				continue
			}
			if err != nil {
				break
			}
			accepted = append(accepted, conn)
		}
		// Closing alone would take effect when the last call of Accept has returned.
		_ = syscall.Shutdown(int(fd), syscall.SHUT_RD)
	})
	for _, fd := range accepted {
		file := os.NewFile(uintptr(fd), "connection")
		if conn, err := net.FileConn(file); err == nil {
			backlog = append(backlog, conn)
		}
		_ = file.Close() // the connection has a copy
	}
	return backlog
}

// hasInput reports whether a connection has bytes that nobody has read.
func hasInput(c syscall.Conn) (found bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	// An error means that the connection has been closed.
	_ = raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		found = err == nil && n > 0
	})
	return found
}
