package pagecache

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
	"github.com/accountgraph/accountgraph/providers"
)

// scopeID is the keyed fingerprint of who may see something.
type scopeID [16]byte

// Scope is what one credential may see at one vendor. Nothing that is remembered
// in it is seen from another. A Scope is cheap, stays valid as long as its cache,
// and is safe for concurrent use.
type Scope struct {
	cache *Cache
	id    scopeID
	seal  envelope.Key
}

// Key names one page or object within its scope. It is comparable, and says
// nothing of what it names.
type Key struct {
	scope scopeID
	hash  [32]byte
}

// keyring holds one key a purpose, all derived from the configured one.
type keyring struct {
	master           []byte
	scope, page, tag *fingerprints
}

// publicKey stands in where no key is configured, which is for Redis on the same
// host: accidents are found then, attacks are not.
const publicKey = "accountgraph: everybody knows this"

func newKeyring(key providers.Secret, shared bool) (keyring, error) {
	master := []byte(publicKey)
	switch {
	case !key.Empty():
		if len(key.Reveal()) != 32 {
			return keyring{}, errors.New("pagecache: the key must be 32 bytes")
		}
		master = []byte(key.Reveal())
	case !shared:
		master = make([]byte, 32)
		rand.Read(master)
	}
	k := keyring{master: master}
	for purpose, out := range map[string]**fingerprints{"scope": &k.scope, "page": &k.page, "tag": &k.tag} {
		derived, err := k.derive(purpose)
		if err != nil {
			return keyring{}, err
		}
		*out = newFingerprints(derived)
	}
	return k, nil
}

func (k keyring) derive(purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, k.master, nil, "accountgraph pagecache 1 "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("pagecache: %w", err)
	}
	return key, nil
}

func (k keyring) sealing(purpose string) (envelope.Key, error) {
	secret, err := k.derive(purpose)
	if err != nil {
		return envelope.Key{}, err
	}
	return envelope.NewKey(secret)
}

// fingerprints are keyed hashes with one key. Setting one up takes longer than
// hashing an id, so those that have been set up are used again. Safe for
// concurrent use.
type fingerprints struct{ idle sync.Pool }

// fingerprinter is one of them; the rest is memory to work in.
type fingerprinter struct {
	mac          hash.Hash
	message, sum []byte
}

func newFingerprints(key []byte) *fingerprints {
	return &fingerprints{sync.Pool{New: func() any { return &fingerprinter{mac: hmac.New(sha256.New, key)} }}}
}

// of is injective in its parts: each is preceded by its length.
func (f *fingerprints) of(parts ...string) [32]byte {
	p := f.idle.Get().(*fingerprinter)
	defer f.idle.Put(p)
	p.message = p.message[:0]
	for _, part := range parts {
		p.message = binary.BigEndian.AppendUint64(p.message, uint64(len(part)))
		p.message = append(p.message, part...)
	}
	p.mac.Reset()
	p.mac.Write(p.message)
	p.sum = p.mac.Sum(p.sum[:0])
	clear(p.message) // parts can be secret
	return [32]byte(p.sum)
}

// Scope is the scope of a credential at a vendor's base URL. The credential is
// everything that authenticates; it is neither kept nor stored.
func (c *Cache) Scope(vendor model.Vendor, baseURL string, credential []byte) *Scope {
	sum := c.keys.scope.of(string(vendor), canonical(baseURL), string(credential))
	s := &Scope{cache: c, id: scopeID(sum[:16])}
	seal, err := c.keys.sealing("seal " + string(sum[:]))
	if err != nil {
		panic(err) // HKDF and AES take every key of 32 bytes.
	}
	s.seal = seal
	return s
}

// canonical makes one text of the spellings of one base URL.
func canonical(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return baseURL
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return strings.TrimRight(u.String(), "/")
}

// Page is the key of what is read with these parts: method, path, query, or
// whatever tells one answer from another. Different parts make different keys.
func (s *Scope) Page(parts ...string) Key { return s.key("page", parts...) }

// Object is the key of a single object.
func (s *Scope) Object(kind, id string) Key { return s.key("object", kind, id) }

func (s *Scope) key(class string, parts ...string) Key {
	all := make([]string, 0, 8)
	all = append(append(all, string(s.id[:]), class), parts...)
	return Key{scope: s.id, hash: s.cache.keys.page.of(all...)}
}

// place is what a value of this key is sealed for.
func (k Key) place() []byte { return append(append(make([]byte, 0, 48), k.scope[:]...), k.hash[:]...) }

// text is how fingerprints stand in Redis.
func text(fingerprint []byte) string { return base64.RawURLEncoding.EncodeToString(fingerprint) }

// String says nothing, so that no log tells who asks for what.
func (s *Scope) String() string { return "scope" }

// String says nothing.
func (k Key) String() string { return "key" }
