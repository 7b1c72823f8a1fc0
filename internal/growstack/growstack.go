// Package growstack grows the stack of a new goroutine once. The runtime starts goroutines with
// a few kB, and doubles a stack that is full: it copies it with all frames that are on it by
// then. While a stack is nearly empty, that takes little.
package growstack

// To8KB makes the stack of the calling goroutine at least 8 kB large. It is called first in a
// goroutine that needs more than 4 kB.
func To8KB() { frame5KB(false) }

// To16KB makes the stack of the calling goroutine at least 16 kB large. It is called first in a
// goroutine that needs more than 8 kB.
func To16KB() { frame11KB(false) }

// frame5KB has a frame of 5 kB, which is neither cleared nor written if use is false.
//
//go:noinline
func frame5KB(use bool) byte {
	if !use {
		return 0
	}
	var room [5 << 10]byte
	for i := range room {
		room[i] = byte(i)
	}
	return room[len(room)/2]
}

// frame11KB is frame5KB with 11 kB.
//
//go:noinline
func frame11KB(use bool) byte {
	if !use {
		return 0
	}
	var room [11 << 10]byte
	for i := range room {
		room[i] = byte(i)
	}
	return room[len(room)/2]
}
