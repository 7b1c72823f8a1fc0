package pagecache

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
	"github.com/accountgraph/accountgraph/providers"
)

// keys holds one key per purpose, all derived from the configured one.
type keys struct {
	master           []byte
	scope, page, tag *macPool
}

// publicKey replaces a missing key, for Redis on the same host: it detects accidents, not
// attacks.
const publicKey = "accountgraph: everybody knows this"

func newKeys(key providers.Secret, shared bool) (keys, error) {
	master := []byte(publicKey)
	switch {
	case !key.Empty():
		if len(key.Reveal()) != 32 {
			return keys{}, errors.New("pagecache: the key must be 32 bytes")
		}
		master = []byte(key.Reveal())
	case !shared:
		master = make([]byte, 32)
		rand.Read(master)
	}
	k := keys{master: master}
	for purpose, out := range map[string]**macPool{"scope": &k.scope, "page": &k.page, "tag": &k.tag} {
		derived, err := k.derive(purpose)
		if err != nil {
			return keys{}, err
		}
		*out = newMACPool(derived)
	}
	return k, nil
}

func (k keys) derive(purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, k.master, nil, "accountgraph pagecache 1 "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("pagecache: %w", err)
	}
	return key, nil
}

func (k keys) sealingKey(purpose string) (envelope.Key, error) {
	secret, err := k.derive(purpose)
	if err != nil {
		return envelope.Key{}, err
	}
	return envelope.NewKey(secret)
}

// macPool computes keyed hashes with one key. Initializing an HMAC takes longer than hashing
// an id, so the pool reuses them. Safe for concurrent use.
type macPool struct{ idle sync.Pool }

// macState is an HMAC and its buffers.
type macState struct {
	mac          hash.Hash
	message, sum []byte
}

func newMACPool(key []byte) *macPool {
	return &macPool{sync.Pool{New: func() any { return &macState{mac: hmac.New(sha256.New, key)} }}}
}

// sum returns the keyed hash of parts. It is injective in them: each is preceded by its
// length.
func (p *macPool) sum(parts ...string) [32]byte {
	m := p.idle.Get().(*macState)
	defer p.idle.Put(m)
	m.message = m.message[:0]
	for _, part := range parts {
		m.message = binary.BigEndian.AppendUint64(m.message, uint64(len(part)))
		m.message = append(m.message, part...)
	}
	m.mac.Reset()
	m.mac.Write(m.message)
	m.sum = m.mac.Sum(m.sum[:0])
	clear(m.message) // parts can be secret
	return [32]byte(m.sum)
}
