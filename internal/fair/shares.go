package fair

import (
	"container/list"
	"sync"
)

// minShare is the part of a cache that an owner may always fill: one of minShare parts.
const minShare = 4

// Shares bounds what each owner stores in a cache. An owner may fill all of it while it
// is the only one, an equal share of it while there are up to four, and a quarter while
// there are more. It is safe for concurrent use.
type Shares[K comparable] struct {
	max int64

	mu     sync.Mutex
	total  int64
	owners map[string]*owner[K]
}

type owner[K comparable] struct {
	name    string
	weight  int64
	entries *list.List // of *Held[K], the oldest first
}

// Held is one entry of a cache.
type Held[K comparable] struct {
	Key     K
	weight  int64
	owner   *owner[K]
	element *list.Element // nil after Remove
}

// Owner is the name of the entry's owner; "" for nil.
func (h *Held[K]) Owner() string {
	if h == nil {
		return ""
	}
	return h.owner.name
}

// NewShares returns the shares of a cache with this maximum weight.
func NewShares[K comparable](maxWeight int64) *Shares[K] {
	return &Shares[K]{max: maxWeight, owners: map[string]*owner[K]{}}
}

// Add records an entry that its owner stores, and returns those that the cache has to
// remove: the oldest of this owner if it is above its share, and if the cache is full,
// the oldest of others that are.
func (s *Shares[K]) Add(name string, key K, weight int64) (held *Held[K], evict []*Held[K]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[name]
	if o == nil {
		o = &owner[K]{name: name, entries: list.New()}
		s.owners[name] = o
	}
	held = &Held[K]{Key: key, weight: weight, owner: o}
	held.element = o.entries.PushBack(held)
	o.weight += weight
	s.total += weight
	if len(s.owners) == 1 {
		return held, nil // the cache evicts by itself
	}
	share := s.max / int64(min(len(s.owners), minShare))
	evict = s.trim(o, share, held, evict)
	if s.total > s.max {
		for _, other := range s.owners {
			evict = s.trim(other, share, held, evict)
		}
	}
	return held, evict
}

// Remove records that an entry has left the cache. It may be called twice.
func (s *Shares[K]) Remove(h *Held[K]) {
	if h == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(h)
}

// trim removes the oldest entries of an owner down to a share, except keep.
func (s *Shares[K]) trim(o *owner[K], share int64, keep *Held[K], evict []*Held[K]) []*Held[K] {
	for o.weight > share {
		oldest := o.entries.Front().Value.(*Held[K])
		if oldest == keep {
			break
		}
		s.remove(oldest)
		evict = append(evict, oldest)
	}
	return evict
}

// remove takes an entry out of its owner, and an owner without entries out of the shares.
// The shares must be locked.
func (s *Shares[K]) remove(h *Held[K]) {
	if h.element == nil {
		return
	}
	h.owner.entries.Remove(h.element)
	h.element = nil
	h.owner.weight -= h.weight
	s.total -= h.weight
	if h.owner.entries.Len() == 0 {
		delete(s.owners, h.owner.name)
	}
}
