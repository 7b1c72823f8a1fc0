//go:build !linux

package server

import (
	"net"
	"syscall"
)

// takeBacklog returns nothing: the connections of a listener that wait to be accepted end with it.
func takeBacklog(*net.TCPListener) []net.Conn { return nil }

// hasInput reports false: it is not known whether a connection has bytes that nobody has read.
func hasInput(syscall.Conn) bool { return false }
