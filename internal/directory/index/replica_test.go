package index_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// replica is a server that shares a Redis with others.
type replica struct {
	*directory.Directory
	vendor *vendor
	index  *index.Provider
	cache  *pagecache.Cache
	events chan pagecache.EventKind
	// network are the connections to Redis.
	network network
}

// network connects to Redis until it is cut.
type network struct {
	// fake replaces the Redis of the URL; it may be nil.
	fake *redistest.Fake

	mu          sync.Mutex
	isCut       bool
	connections []net.Conn
}

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	connect := new(net.Dialer).DialContext
	if n.fake != nil {
		connect = n.fake.Dial
	}
	c, err := connect(ctx, kind, address)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil && n.isCut {
		err = c.Close()
	}
	if err != nil || n.isCut {
		return nil, errors.New("no connection")
	}
	n.connections = append(n.connections, c)
	return c, nil
}

// cut ends all connections, as the crash of the replica does.
func (n *network) cut() { n.block(true) }

// block ends all connections and allows none, or allows them again.
func (n *network) block(isCut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.isCut = isCut
	for _, c := range n.connections {
		_ = c.Close()
	}
}

// connected is a vendor that is read with a credential through a cache.
type connected struct {
	*vendor
	scope *pagecache.Scope
}

func (c connected) Version() uint64                { return c.scope.Version() }
func (c connected) Snapshots() providers.Snapshots { return c.scope.Snapshots() }
func (c connected) Invalidate(ctx context.Context, ids []model.ID) {
	if ids == nil {
		c.scope.Drop(ctx)
		return
	}
	c.scope.Invalidate(ctx, ids...)
}

const testKey = "01234567890123456789012345678901" // 32 bytes

// startReplica starts a server that has subscribed to the invalidations of the others.
func startReplica(t *testing.T, url string, v *vendor, o index.Options) *replica {
	t.Helper()
	r := newReplica(t, url, v)
	r.awaitEvent(t, pagecache.Subscribed)
	r.wrap(t, o)
	return r
}

// startFakedReplica starts a server with a simulated Redis.
func startFakedReplica(t *testing.T, f *redistest.Fake, v *vendor) *replica {
	t.Helper()
	r := &replica{vendor: v, events: make(chan pagecache.EventKind, 1<<12)}
	r.network.fake = f
	r.open(t, "redis://fake:1")
	r.awaitEvent(t, pagecache.Subscribed)
	r.wrap(t, options)
	return r
}

// newReplica opens the cache of a server.
func newReplica(t *testing.T, url string, v *vendor) *replica {
	t.Helper()
	r := &replica{vendor: v, events: make(chan pagecache.EventKind, 1<<12)}
	r.open(t, url)
	return r
}

func (r *replica) open(t *testing.T, url string) {
	t.Helper()
	var err error
	r.cache, err = pagecache.Open(pagecache.Config{
		Redis: providers.NewSecret(url), Key: providers.NewSecret(testKey), Fresh: time.Minute, Stale: time.Minute, Timeout: time.Second,
		Observe: func(e pagecache.Event) { r.events <- e.Kind }, Dial: r.network.dial,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.cache.Close)
}

// wrap gives the provider its index.
func (r *replica) wrap(t *testing.T, o index.Options) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	p := index.Wrap(ctx, connected{r.vendor, r.cache.Scope(model.BlendVision, "https://vendor.example", []byte("token"))}, o)
	r.Directory, r.index = directory.New(p), p.(*index.Provider)
}

// awaitEvent waits for an event, and drops those before.
func (r *replica) awaitEvent(t *testing.T, kind pagecache.EventKind) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case got := <-r.events:
			if got == kind {
				return
			}
		case <-timeout:
			t.Fatalf("no event %s", kind)
		}
	}
}

// counted returns how many events of some kinds there were since the last call.
func (r *replica) counted(kinds ...pagecache.EventKind) (n int) {
	for {
		select {
		case got := <-r.events:
			if slices.Contains(kinds, got) {
				n++
			}
		default:
			return n
		}
	}
}
