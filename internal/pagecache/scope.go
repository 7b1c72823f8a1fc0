package pagecache

import (
	"net/url"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// scopeID is a keyed hash of a vendor, its base URL and a credential.
type scopeID [16]byte

// Scope holds the entries of one credential at one vendor. They are invisible in other
// scopes. A Scope is cheap, is valid as long as its cache, and is safe for concurrent use.
type Scope struct {
	cache *Cache
	id    scopeID
	// name is id as a text.
	name string
	// seal returns the key of the scope's values in Redis. It is derived when it is needed first:
	// that takes longer than all else that a scope needs.
	seal   func() envelope.Key
	reader Reader // nil if unknown
	// changes is nil if nobody wants to know.
	changes Changes
}

// Changes observes what reads of a scope show of the vendor's data. Its methods must not block.
type Changes interface {
	// Changed is called with the value that memory has of a key, and with a newer one from the
	// vendor, which may be equal.
	Changed(before, after any)
	// Refused is called when the vendor refuses the credential, or what was cached: everything
	// that was read with the credential has been invalidated.
	Refused()
}

// WithChanges returns the same scope, whose reads are reported.
func (s *Scope) WithChanges(c Changes) *Scope {
	scope := *s
	scope.changes = c
	return &scope
}

// Reader is who reads, such as one operation of one caller.
type Reader interface {
	// ReaderID identifies the caller on whose behalf entries are stored.
	ReaderID() string
	// BeginWait and EndWait enclose the time that a lookup waits for Redis or a vendor.
	BeginWait()
	EndWait()
	// MayRevalidate reports whether stale entries may be fetched again in the background.
	MayRevalidate() bool
}

// For returns the same scope for a reader.
func (s *Scope) For(r Reader) *Scope {
	scope := *s
	scope.reader = r
	return &scope
}

// owner is the caller whose share of memory the entries belong to that this reader loads;
// "" for none.
func (s *Scope) owner() string {
	if s.reader == nil {
		return ""
	}
	return s.reader.ReaderID()
}

// wait reports that the reader waits until the returned function is called.
func (s *Scope) wait() (done func()) {
	if s.reader == nil {
		return func() {}
	}
	s.reader.BeginWait()
	return s.reader.EndWait
}

// Key identifies one page or object in its scope. It is comparable, and does not reveal what
// it identifies.
type Key struct {
	scope scopeID
	hash  [32]byte
}

// Scope returns the scope of a credential at a vendor's base URL. The credential is
// everything that authenticates a request; it is not kept.
func (c *Cache) Scope(vendor model.Vendor, baseURL string, credential []byte) *Scope {
	sum := c.keys.scope.Sum(string(vendor), canonical(baseURL), string(credential))
	return &Scope{cache: c, id: scopeID(sum[:16]), name: string(sum[:16]), seal: sync.OnceValue(func() envelope.Key {
		seal, err := c.keys.sealingKey("seal " + string(sum[:]))
		if err != nil {
			panic(err) // HKDF and AES take every key of 32 bytes.
		}
		return seal
	})}
}

// Version changes with every invalidation of the scope or of entries of it, also by other
// replicas.
func (s *Scope) Version() uint64 {
	g := s.cache.memory.generations.of(s.id)
	return max(g.number, g.edits)
}

// Stores reports whether the cache stores anything.
func (s *Scope) Stores() bool { return s.cache.Stores() }

// Keeps notes that the caller keeps what was read in the scope without the cache. The next
// invalidation of the scope changes Cache.Version then.
func (s *Scope) Keeps() { s.cache.memory.generations.of(s.id).stored.Store(true) }

// canonical normalizes case, default port and trailing slash of a base URL.
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

// Page returns the key of a response that these parts identify: method, path, query and
// whatever else it depends on. Different parts make different keys.
func (s *Scope) Page(parts ...string) Key { return s.key("page", parts...) }

// Object returns the key of a single object.
func (s *Scope) Object(kind, id string) Key { return s.key("object", kind, id) }

func (s *Scope) key(class string, parts ...string) Key {
	all := make([]string, 0, 8)
	all = append(append(all, s.name, class), parts...)
	return Key{scope: s.id, hash: s.cache.keys.page.Sum(all...)}
}

// location is what a value of this key is sealed for.
func (k Key) location() []byte {
	return append(append(make([]byte, 0, 48), k.scope[:]...), k.hash[:]...)
}

// String reveals nothing, so that no log shows which client reads what.
func (s *Scope) String() string { return "scope" }

// String reveals nothing.
func (k Key) String() string { return "key" }
