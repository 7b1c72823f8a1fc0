package server

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// CursorKey returns the key of the digests of rows in cursors: replicas with the same
// configuration continue each other's lists, also after a restart.
func CursorKey(c *config.Config) *directory.CursorKey {
	return directory.NewCursorKey(derivedKey(c, "accountgraph cursors 1"))
}

// derivedKey returns a key for a purpose. It is derived from cache.key, and without it from
// the credentials of the providers, so that replicas with the same configuration have the same
// keys, also after a restart. Without either it is random.
func derivedKey(c *config.Config, purpose string) []byte {
	master := []byte(c.Cache.Key.Reveal())
	if len(master) == 0 {
		for _, p := range c.Providers {
			if !p.Token.Empty() {
				master = fmt.Appendf(master, "%q %q ", p.Name, p.Token.Reveal())
			}
		}
	}
	if len(master) == 0 {
		master = make([]byte, sha256.Size)
		rand.Read(master)
	}
	key, err := hkdf.Key(sha256.New, master, nil, purpose, 32)
	if err != nil {
		panic(err) // HKDF takes every key
	}
	return key
}
