package pagecache

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/accountgraph/accountgraph/internal/keyedhash"
	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
	"github.com/accountgraph/accountgraph/providers"
)

// keys holds one key per purpose, all derived from the configured one.
type keys struct {
	master           []byte
	scope, page, tag *keyedhash.Hash
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
	for purpose, out := range map[string]**keyedhash.Hash{"scope": &k.scope, "page": &k.page, "tag": &k.tag} {
		derived, err := k.derive(purpose)
		if err != nil {
			return keys{}, err
		}
		*out = keyedhash.New(derived)
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
