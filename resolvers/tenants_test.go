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

var seed = flag.Uint64("seed", 0, "what TestTenants draws its operations from; 0 for something new")

// operations is how many TestTenants makes.
const operations = 100_000

// Two tenants of one vendor, at one URL and with the same ids, share a cache and a
// Redis that crashes and comes back. Whatever they read, forget and call off at
// once, each sees what is its own.
func TestTenants(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("go test ./resolvers -run TestTenants -seed %d", *seed)
	redis := redistest.Run(t)
	memory := remember(t, pagecache.Config{
		Redis: providers.NewSecret(redis.URL()), Key: providers.NewSecret(strings.Repeat("k", 32)),
		// Little time and little room, so that much is forgotten and found in Redis.
		Fresh: 200 * time.Millisecond, Stale: 400 * time.Millisecond, MaxBytes: 256 << 10,
	})
	d := directory.New(tenant(t, "anna", memory), tenant(t, "bert", memory))
	h := newHandler(d, transport.Options{
		Log: slog.New(slog.DiscardHandler), Authenticator: auth.AllowAll(auth.PersonalRead),
		ResponseBytes: 64 << 10, CacheVersion: memory.cache.Version,
	})
	const workers = 8
	var done atomic.Int64
	var wg sync.WaitGroup
	for worker := range uint64(workers) {
		wg.Go(func() {
			v := &visitor{t: t, directory: d, handler: h, rand: rand.New(rand.NewPCG(*seed, worker))}
			for range operations / workers {
				v.visit()
				done.Add(1)
			}
		})
	}
	passed := func(n int64) func() bool { return func() bool { return done.Load() >= n || t.Failed() } }
	for n := int64(operations / 10); n < operations; n += operations / 5 {
		eventuallyWithin(t, 5*time.Minute, "operations before a crash", passed(n))
		redis.Kill()
		eventuallyWithin(t, 5*time.Minute, "operations after a crash", passed(n+operations/20))
		redis.Start()
	}
	wg.Wait()
	if memory.count(pagecache.RedisDown) == 0 || memory.count(pagecache.RedisUp) == 0 {
		t.Error("nobody noticed that Redis crashed and came back")
	}
	for _, kind := range []pagecache.EventKind{
		pagecache.HitMemory, pagecache.HitRedis, pagecache.HitStale, pagecache.Miss, pagecache.Coalesced,
		pagecache.Refreshed, pagecache.Invalidated, pagecache.Dropped, pagecache.Evicted,
	} {
		t.Logf("%d %s", memory.count(kind), kind)
		if memory.count(kind) == 0 {
			t.Errorf("the operations never came to %q", kind)
		}
	}
}

// visitor makes one operation after another.
type visitor struct {
	t         *testing.T
	directory *directory.Directory
	handler   http.Handler
	rand      *rand.Rand
}

// visit makes one operation as one tenant, or as the graph of both.
func (v *visitor) visit() {
	ctx, cancel := context.WithCancel(v.t.Context())
	defer cancel()
	hurried := v.rand.IntN(10) == 0
	if hurried {
		patience := time.AfterFunc(time.Duration(v.rand.IntN(int(time.Millisecond))), cancel)
		defer patience.Stop()
	}
	owner := []string{"anna", "bert"}[v.rand.IntN(2)]
	user := model.NewID(owner, model.TypeUser, strconv.Itoa(1+v.rand.IntN(rows+2)))
	account := model.NewID(owner, model.TypeAccount, strconv.Itoa(1+v.rand.IntN(rows)))
	set, first := loaders.New(v.directory), 1+v.rand.IntN(rows)
	var err error
	switch draw := v.rand.IntN(1000); {
	case draw < 485:
		var u *model.User
		if u, err = set.Users.Load(ctx, user); u != nil {
			v.own(owner, user, u.ID, u.FirstName)
		}
	case draw < 735:
		err = v.users(ctx, set, owner, first)
	case draw < 860:
		err = v.members(ctx, set, owner, user, first)
	case draw < 980:
		err = v.members(ctx, set, owner, account, first)
	case draw < 988:
		v.both(ctx, hurried)
	case draw < 999:
		_, err = set.Refresh(ctx, []model.ID{user, account}[:1+v.rand.IntN(2)])
	default:
		err = v.directory.Purge(ctx, owner)
	}
	if err != nil && !(hurried && providers.KindOf(err) == providers.Canceled) {
		v.t.Errorf("%s: %v", owner, err)
	}
}

func (v *visitor) users(ctx context.Context, set *loaders.Loaders, owner string, first int) error {
	list, err := loaders.UserList(nil, &model.UserFilter{Providers: []string{owner}}, nil)
	if err != nil {
		return err
	}
	if v.rand.IntN(3) == 0 {
		list.Query.Order = providers.Order{Field: model.OrderByUpdatedAt, Descending: v.rand.IntN(2) == 0}
	}
	listing, err := set.Users.List(ctx, list, "", loaders.Paging{First: &first})
	if err != nil || len(listing.Errors) > 0 {
		return firstOf(err, listing)
	}
	for _, u := range listing.Nodes() {
		v.own(owner, u.ID, u.ID, u.FirstName)
	}
	v.whole(owner, len(listing.Nodes()), first)
	return nil
}

func (v *visitor) members(ctx context.Context, set *loaders.Loaders, owner string, of model.ID, first int) error {
	listing, err := set.Memberships.List(ctx, loaders.MemberList(nil), of, loaders.Paging{First: &first})
	if err != nil || len(listing.Errors) > 0 {
		return firstOf(err, listing)
	}
	for _, m := range listing.Nodes() {
		if of.Type() == model.TypeUser {
			v.own(owner, m.Account.ID, m.Account.ID, m.Account.Name)
			continue
		}
		v.own(owner, m.User.ID, m.User.ID, m.User.FirstName)
	}
	v.whole(owner, len(listing.Nodes()), first)
	return nil
}

func firstOf[T any](err error, listing *directory.Listing[T]) error {
	if err != nil {
		return err
	}
	return listing.Errors[0]
}

// both asks the graph for the users of both tenants.
func (v *visitor) both(ctx context.Context, hurried bool) {
	query := url.Values{"query": {`{ users(first: 100) { nodes { id firstName } } }`}}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/graphql?"+query.Encode(), nil)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	if hurried && ctx.Err() != nil {
		return
	}
	var answer struct {
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
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Errors != nil || len(answer.Data.Users.Nodes) != 2*rows {
		v.t.Errorf("%v %.500s", err, w.Body)
	}
	for _, u := range answer.Data.Users.Nodes {
		v.own(u.ID.Provider(), u.ID, u.ID, u.FirstName)
	}
}

// own holds that an object is the one that was asked for, with its owner's stamp.
func (v *visitor) own(owner string, asked, id model.ID, stamp *string) {
	of := "nobody"
	if stamp != nil {
		of = strings.TrimSuffix(*stamp, " account")
	}
	if asked != id || id.Provider() != owner || of != owner {
		v.t.Errorf("%s asked for %s and sees %s of %s", owner, asked, id, of)
	}
}

// whole holds that a list has what it should.
func (v *visitor) whole(owner string, n, want int) {
	if n != want {
		v.t.Errorf("%s sees %d of %d", owner, n, want)
	}
}
