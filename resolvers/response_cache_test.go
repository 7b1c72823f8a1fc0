package resolvers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/responsecache"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// cachingServer has a response cache, and records the source of each response.
type cachingServer struct {
	*testServer
	mu      sync.Mutex
	sources []responsecache.Source
}

func newCachingServer(t *testing.T, simulated *demo.Vendors, fresh time.Duration) *cachingServer {
	t.Helper()
	cache := newTestCache(t, pagecache.Config{Fresh: fresh, Stale: 10 * fresh, Rand: func() float64 { return 1 }})
	s := &cachingServer{}
	s.testServer = newTestServer(t, serverConfig{vendors: simulated, cache: cache, options: transport.Options{
		ResponseBytes: 1 << 20, CacheVersion: cache.Version, Now: cache.now,
		ObserveSource: func(from responsecache.Source) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sources = append(s.sources, from)
		},
	}})
	return s
}

// last returns the source of the last response.
func (s *cachingServer) last() responsecache.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources[len(s.sources)-1]
}

func (s *cachingServer) count(from responsecache.Source) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, source := range s.sources {
		if source == from {
			n++
		}
	}
	return n
}

const oneUser = `{ user(id: "softwareone:User:USR-1000-1234") { name } }`

func TestResponseCache_Fresh(t *testing.T) {
	s := newCachingServer(t, startVendors(t), time.Minute)
	first := s.query(t, oneUser, nil)
	s.cache.advance(20 * time.Second)
	if second := s.query(t, oneUser, nil); !bytes.Equal(first, second) || s.last() != responsecache.Hit {
		t.Errorf("%s: %s", s.last(), second)
	}
	if seconds := s.maxAge(t, oneUser); seconds > 40 || seconds < 30 {
		t.Errorf("max-age %d, want about 40", seconds)
	}
	s.cache.advance(41 * time.Second)
	if s.query(t, oneUser, nil); s.last() != responsecache.Miss {
		t.Errorf("stale response: %s", s.last())
	}
}

func TestResponseCache_Misses(t *testing.T) {
	const someUser = `query ($id: ID!) { user(id: $id) { name } }`
	variables, others := []byte(`{"id": "softwareone:User:USR-1000-1234"}`), []byte(`{"id": "softwareone:User:USR-1001-1271"}`)
	for name, test := range map[string]struct {
		query         string
		first, second []byte
		between       string
	}{
		"refresh":             {query: oneUser, between: `mutation { refresh(ids: ["softwareone:User:USR-1000-1234"]) }`},
		"purge":               {query: oneUser, between: `mutation { purge(provider: "softwareone") }`},
		"other variables":     {query: someUser, first: variables, second: others},
		"mutation":            {query: `mutation { refresh(ids: []) }`},
		"uncacheable field":   {query: `{ providers { name status } users(first: 1) { nodes { id } } }`},
		"incomplete response": {query: `{ accounts(first: 1, filter: {providers: ["activeplatform"]}) { nodes { id } } }`},
		"no vendor data":      {query: `{ __typename }`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newCachingServer(t, startVendors(t), time.Minute)
			s.vendors.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusNotImplemented})
			s.query(t, test.query, test.first)
			if test.between != "" {
				s.query(t, test.between, nil)
			}
			if s.query(t, test.query, test.second); s.last() != responsecache.Miss {
				t.Errorf("%s", s.last())
			}
		})
	}
}

// TestResponseCache_Trace executes a traced query, because the trace describes one
// execution.
func TestResponseCache_Trace(t *testing.T) {
	s := newCachingServer(t, startVendors(t), time.Minute)
	s.query(t, oneUser, nil)
	_, trace := s.queryWithTrace(t, oneUser, nil)
	if trace == "" || s.last() != responsecache.Miss {
		t.Errorf("%s; trace %q", s.last(), trace)
	}
}

// TestResponseCache_Coalescing sends a query a hundred times at once, also where
// nothing is cached.
func TestResponseCache_Coalescing(t *testing.T) {
	simulated := startVendors(t)
	simulated.Vendor("softwareone").Control.Delay(50 * time.Millisecond)
	want := newTestServer(t, serverConfig{vendors: simulated}).query(t, circleQuery, nil)
	for _, fresh := range []time.Duration{0, time.Minute} {
		t.Run(fmt.Sprint(fresh), func(t *testing.T) {
			s := newCachingServer(t, simulated, fresh)
			concurrently(100, func(int) {
				if got := s.query(t, circleQuery, nil); !bytes.Equal(got, want) {
					t.Errorf("other response: %s", got)
				}
			})
			misses, coalesced := s.count(responsecache.Miss), s.count(responsecache.Coalesced)
			if misses+coalesced+s.count(responsecache.Hit) != 100 || coalesced < 50 {
				t.Errorf("%d executed, %d coalesced", misses, coalesced)
			}
		})
	}
}
