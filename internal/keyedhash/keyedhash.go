// Package keyedhash computes keyed hashes of texts, which nobody without the key can compute
// or test guesses with.
package keyedhash

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// Hash computes keyed hashes with one key (HMAC-SHA256). Initializing an HMAC takes longer than
// hashing an id, so it reuses them. Safe for concurrent use.
type Hash struct{ idle sync.Pool }

// state is an HMAC and its buffers.
type state struct {
	mac          hash.Hash
	message, sum []byte
}

// New returns the hash of a key.
func New(key []byte) *Hash {
	return &Hash{sync.Pool{New: func() any { return &state{mac: hmac.New(sha256.New, key)} }}}
}

// Sum returns the keyed hash of parts. It is injective in them: each is preceded by its
// length.
func (h *Hash) Sum(parts ...string) [sha256.Size]byte {
	s := h.idle.Get().(*state)
	defer h.idle.Put(s)
	s.message = s.message[:0]
	for _, part := range parts {
		s.message = binary.BigEndian.AppendUint64(s.message, uint64(len(part)))
		s.message = append(s.message, part...)
	}
	s.mac.Reset()
	s.mac.Write(s.message)
	s.sum = s.mac.Sum(s.sum[:0])
	clear(s.message) // parts can be secret
	return [sha256.Size]byte(s.sum)
}
