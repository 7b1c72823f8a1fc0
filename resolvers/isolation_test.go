package resolvers_test

import (
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/providers"
)

var (
	seed                = flag.Uint64("seed", 0, "the seed of the operations in TestIsolation; 0 for a random one")
	isolationOperations = flag.Int("operations", 100_000, "the number of operations in TestIsolation")
)

// TestIsolation has two credentials at one vendor, with one URL and the same ids,
// that share a cache and a Redis. Redis crashes and restarts. Whatever operations
// read, invalidate and cancel concurrently, none sees data of the other credential.
func TestIsolation(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("go test ./resolvers -run TestIsolation -seed %d", *seed)
	redis := redistest.Run(t)
	cache := newTestCache(t, pagecache.Config{
		Redis: providers.NewSecret(redis.URL()), Key: providers.NewSecret(strings.Repeat("k", 32)),
		// Short and small, so that many entries expire or are evicted and read from Redis.
		Fresh: 200 * time.Millisecond, Stale: 400 * time.Millisecond, MaxBytes: 256 << 10,
	})
	d := directory.New(newMarkedProvider(t, "anna", cache), newMarkedProvider(t, "bert", cache))
	h := newHandler(d, transport.Options{
		Log: slog.New(slog.DiscardHandler), Authenticator: auth.AllowAll(auth.PersonalRead),
		ResponseBytes: 64 << 10, CacheVersion: cache.Version,
	})
	const workers = 8
	operations := *isolationOperations
	if testing.Short() { // as the race detector runs
		operations = min(operations, 30_000)
	}
	atMost := 5 * time.Minute * time.Duration(1+operations/100_000)
	var done atomic.Int64
	var wg sync.WaitGroup
	for worker := range uint64(workers) {
		wg.Go(func() {
			c := &randomClient{t: t, directory: d, handler: h, rand: rand.New(rand.NewPCG(*seed, worker))}
			for range operations / workers {
				c.runOperation()
				done.Add(1)
			}
		})
	}
	reached := func(n int) func() bool { return func() bool { return int(done.Load()) >= n || t.Failed() } }
	for n := operations / 10; n < operations; n += operations / 5 {
		waitAtMost(t, atMost, "operations before a crash", reached(n))
		redis.Kill()
		waitAtMost(t, atMost, "operations after a crash", reached(n+operations/20))
		redis.Start()
	}
	wg.Wait()
	// The cache looks for Redis once in a second, which may be later than the last operation.
	waitAtMost(t, 10*time.Second, "the cache notices that Redis crashed and restarted", func() bool {
		return cache.count(pagecache.RedisDown) > 0 && cache.count(pagecache.RedisUp) > 0
	})
	for _, kind := range []pagecache.EventKind{
		pagecache.HitMemory, pagecache.HitRedis, pagecache.HitStale, pagecache.Miss, pagecache.Coalesced,
		pagecache.Refreshed, pagecache.Invalidated, pagecache.Dropped, pagecache.Evicted,
	} {
		t.Logf("%d %s", cache.count(kind), kind)
		if cache.count(kind) == 0 {
			t.Errorf("no event %q", kind)
		}
	}
}

// randomClient runs random operations.
type randomClient struct {
	t         *testing.T
	directory *directory.Directory
	handler   http.Handler
	rand      *rand.Rand
}

// runOperation runs one operation with one credential, or a query over both.
func (c *randomClient) runOperation() {
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	canceled := c.rand.IntN(10) == 0
	if canceled {
		timer := time.AfterFunc(time.Duration(c.rand.IntN(int(time.Millisecond))), cancel)
		defer timer.Stop()
	}
	owner := []string{"anna", "bert"}[c.rand.IntN(2)]
	user := model.NewID(owner, model.TypeUser, strconv.Itoa(1+c.rand.IntN(rows+2)))
	account := model.NewID(owner, model.TypeAccount, strconv.Itoa(1+c.rand.IntN(rows)))
	l, first := loaders.New(c.directory), 1+c.rand.IntN(rows)
	var err error
	switch draw := c.rand.IntN(1000); {
	case draw < 485:
		var u *model.User
		if u, err = l.Users.Load(ctx, user); u != nil {
			c.checkOwner(owner, user, u.ID, u.FirstName)
		}
	case draw < 735:
		err = c.readUsers(ctx, l, owner, first)
	case draw < 860:
		err = c.readMembers(ctx, l, owner, user, first)
	case draw < 980:
		err = c.readMembers(ctx, l, owner, account, first)
	case draw < 988:
		c.queryBoth(ctx, canceled)
	case draw < 999:
		_, err = l.Refresh(ctx, []model.ID{user, account}[:1+c.rand.IntN(2)])
	default:
		err = c.directory.Purge(ctx, owner)
	}
	if err != nil && !(canceled && providers.KindOf(err) == providers.Canceled) {
		c.t.Errorf("%s: %v", owner, err)
	}
}

func (c *randomClient) readUsers(ctx context.Context, l *loaders.Loaders, owner string, first int) error {
	list, err := loaders.UserList(nil, &model.UserFilter{Providers: []string{owner}}, nil)
	if err != nil {
		return err
	}
	if c.rand.IntN(3) == 0 {
		list.Query.Order = providers.Order{Field: model.OrderByUpdatedAt, Descending: c.rand.IntN(2) == 0}
	}
	listing, err := l.Users.List(ctx, list, "", loaders.Paging{First: &first})
	if err != nil || len(listing.Errors) > 0 {
		return firstError(err, listing)
	}
	for _, u := range listing.Nodes() {
		c.checkOwner(owner, u.ID, u.ID, u.FirstName)
	}
	c.checkLength(owner, len(listing.Nodes()), first)
	return nil
}

func (c *randomClient) readMembers(ctx context.Context, l *loaders.Loaders, owner string, parent model.ID, first int) error {
	listing, err := l.Memberships.List(ctx, loaders.MemberList(nil, nil), parent, loaders.Paging{First: &first})
	if err != nil || len(listing.Errors) > 0 {
		return firstError(err, listing)
	}
	for _, m := range listing.Nodes() {
		if parent.Type() == model.TypeUser {
			c.checkOwner(owner, m.Account.ID, m.Account.ID, m.Account.Name)
			continue
		}
		c.checkOwner(owner, m.User.ID, m.User.ID, m.User.FirstName)
	}
	c.checkLength(owner, len(listing.Nodes()), first)
	return nil
}

func firstError[T any](err error, listing *directory.Listing[T]) error {
	if err != nil {
		return err
	}
	return listing.Errors[0]
}

// queryBoth queries the users of both credentials.
func (c *randomClient) queryBoth(ctx context.Context, canceled bool) {
	query := url.Values{"query": {`{ users(first: 100) { nodes { id firstName } } }`}}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/graphql?"+query.Encode(), nil)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	if canceled && ctx.Err() != nil {
		return
	}
	var response struct {
		Errors []any
		Data   struct {
			Users struct {
				Nodes []struct {
					ID        model.ID
					FirstName *string
				}
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &response); err != nil || response.Errors != nil || len(response.Data.Users.Nodes) != 2*rows {
		c.t.Errorf("%v %.500s", err, w.Body)
	}
	for _, u := range response.Data.Users.Nodes {
		c.checkOwner(u.ID.Provider(), u.ID, u.ID, u.FirstName)
	}
}

// checkOwner checks the id of an object, and that its name holds the owner.
func (c *randomClient) checkOwner(owner string, want, id model.ID, name *string) {
	marked := "nobody"
	if name != nil {
		marked = strings.TrimSuffix(*name, " account")
	}
	if want != id || id.Provider() != owner || marked != owner {
		c.t.Errorf("%s requests %s and sees %s of %s", owner, want, id, marked)
	}
}

func (c *randomClient) checkLength(owner string, n, want int) {
	if n != want {
		c.t.Errorf("%s sees %d of %d", owner, n, want)
	}
}
