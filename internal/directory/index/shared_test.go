package index_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// members returns a vendor of n users with memberships.
func members(n int) *vendor {
	v := newVendor(randomUsers(rand.New(rand.NewPCG(1, 2)), n)...)
	withMembers(rand.New(rand.NewPCG(3, 4)), v)
	return v
}

// The index that one replica has read answers at another as it does there, without a call.
func TestShared_SecondReplicaMakesNoCall(t *testing.T) {
	r := redistest.Run(t)
	v, w := members(300), members(300)
	v.gap = &providers.Error{Kind: providers.Forbidden, HTTPStatus: 403, VendorCode: "no", RetryAfter: time.Second, Detail: "a tenant", Provider: v.connection}
	one, two := startReplica(t, r.URL(), v, options), startReplica(t, r.URL(), w, options)
	v.connection, w.connection = &model.Provider{Name: "one"}, &model.Provider{Name: "one"}
	readOf(t, one.Directory, selectMemberships, membershipsOf("1"), 10, nil)
	one.awaitEvent(t, pagecache.SnapshotKept)
	read(t, two.Directory, byEmail("zoe1@example.com"), 10, nil)
	one.vendor.pages()
	for _, q := range append(queries(), membershipsOf("7", "3"), membershipsOf("12")) {
		if isPlain(q) {
			continue
		}
		if q.Parent.Type == "" {
			same(t, one, two, selectUsers, q)
			continue
		}
		same(t, one, two, selectMemberships, q)
	}
	if first, second := one.vendor.pages(), two.vendor.pages(); first != 0 || second != 0 || two.counted(pagecache.SnapshotRead) != 1 {
		t.Errorf("%d and %d pages were read", first, second)
	}
	if a, b := one.index.Stats(), two.index.Stats(); a.State != model.IndexReady || a.Rows != b.Rows || !a.BuiltAt.Truncate(time.Millisecond).Equal(b.BuiltAt) || a.Took != b.Took {
		t.Errorf("%+v, %+v", a, b)
	}
	// A user by id costs the page that holds it.
	id := v.memberships[200].User.ID
	if objects, failed := directory.Objects(t.Context(), two.Directory, selectUsers, []model.ID{id}); objects[id] == nil || len(failed) > 0 || w.pages() != 1 {
		t.Errorf("%v, %v", objects, failed)
	}
}

// same compares a list at two replicas.
func same[T model.Node](t *testing.T, one, two *replica, sel directory.Selector[T], q providers.Query) {
	t.Helper()
	a, b := readOf(t, one.Directory, sel, q, 100, nil), readOf(t, two.Directory, sel, q, 100, nil)
	if diff := cmp.Diff(a.Nodes(), b.Nodes(), cmp.AllowUnexported(model.FieldSet{})); diff != "" {
		t.Errorf("%+v:\n%s", q, diff)
	}
	if a.Complete != b.Complete || cmp.Diff(a.TotalCount, b.TotalCount) != "" || cmp.Diff(a.Errors, b.Errors) != "" {
		t.Errorf("%+v: complete %t and %t, %v and %v", q, a.Complete, b.Complete, a.Errors, b.Errors)
	}
}

// Redis holds no address, name or id, and deletes everything by itself.
func TestShared_IsSealed(t *testing.T) {
	r := redistest.Run(t)
	v := members(300)
	one := startReplica(t, r.URL(), v, options)
	read(t, one.Directory, byEmail("zoe1@example.com"), 10, nil)
	one.awaitEvent(t, pagecache.SnapshotKept)
	values := redisValues(t, r, "*")
	if len(values) < 4 {
		t.Fatalf("%d values", len(values))
	}
	for key, value := range values {
		for _, text := range []string{"example.com", "ukasz", "zoe", "Person", "one:"} {
			if strings.Contains(key+value, text) {
				t.Errorf("%s contains %s", key, text)
			}
		}
		// -1 is a value without an expiry; -2 is none: a lease may have been released.
		ttl, err := strconv.Atoi(r.Command("PTTL", key)[0])
		if len(value) > 1<<20 || err != nil || ttl == -1 || ttl > int((3*time.Hour).Milliseconds()) {
			t.Errorf("%s has %d bytes, lives for %d ms", key, len(value), ttl)
		}
	}
}

func redisValues(t *testing.T, r *redistest.Server, pattern string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for _, key := range r.Command("KEYS", pattern) {
		if value := r.Command("GET", key); value != nil { // it may have expired
			values[key] = value[0]
		}
	}
	return values
}

// What was changed in Redis is not served: the replica reads the list, and counts it.
func TestShared_TamperedIsNotServed(t *testing.T) {
	for name, change := range map[string]func(values map[string]string) map[string]string{
		"swapped": func(values map[string]string) map[string]string {
			var keys, all []string
			for key, value := range values {
				keys, all = append(keys, key), append(all, value)
			}
			changed := map[string]string{}
			for i, key := range keys {
				changed[key] = all[(i+1)%len(all)]
			}
			return changed
		},
		"flipped": func(values map[string]string) map[string]string {
			for key, value := range values {
				b := []byte(value)
				b[len(b)/2] ^= 1
				values[key] = string(b)
			}
			return values
		},
		"old version": func(values map[string]string) map[string]string {
			for key, value := range values {
				values[key] = "\x00" + value[1:]
			}
			return values
		},
		"a chunk is missing": func(values map[string]string) map[string]string {
			// The description is the shortest.
			for key, value := range values {
				if len(value) > 300 {
					values[key] = ""
				}
			}
			return values
		},
		"foreign": func(values map[string]string) map[string]string {
			for key := range values {
				values[key] = "hello"
			}
			return values
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := redistest.Run(t)
			one := startReplica(t, r.URL(), members(300), options)
			read(t, one.Directory, byEmail("zoe1@example.com"), 10, nil)
			one.awaitEvent(t, pagecache.SnapshotKept)
			for key, value := range change(redisValues(t, r, "*}:s:*")) {
				if value == "" {
					r.Command("DEL", key)
					continue
				}
				r.Command("SET", key, value, "EX", "3600")
			}
			w := members(20)
			two := startReplica(t, r.URL(), w, options)
			if got := read(t, two.Directory, providers.Query{Order: providers.Order{Field: model.OrderByEmail}}, 100, nil); len(got.Nodes()) > 20 || w.pages() == 0 {
				t.Errorf("%d rows", len(got.Nodes()))
			}
			if two.counted(pagecache.SealInvalid, pagecache.Rejected, pagecache.SnapshotLost) == 0 {
				t.Error("not counted")
			}
			three := startReplica(t, r.URL(), members(20), options)
			two.awaitKept(t, r)
			if read(t, three.Directory, byEmail("zoe1@example.com"), 10, nil); three.vendor.pages() != 0 {
				t.Error("the index was not shared again")
			}
		})
	}
}

// awaitKept waits until a snapshot is in Redis.
func (r *replica) awaitKept(t *testing.T, s *redistest.Server) {
	t.Helper()
	eventually(t, "an index is shared, and the lease is released", func() bool {
		return len(redisValues(t, s, "*}:s:*")) >= 2 && len(redisValues(t, s, "*}:l:*")) == 0
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("after 20 s, it is not true that %s", what)
		}
	}
}

// An invalidation ends the index at every replica, and what is shared.
func TestShared_Invalidation(t *testing.T) {
	for name, ids := range map[string][]model.ID{"all": nil, "an object": {"one:User:5"}} {
		t.Run(name, func(t *testing.T) {
			r := redistest.Run(t)
			one, two := startReplica(t, r.URL(), newVendor(users(100)...), options), startReplica(t, r.URL(), newVendor(users(100)...), options)
			read(t, one.Directory, byEmail("person500@example.com"), 10, nil)
			one.awaitEvent(t, pagecache.SnapshotKept)
			read(t, two.Directory, byEmail("person500@example.com"), 10, nil)
			for _, replica := range []*replica{one, two} {
				replica.vendor.set(func(v *vendor) { v.users = append(v.users, user(500)) })
				replica.vendor.pages()
			}
			one.index.Invalidate(t.Context(), ids)
			three := startReplica(t, r.URL(), one.vendor, options)
			for n, replica := range []*replica{three, one, two} {
				eventually(t, fmt.Sprintf("replica %d answers from the new index", n), func() bool {
					return len(read(t, replica.Directory, byEmail("person500@example.com"), 10, nil).Nodes()) == 1
				})
			}
			if first, second := one.vendor.pages(), two.vendor.pages(); first+second != 11 {
				t.Errorf("%d and %d pages were read, want 11 together", first, second)
			}
		})
	}
}

// A vendor that refuses the credential ends the index at every replica.
func TestShared_CredentialRefused(t *testing.T) {
	r := redistest.Run(t)
	short := options
	short.Fresh = time.Second
	one, two := startReplica(t, r.URL(), newVendor(users(100)...), short), startReplica(t, r.URL(), newVendor(users(100)...), options)
	read(t, two.Directory, byEmail("person5@example.com"), 10, nil)
	read(t, one.Directory, byEmail("person5@example.com"), 10, nil)
	two.awaitKept(t, r)
	forbidden := func(string) error { return &providers.Error{Kind: providers.Forbidden} }
	one.vendor.set(func(v *vendor) { v.fail = forbidden })
	two.vendor.set(func(v *vendor) { v.fail = forbidden })
	for n, replica := range []*replica{one, two} {
		eventually(t, fmt.Sprintf("replica %d answers with the refusal", n), func() bool {
			return errorOf(read(t, replica.Directory, byEmail("person5@example.com"), 10, nil)).Kind == providers.Forbidden
		})
	}
	three := startReplica(t, r.URL(), two.vendor, options)
	if e := errorOf(read(t, three.Directory, byEmail("person5@example.com"), 10, nil)); e.Kind != providers.Forbidden {
		t.Errorf("a new replica: %v", e)
	}
}

// Without Redis, and while it is down, each replica reads the list.
func TestShared_RedisDown(t *testing.T) {
	r := redistest.Run(t)
	one, two := startReplica(t, r.URL(), newVendor(users(100)...), options), startReplica(t, r.URL(), newVendor(users(100)...), options)
	r.Kill()
	for _, replica := range []*replica{one, two} {
		expect(t, "without Redis", find(t, replica.Directory, "person5@example.com", time.Minute), 1, false)
		if pages := replica.vendor.pages(); pages != 10 {
			t.Errorf("%d pages were read, want 10", pages)
		}
	}
}

// Replicas with other settings do not share an index.
func TestShared_Settings(t *testing.T) {
	r := redistest.Run(t)
	other := options
	other.Settings = "other organizations"
	one, two := startReplica(t, r.URL(), newVendor(users(100)...), options), startReplica(t, r.URL(), newVendor(users(50)...), other)
	read(t, one.Directory, byEmail("person5@example.com"), 10, nil)
	one.awaitEvent(t, pagecache.SnapshotKept)
	if l := read(t, two.Directory, byEmail("person70@example.com"), 10, nil); len(l.Nodes()) != 0 || two.vendor.pages() != 5 {
		t.Error("the index of other settings was served")
	}
}

// A replica that starts with warm while Redis is not there yet waits for it, and loads what is
// shared.
func TestShared_WarmWaitsForRedis(t *testing.T) {
	r := redistest.Run(t)
	one := startReplica(t, r.URL(), newVendor(users(100)...), options)
	read(t, one.Directory, byEmail("person5@example.com"), 10, nil)
	one.awaitEvent(t, pagecache.SnapshotKept)
	warm := options
	warm.Warm = true
	two := newReplica(t, r.URL(), newVendor(users(100)...))
	two.network.block(true)
	two.wrap(t, warm)
	two.awaitEvent(t, pagecache.RedisDown)
	two.network.block(false)
	eventually(t, "the index is loaded", func() bool { return two.index.Stats().State == model.IndexReady })
	if pages := two.vendor.pages(); pages != 0 {
		t.Errorf("%d pages were read", pages)
	}
}

// An index that is built at the start is built again when it is invalidated before a query has
// used it.
func TestWarm_Invalidated(t *testing.T) {
	r := redistest.Run(t)
	warm := options
	warm.Warm = true
	one, two := startReplica(t, r.URL(), newVendor(users(100)...), options), startReplica(t, r.URL(), newVendor(users(100)...), warm)
	eventually(t, "the index is there", func() bool { return two.index.Stats().State == model.IndexReady })
	built := two.index.Stats().BuiltAt
	one.index.Invalidate(t.Context(), nil)
	eventually(t, "the index is built again", func() bool {
		s := two.index.Stats()
		return s.State == model.IndexReady && s.BuiltAt.After(built)
	})
}
