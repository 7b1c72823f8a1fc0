//go:build unix

package server

import "syscall"

// openFiles is the number of files that this process may have open, connections included; 0 if
// it is not known. The Go runtime has raised the soft limit to the hard one.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return uint64(limit.Cur) // signed on some systems
}
