package pagecache

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"
)

// read is a lookup of at most maxPipeline values of a scope.
type read struct {
	scope scopeID
	calls []*call
	// epoch and values are the replies, if usable.
	epoch  *redis.StringCmd
	values []*redis.StringCmd
	usable bool
	// turn gets a value when the read is complete, or is to be sent with those behind it.
	turn chan bool
}

// reads sends lookups. At most max pipelines read values at the same time; lookups that begin
// meanwhile wait, and share the next pipeline: most of the processor time of a lookup of few values
// is that of its system calls.
type reads struct {
	max     int
	mu      sync.Mutex
	waiting []*read
	running int
}

// newReads returns reads with a pipeline for each processor, but at least two.
func newReads() reads { return reads{max: max(2, runtime.GOMAXPROCS(0))} }

// do sends a read, or waits until another goroutine has sent it. It reports whether Redis
// responded.
func (q *reads) do(s *redisStore, r *read) (usable bool) {
	q.mu.Lock()
	if q.running == q.max {
		r.turn = make(chan bool, 1)
		q.waiting = append(q.waiting, r)
		q.mu.Unlock()
		if complete := <-r.turn; complete {
			return r.usable
		}
		q.mu.Lock()
	} else {
		q.running++
	}
	together := q.with(r)
	q.mu.Unlock()
	defer q.finish(r, together)
	usable = s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for i, one := range together {
			// The epoch is read before the values.
			if j := slices.IndexFunc(together, func(r *read) bool { return r.scope == one.scope }); j < i {
				one.epoch = together[j].epoch
			} else {
				one.epoch = p.Get(ctx, one.scope.redisKey("e", nil))
			}
			one.values = readValues(ctx, p, one.calls)
		}
	})
	for _, one := range together {
		one.usable = usable
	}
	return usable
}

// with takes the first reads that wait out of the queue, as many as fit into one pipeline with r.
func (q *reads) with(r *read) []*read {
	together, values, n := []*read{r}, len(r.calls), 0
	for n < len(q.waiting) && values+len(q.waiting[n].calls) <= maxPipeline {
		together, values = append(together, q.waiting[n]), values+len(q.waiting[n].calls)
		n++
	}
	q.waiting = slices.Delete(q.waiting, 0, n)
	return together
}

// finish completes the reads that were sent with r, and lets the next one in the queue be sent.
func (q *reads) finish(r *read, together []*read) {
	for _, one := range together {
		if one != r {
			one.turn <- true
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.running--
		return
	}
	next := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	next.turn <- false
}
