package responsecache

import (
	"crypto/sha256"
	"encoding/binary"
)

// Key identifies a request: everything that its response depends on, including who may
// see it.
type Key [sha256.Size]byte

// NewKey returns the key of these parts. Different parts have different keys.
func NewKey(parts ...[]byte) Key {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write(p)
	}
	return Key(h.Sum(nil))
}
