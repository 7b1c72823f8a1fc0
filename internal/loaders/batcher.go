package loaders

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/accountgraph/accountgraph/internal/growstack"
)

// result is what a batch has read for one key.
type result[V any] struct {
	value V
	err   error
}

// batcher reads values by key, each key once, and keeps them for the operation. All keys of a
// load that are missing are one batch of a dataloader; other loads of the same keys wait for
// it. What is there already is returned without the dataloader. Safe for concurrent use.
type batcher[K comparable, V any] struct {
	// read returns one result for each key, in their order. Its context is that of the load.
	read func(ctx context.Context, keys []K) []result[V]

	mu      sync.Mutex
	results map[K]result[V]
	// missing reads keys that have no result; nil until there is one.
	missing *dataloader.Loader[K, V]
}

const (
	// batchWait is never reached: every load calls Flush.
	batchWait = time.Second
	// batchQueue is how many keys of a batch wait for the goroutine that collects them. The
	// dataloader's default takes 8 kB a batch.
	batchQueue = 16
)

// errPanic is the result of a batch that panicked. The value of the panic may be personal.
// The keys are read again by the next load.
var errPanic = dataloader.NewSkipCacheError(errors.New("loaders: a batch panicked"))

// load returns the values and errors of keys, in their order.
func load[K comparable, V any](ctx context.Context, b *batcher[K, V], keys []K) ([]V, []error) {
	values, errs := make([]V, len(keys)), make([]error, len(keys))
	missing, loader := b.lookUp(keys, values, errs)
	if len(missing) == 0 {
		return values, errs
	}
	thunks := make([]dataloader.Thunk[V], len(missing))
	for i, at := range missing {
		thunks[i] = loader.Load(ctx, keys[at])
	}
	loader.Flush()
	for i, at := range missing {
		values[at], errs[at] = thunks[i]()
	}
	b.keep(keys, missing, values, errs)
	return values, errs
}

func loadOne[K comparable, V any](ctx context.Context, b *batcher[K, V], key K) (V, error) {
	b.mu.Lock()
	r, ok := b.results[key]
	b.mu.Unlock()
	if !ok {
		values, errs := load(ctx, b, []K{key})
		return values[0], errs[0]
	}
	return r.value, r.err
}

// lookUp sets the values and errors of the keys that have results. It returns the positions of
// the others, and who reads them.
func (b *batcher[K, V]) lookUp(keys []K, values []V, errs []error) (missing []int, loader *dataloader.Loader[K, V]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, key := range keys {
		r, ok := b.results[key]
		if !ok {
			if missing == nil {
				missing = make([]int, 0, len(keys)-i)
			}
			missing = append(missing, i)
			continue
		}
		values[i], errs[i] = r.value, r.err
	}
	if len(missing) > 0 && b.missing == nil {
		b.missing = dataloader.NewBatchedLoader(b.readBatch,
			dataloader.WithWait[K, V](batchWait), dataloader.WithInputCapacity[K, V](batchQueue))
	}
	return missing, b.missing
}

// keep keeps what the dataloader has returned at these positions.
func (b *batcher[K, V]) keep(keys []K, positions []int, values []V, errs []error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.grow(len(positions))
	for _, at := range positions {
		if errs[at] != error(errPanic) {
			b.results[keys[at]] = result[V]{values[at], errs[at]}
		}
	}
}

// readBatch is the batch function of the dataloader.
func (b *batcher[K, V]) readBatch(ctx context.Context, keys []K) []*dataloader.Result[V] {
	growstack.To8KB()
	results := b.readAll(ctx, keys)
	batch, pointers := make([]dataloader.Result[V], len(keys)), make([]*dataloader.Result[V], len(keys))
	for i := range batch {
		batch[i].Error = errPanic
		if i < len(results) {
			batch[i] = dataloader.Result[V]{Data: results[i].value, Error: results[i].err}
		}
		pointers[i] = &batch[i]
	}
	return pointers
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

// prime sets the value of a key, unless it has one.
func (b *batcher[K, V]) prime(key K, value V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.grow(1)
	b.primeLocked(key, value)
}

// primeAll primes keys with values.
func (b *batcher[K, V]) primeAll(keys []K, values []V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.grow(len(keys))
	for i, key := range keys {
		b.primeLocked(key, values[i])
	}
}

func (b *batcher[K, V]) primeLocked(key K, value V) {
	if _, ok := b.results[key]; !ok {
		b.results[key] = result[V]{value: value}
	}
}

// grow makes room for the first keys. It must be called with the lock.
func (b *batcher[K, V]) grow(keys int) {
	if b.results == nil {
		b.results = make(map[K]result[V], keys)
	}
}
