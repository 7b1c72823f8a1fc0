package fair_test

import (
	"fmt"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fair"
)

// store adds entries of a weight to shares, removes what they say, and returns the keys
// that are left by owner.
type store struct {
	shares *fair.Shares[string]
	left   map[string]*fair.Held[string]
}

func newStore(maxWeight int64) *store {
	return &store{fair.NewShares[string](maxWeight), map[string]*fair.Held[string]{}}
}

func (s *store) add(owner string, from, to int) {
	for i := from; i < to; i++ {
		key := fmt.Sprint(owner, i)
		held, evict := s.shares.Add(owner, key, 1)
		s.left[key] = held
		for _, h := range evict {
			delete(s.left, h.Key)
		}
	}
}

func (s *store) count(owner string) (n int) {
	for _, held := range s.left {
		if held.Owner() == owner {
			n++
		}
	}
	return n
}

// The only owner may fill a cache; the cache itself evicts then.
func TestShares_OneOwner(t *testing.T) {
	s := newStore(100)
	s.add("a", 0, 150)
	if s.count("a") != 150 {
		t.Errorf("%d entries", s.count("a"))
	}
}

// An owner that stores more than its share loses its own oldest entries, and no others.
func TestShares_GreedyOwner(t *testing.T) {
	for owners, share := range map[int]int{2: 50, 3: 33, 4: 25, 8: 25} {
		s := newStore(100)
		for i := range owners - 1 {
			s.add(fmt.Sprint("polite", i, "-"), 0, 5)
		}
		s.add("greedy", 0, 1000)
		if s.count("greedy") != share || s.left["greedy999"] == nil {
			t.Errorf("%d owners: greedy has %d entries, want its newest %d", owners, s.count("greedy"), share)
		}
		for i := range owners - 1 {
			if got := s.count(fmt.Sprint("polite", i, "-")); got != 5 {
				t.Errorf("%d owners: polite %d has %d entries", owners, i, got)
			}
		}
	}
}

// An owner that comes to a full cache gets its share from those who have more.
func TestShares_NewOwner(t *testing.T) {
	s := newStore(100)
	s.add("greedy", 0, 100)
	s.add("polite", 0, 40)
	if s.count("polite") != 40 || s.count("greedy") > 60 {
		t.Errorf("polite has %d entries, greedy %d", s.count("polite"), s.count("greedy"))
	}
}

// Entries that leave the cache free their owner's share, once.
func TestShares_Remove(t *testing.T) {
	s := newStore(4)
	s.add("b", 0, 1)
	s.add("a", 0, 2)
	s.shares.Remove(s.left["a0"])
	s.shares.Remove(s.left["a0"])
	s.shares.Remove(nil)
	delete(s.left, "a0")
	s.add("a", 2, 3)
	if s.count("a") != 2 {
		t.Errorf("a has %d entries, want 2", s.count("a"))
	}
	s.add("a", 3, 4)
	if s.count("a") != 2 || s.left["a1"] != nil {
		t.Errorf("a has %d entries, want the newest 2", s.count("a"))
	}
}
