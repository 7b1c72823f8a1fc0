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
	size := 0
	for _, p := range parts {
		size += 8 + len(p)
	}
	var small [512]byte
	text := small[:0]
	if size > len(small) {
		text = make([]byte, 0, size)
	}
	for _, p := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(p)))
		text = append(text, p...)
	}
	return sha256.Sum256(text)
}
