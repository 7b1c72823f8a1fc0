package pagecache

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// Source tells where an answer came from.
type Source string

// The values of Source.
const (
	FromVendor Source = "VENDOR"
	FromRedis  Source = "REDIS"
	FromMemory Source = "MEMORY"
	// FromStale is an answer from either level that is no longer fresh, while it is
	// refreshed behind.
	FromStale Source = "STALE"
	// Coalesced shares what someone else was looking for already.
	Coalesced Source = "COALESCED"
)

// Loaded is what the vendor answers for one key: a body, or Absent, or Err. A
// body must not be changed afterwards.
type Loaded struct {
	Body []byte
	// Absent: the vendor says that there is nothing (404, 410).
	Absent bool
	Err    error
}

// Load asks the vendor for the keys with these indices. It tells land of each
// answer as soon as it is there, by its place in missing, so that who waits for
// one key need not wait for others; what it did not tell when it returns is an
// error. land may be called concurrently.
type Load func(ctx context.Context, missing []int, land func(place int, l Loaded))

// Answer is what is known of one key. Value is immutable and shared; it is zero
// where Absent or Err says so.
type Answer[T any] struct {
	Value  T
	Absent bool
	Err    error
	// FetchedAt is when the vendor was asked.
	FetchedAt time.Time
	// Stale tells that FreshFor, which is how long the answer stays fresh, is over.
	Stale    bool
	FreshFor time.Duration
	Source   Source
}

// Read answers each key, in order, from the first level, from Redis, or by load.
//
// What is not remembered is looked for once in this process, whoever asks, and
// loaded once among all replicas that share a Redis. load gets the indices of
// keys that must be asked for; it is called once for all keys that this caller is
// the first to miss, and again for keys that another replica gave up. decode is
// called once for a body. Both may be called from
// another goroutine, for others too, and after Read has returned, when an answer
// is refreshed behind; then ctx is not the caller's and carries nothing of it.
// Else ctx carries the caller's values, and ends when nobody waits any more.
//
// Where load fails, its error is the answer of those keys and is not remembered,
// with two exceptions: others who waited do not share the kinds BudgetExceeded and
// Canceled, but ask for themselves. Unauthenticated drops the scope, so does
// Forbidden for what was remembered. A panic, or an answer that decode cannot
// read, is an error of kind BadResponse. Read returns when ctx ends, with kind
// Canceled or Timeout for what was not there by then. Redis failing is no error.
func Read[T any](
	ctx context.Context, s *Scope, keys []Key,
	decode func(i int, body []byte) (T, error),
	load Load,
) []Answer[T] {
	slots := make([]slot, len(keys))
	for i, k := range keys {
		slots[i] = slot{key: k, typ: reflect.TypeFor[T]()}
	}
	now := s.cache.now()
	answers := make([]Answer[T], len(keys))
	for i, o := range s.cache.read(ctx, s, slots, work{
		decode: func(i int, body []byte) (any, error) { return decode(i, body) },
		load:   load,
	}) {
		a := Answer[T]{Absent: o.absent, Err: o.err, FetchedAt: o.fetched, Source: o.source}
		a.Value, _ = o.value.(T)
		if o.err == nil {
			a.FreshFor = max(0, o.freshUntil.Sub(now))
			a.Stale = o.stale
		}
		answers[i] = a
	}
	return answers
}

// Remember keeps a full object that an answer brought along, whose JSON measures
// size bytes and which the vendor told at fetchedAt: in the first level only, and
// never instead of a newer one.
func Remember[T any](s *Scope, key Key, value T, size int, fetchedAt time.Time) {
	c := s.cache
	g := c.memory.generations.of(s.id)
	if key.scope != s.id || !fetchedAt.After(g.since) {
		return
	}
	e := c.newEntry(value, tagsOf(value), size, fetchedAt)
	if c.now().Before(e.gone) {
		c.memory.put(slot{key: key, typ: reflect.TypeFor[T]()}, e, g)
	}
}

// work is what a caller of Read hands in.
type work struct {
	decode func(i int, body []byte) (any, error)
	load   Load
}

func (c *Cache) read(ctx context.Context, s *Scope, slots []slot, w work) []outcome {
	out := make([]outcome, len(slots))
	left := make([]int, 0, len(slots))
	for i, slot := range slots {
		if slot.key.scope != s.id {
			out[i] = failed(&providers.Error{Kind: providers.InvalidArgument, Detail: "a key of another scope"})
			continue
		}
		left = append(left, i)
	}
	for len(left) > 0 {
		left = c.look(ctx, s, slots, left, w, out)
	}
	return out
}

// look answers what it can; it returns the indices to try again.
func (c *Cache) look(ctx context.Context, s *Scope, slots []slot, left []int, w work, out []outcome) (again []int) {
	missing, stale := c.recall(s, slots, left, out)
	if len(missing) > 0 && ctx.Err() == nil {
		var begun *batch
		var joined map[int]*flight
		var more []int
		begun, joined, more = c.board(ctx, s, slots, missing, w, out)
		c.refresh(s, slots, append(stale, more...), w)
		return c.wait(ctx, begun, joined, out)
	}
	for _, i := range missing {
		out[i] = failed(endOf(ctx))
	}
	c.refresh(s, slots, stale, w)
	return nil
}

// recall answers from the first level.
func (c *Cache) recall(s *Scope, slots []slot, left []int, out []outcome) (missing, stale []int) {
	now, g := c.now(), c.memory.generations.of(s.id)
	var hits, bytes, old int
	for _, i := range left {
		e := c.memory.get(slots[i], g, now)
		if e == nil {
			missing = append(missing, i)
			continue
		}
		out[i] = e.outcome(FromMemory, now)
		bytes += e.size
		if out[i].stale {
			old++
			stale = append(stale, i)
			continue
		}
		hits++
	}
	c.count(HitMemory, hits, bytes)
	c.count(HitStale, old, 0)
	return missing, stale
}

// board joins the flights of the missing keys and begins those that nobody has.
// It returns the batch that it began, or nil.
func (c *Cache) board(
	ctx context.Context, s *Scope, slots []slot, missing []int, w work, out []outcome,
) (_ *batch, joined map[int]*flight, stale []int) {
	c.flights.mu.Lock()
	defer c.flights.mu.Unlock()
	b := &batch{of: &c.flights, scope: s, work: w, generation: c.memory.generations.of(s.id)}
	now, shared := c.now(), 0
	joined = make(map[int]*flight, len(missing))
	for _, i := range missing {
		// Whoever had the key may have brought it in since the first look.
		if c.flights.flying[slots[i]] == nil {
			if e := c.memory.get(slots[i], b.generation, now); e != nil {
				if out[i] = e.outcome(FromMemory, now); out[i].stale {
					stale = append(stale, i)
				}
				c.count(HitMemory, 1, e.size)
				continue
			}
		}
		f, mine := c.flights.claim(slots[i], i, b)
		f.batch.waiting++
		joined[i] = f
		if !mine {
			shared++
		}
	}
	c.count(Waited, shared, 0)
	if len(b.flights) == 0 {
		return nil, joined, stale
	}
	ctx, b.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	go c.fly(ctx, b)
	return b, joined, stale
}

// wait returns when all flights have landed or ctx ends, with the indices whose
// outcome belongs to someone else alone.
func (c *Cache) wait(ctx context.Context, own *batch, joined map[int]*flight, out []outcome) (again []int) {
	for i, f := range joined {
		select {
		case <-f.landed:
		case <-ctx.Done():
		}
		if !f.hasLanded() {
			out[i] = failed(endOf(ctx))
			continue
		}
		out[i] = f.outcome
		first := f.batch == own && f.index == i
		if !first && f.outcome.private() {
			again = append(again, i)
			continue
		}
		if !first && out[i].err == nil {
			out[i].source = Coalesced
		}
	}
	for _, f := range joined {
		f.leave(context.Cause(ctx))
	}
	return again
}

// private reports whether an outcome says nothing to others.
func (o outcome) private() bool {
	kind := providers.KindOf(o.err)
	return kind == providers.BudgetExceeded || kind == providers.Canceled
}

func failed(err error) outcome { return outcome{err: err, source: FromVendor} }

// endOf tells why a context ended.
func endOf(ctx context.Context) *providers.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &providers.Error{Kind: providers.Timeout}
	}
	return &providers.Error{Kind: providers.Canceled}
}
