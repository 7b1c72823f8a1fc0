package loaders

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
)

// result is what a batch has read for one key.
type result[V any] struct {
	value V
	err   error
}

// batcher reads values by key, each key once, and keeps them for the operation. All missing
// keys of a load are one batch, which is read in the goroutine of the load; other loads of the
// same keys wait for it. Safe for concurrent use.
type batcher[K comparable, V any] struct {
	// read returns one result for each key, in their order. Its context is that of the load.
	read func(ctx context.Context, keys []K) []result[V]

	mu      sync.Mutex
	entries map[K]*entry[V]
}

// entry is the result of one key.
type entry[V any] struct {
	result[V]
	// done is closed when the result is there; nil if it was from the beginning.
	done <-chan struct{}
}

// errPanic is the result of a batch that panicked. The value of the panic may be personal.
var errPanic = errors.New("loaders: a batch panicked")

// load returns the values and errors of keys, in their order.
func load[K comparable, V any](ctx context.Context, b *batcher[K, V], keys []K) ([]V, []error) {
	values, errs := make([]V, len(keys)), make([]error, len(keys))
	if b.loaded(keys, values, errs) {
		return values, errs
	}
	entries := make([]*entry[V], len(keys))
	b.enter(ctx, keys, entries)
	for i, e := range entries {
		if e.done != nil {
			<-e.done
		}
		values[i], errs[i] = e.value, e.err
	}
	return values, errs
}

func loadOne[K comparable, V any](ctx context.Context, b *batcher[K, V], key K) (V, error) {
	b.mu.Lock()
	e := b.entries[key]
	b.mu.Unlock()
	if e == nil {
		var entries [1]*entry[V]
		b.enter(ctx, []K{key}, entries[:])
		e = entries[0]
	}
	if e.done != nil {
		<-e.done
	}
	return e.value, e.err
}

// loaded sets the values and errors of keys, if all are there.
func (b *batcher[K, V]) loaded(keys []K, values []V, errs []error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, key := range keys {
		e := b.entries[key]
		if e == nil || !e.isDone() {
			return false
		}
		values[i], errs[i] = e.value, e.err
	}
	return true
}

// isDone reports whether the result is there.
func (e *entry[V]) isDone() bool {
	if e.done == nil {
		return true
	}
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// enter sets the entries of keys, and reads those that are missing.
func (b *batcher[K, V]) enter(ctx context.Context, keys []K, entries []*entry[V]) {
	missing, added, done := b.join(keys, entries)
	if len(missing) == 0 {
		return
	}
	defer close(done)
	results := b.readAll(ctx, missing)
	for i := range added {
		added[i].err = errPanic
		if i < len(results) {
			added[i].result = results[i]
		}
	}
	if results == nil {
		b.remove(missing)
	}
}

// join sets the entries of keys. It adds entries for those that have none, and returns them
// with their keys; the caller sets their results and closes done.
func (b *batcher[K, V]) join(keys []K, entries []*entry[V]) (missing []K, added []entry[V], done chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, key := range keys {
		e := b.entries[key]
		if e == nil {
			if done == nil {
				done = make(chan struct{})
				missing, added = make([]K, 0, len(keys)-i), make([]entry[V], 0, len(keys)-i)
				b.grow(len(keys) - i)
			}
			added = append(added, entry[V]{done: done})
			e, missing = &added[len(added)-1], append(missing, key)
			b.set(key, e)
		}
		entries[i] = e
	}
	return missing, added, done
}

// readAll calls read. It returns nil if that panics.
func (b *batcher[K, V]) readAll(ctx context.Context, keys []K) (results []result[V]) {
	defer func() {
		if recover() != nil {
			slog.ErrorContext(ctx, "panic in a batch", "stack", string(debug.Stack()))
			results = nil
		}
	}()
	return b.read(ctx, keys)
}

// remove removes keys, so that they are read again.
func (b *batcher[K, V]) remove(keys []K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		delete(b.entries, key)
	}
}

// prime sets the value of a key, unless it is read or being read.
func (b *batcher[K, V]) prime(key K, value V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.entries[key] == nil {
		b.set(key, &entry[V]{result: result[V]{value: value}})
	}
}

// primeAll primes keys with values.
func (b *batcher[K, V]) primeAll(keys []K, values []V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.grow(len(keys))
	added := make([]entry[V], 0, len(keys))
	for i, key := range keys {
		if b.entries[key] == nil {
			added = append(added, entry[V]{result: result[V]{value: values[i]}})
			b.set(key, &added[len(added)-1])
		}
	}
}

// grow makes room for the first keys. It must be called with the lock.
func (b *batcher[K, V]) grow(keys int) {
	if b.entries == nil {
		b.entries = make(map[K]*entry[V], keys)
	}
}

// set must be called with the lock.
func (b *batcher[K, V]) set(key K, e *entry[V]) {
	if b.entries == nil {
		b.entries = map[K]*entry[V]{}
	}
	b.entries[key] = e
}
