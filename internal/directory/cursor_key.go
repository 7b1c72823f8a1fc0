package directory

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// CursorKey is the secret of the digests of rows in cursors. Servers that shall continue each
// other's lists have the same. Without it, who has a cursor cannot find out from it what a
// digest is of. A nil key is a constant that everybody knows, for tests. Safe for concurrent
// use.
type CursorKey struct{ idle sync.Pool }

// cursorMAC is an HMAC and its buffers.
type cursorMAC struct {
	mac          hash.Hash
	message, sum []byte
}

var publicCursorKey = NewCursorKey(nil)

// NewCursorKey returns the key of a secret.
func NewCursorKey(secret []byte) *CursorKey {
	k := &CursorKey{}
	k.idle.New = func() any { return &cursorMAC{mac: hmac.New(sha256.New, secret)} }
	return k
}

// Digest returns the keyed digest of parts, each of which is preceded by its length.
func (k *CursorKey) Digest(parts ...string) uint64 {
	if k == nil {
		k = publicCursorKey
	}
	m := k.idle.Get().(*cursorMAC)
	defer k.idle.Put(m)
	m.message = m.message[:0]
	for _, part := range parts {
		m.message = binary.BigEndian.AppendUint64(m.message, uint64(len(part)))
		m.message = append(m.message, part...)
	}
	m.mac.Reset()
	m.mac.Write(m.message)
	m.sum = m.mac.Sum(m.sum[:0])
	return binary.BigEndian.Uint64(m.sum)
}

// Short returns the first half of a digest.
func (k *CursorKey) Short(parts ...string) uint32 { return uint32(k.Digest(parts...) >> 32) }

// Check identifies the key, in tokens that are of no use with another one.
func (k *CursorKey) Check() uint32 { return k.Short("key") }
