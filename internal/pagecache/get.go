package pagecache

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// Source is the origin of an answer.
type Source string

// The values of Source.
const (
	FromVendor Source = "VENDOR"
	FromRedis  Source = "REDIS"
	FromMemory Source = "MEMORY"
	// FromStale is an answer from either level that is no longer fresh; it is revalidated
	// in the background.
	FromStale Source = "STALE"
	// FromInFlight is the answer of a lookup that another caller had started.
	FromInFlight Source = "COALESCED"
)

// Loaded is the vendor's answer for one key: a body, or a decoded value, or Absent, or Err. The
// body must not be changed afterwards.
type Loaded struct {
	Body []byte
	// Value is what decode would return for a body of Size bytes. It is for a cache whose
	// StoresBodies is false.
	Value any
	Size  int
	// Absent: the vendor says that there is nothing (404, 410).
	Absent bool
	Err    error
	// Unreadable is called before Get returns if Body cannot be decoded. It must not call
	// the cache, and may be nil.
	Unreadable func()
}

// Load fetches keys from the vendor. It calls deliver for each key as soon as its answer is
// there, so that callers of one key do not wait for the others. Keys that it has not
// delivered when it returns are errors of kind BadResponse. deliver may be called
// concurrently.
type Load func(ctx context.Context, keys []Key, deliver func(key Key, l Loaded))

// Answer is the value of one key. Value is immutable and shared; it is zero if Absent or
// Err is set.
type Answer[T any] struct {
	Value  T
	Absent bool
	Err    error
	// FetchedAt is when the vendor was called.
	FetchedAt time.Time
	// FreshFor is how long the value stays fresh; 0 if Stale.
	FreshFor time.Duration
	Stale    bool
	Source   Source
}

// Get is GetMulti for one key.
func Get[T any](ctx context.Context, s *Scope, key Key, decode func(key Key, body []byte) (T, error), load Load) (a Answer[T]) {
	now := s.cache.now()
	s.cache.get(ctx, s, []Key{key}, newLoader(decode, load), func(_ Key, o outcome) { a = newAnswer[T](o, now) })
	return a
}

// Peek returns the value of a key that is fresh in memory, and when it was fetched. It calls
// no vendor.
func Peek[T any](s *Scope, key Key) (value T, fetched time.Time, ok bool) {
	now := s.cache.now()
	e := s.cache.memory.get(typedKey{key, reflect.TypeFor[T]()}, s.cache.memory.generations.of(s.id), now)
	if key.scope != s.id || e == nil || e.absent || !now.Before(e.freshUntil) {
		return value, fetched, false
	}
	s.cache.count(HitMemory, 1, e.size)
	value, ok = e.value.(T)
	return value, e.fetched, ok
}

// GetMulti returns the answers for keys, in their order: from memory, from Redis, or from load.
// Of a key that is given twice, one waits for the other.
//
// One lookup of a key is in flight at a time: concurrent callers of this process wait for
// it, and of all replicas that share a Redis one calls load. load gets all keys that this
// caller is the first to miss in one call; it is called again for keys that another replica
// did not deliver. decode is called once per body.
//
// load and decode may be called from other goroutines, on behalf of other callers, and after
// GetMulti has returned, to revalidate a stale value. Their context carries this caller's
// values and ends when the last waiter has left. While they revalidate, it carries none of
// this caller's values and does not end with this caller.
//
// An error of load is the answer for its keys and is not cached. Callers that only wait do
// not share errors of kind BudgetExceeded and Canceled, nor those with Own set: they look the
// key up again.
// Unauthenticated drops the scope; so does Forbidden for a key that was cached. A panic, or a
// body that decode rejects, is an error of kind BadResponse. When ctx ends, and earlier, at its
// Deadline, keys without an answer get an error of kind Canceled or Timeout. Redis failures are
// cache misses, never errors.
func GetMulti[T any](ctx context.Context, s *Scope, keys []Key, decode func(key Key, body []byte) (T, error), load Load) []Answer[T] {
	now := s.cache.now()
	answers, next := make([]Answer[T], len(keys)), 0
	s.cache.get(ctx, s, keys, newLoader(decode, load), func(key Key, o outcome) {
		// A key is reported as often as it is among keys. The keys that memory has are reported
		// in their order, and so are the others.
		i := indexFrom(next, len(keys), func(i int) bool { return keys[i] == key && answers[i].Source == "" })
		answers[i], next = newAnswer[T](o, now), i+1
	})
	return answers
}

func newAnswer[T any](o outcome, now time.Time) Answer[T] {
	a := Answer[T]{Absent: o.absent, Err: o.err, FetchedAt: o.fetched, Source: o.source}
	a.Value, _ = o.value.(T)
	if o.err == nil {
		if o.freshUntil.After(o.fetched) {
			a.FreshFor = max(0, o.freshUntil.Sub(now))
		}
		a.Stale = o.stale
	}
	return a
}

// get reports the outcome of each key.
func (c *Cache) get(ctx context.Context, s *Scope, keys []Key, l loader, report func(Key, outcome)) {
	own := func(key Key) bool { return key.scope == s.id }
	for _, key := range keys {
		if !own(key) {
			report(key, failed(&providers.Error{Kind: providers.InvalidArgument, Detail: "a key of another scope"}))
		}
	}
	for keys = filter(keys, own); len(keys) > 0; {
		keys = c.lookup(ctx, s, keys, l, report)
	}
}

// filter returns the elements that match: all itself if all do.
func filter[T any](all []T, matches func(T) bool) []T {
	for i, first := range all {
		if matches(first) {
			continue
		}
		rest := append(make([]T, 0, len(all)-1), all[:i]...)
		for _, e := range all[i+1:] {
			if matches(e) {
				rest = append(rest, e)
			}
		}
		return rest
	}
	return all
}

// lookup reports the outcomes of keys that are in memory, and waits for the others. It
// returns the keys whose outcome is private to another caller.
func (c *Cache) lookup(ctx context.Context, s *Scope, keys []Key, l loader, report func(Key, outcome)) (again []Key) {
	missing, stale := c.lookupMemory(s, keys, l.typ, report)
	if len(missing) > 0 && ctx.Err() == nil {
		ctx, cancel := WithDeadline(ctx)
		defer cancel()
		started, joined := c.join(ctx, s, missing, l)
		c.revalidate(s, stale, l)
		defer s.wait()()
		return wait(ctx, started, joined, report)
	}
	for _, k := range missing {
		report(k.key, failed(contextError(ctx)))
	}
	c.revalidate(s, stale, l)
	return nil
}

// lookupMemory reports the outcomes of keys that are in memory.
func (c *Cache) lookupMemory(s *Scope, keys []Key, typ reflect.Type, report func(Key, outcome)) (missing, stale []typedKey) {
	if c.disabled() {
		missing = make([]typedKey, len(keys))
		for i, key := range keys {
			missing[i] = typedKey{key, typ}
		}
		return missing, nil
	}
	now, g := c.now(), c.memory.generations.of(s.id)
	var hits, bytes, old int
	for i, key := range keys {
		k := typedKey{key, typ}
		e := c.memory.get(k, g, now)
		if e == nil {
			if missing == nil {
				missing = make([]typedKey, 0, len(keys)-i)
			}
			missing = append(missing, k)
			continue
		}
		o := e.outcome(FromMemory, now)
		report(key, o)
		bytes += e.size
		if o.stale {
			old++
			stale = append(stale, k)
			continue
		}
		hits++
	}
	c.count(HitMemory, hits, bytes)
	c.count(HitStale, old, 0)
	return missing, stale
}

// wait reports the outcomes of calls, and returns the keys to look up again.
func wait(ctx context.Context, started, joined []*call, report func(Key, outcome)) (again []Key) {
	for _, call := range started {
		o, err := call.Wait(ctx)
		if err != nil {
			o = failed(contextError(ctx))
		}
		report(call.Key().key, o)
	}
	for _, call := range joined {
		o, err := call.Wait(ctx)
		switch {
		case err != nil:
			o = failed(contextError(ctx))
		case o.private():
			again = append(again, call.Key().key)
			continue
		case o.err == nil:
			o.source = FromInFlight
		}
		report(call.Key().key, o)
	}
	return again
}

// contextError returns why a context ended.
func contextError(ctx context.Context) *providers.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &providers.Error{Kind: providers.Timeout}
	}
	return &providers.Error{Kind: providers.Canceled}
}
