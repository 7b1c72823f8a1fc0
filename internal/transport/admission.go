package transport

import (
	"context"
	"errors"
	"hash/maphash"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/operation"
)

// Admission bounds the operations that are executed at the same time. Responses from the
// response cache, and those that coalesced requests share, do not count. How long operations
// wait for vendors is bounded by their deadline alone.
type Admission struct {
	// InFlight bounds the executions; 0 means no bound of any kind. An eighth of them is
	// kept for callers that have fewer than that.
	InFlight int
	// Running bounds those that do not wait for vendors or Redis, for new operations; 0
	// means two for each processor. An operation that has waited continues at once.
	Running int
	// Queue bounds the operations that wait for a place, and Wait how long: ten times that
	// while at most half as many wait, and for the only operation of a caller. Callers get
	// places in turn.
	Queue int
	Wait  time.Duration
}

// overloadRetryAfter is the Retry-After of OVERLOADED.
const overloadRetryAfter = time.Second

// admission admits operations. A nil admission admits all.
type admission struct {
	options Admission
	places  *fair.Semaphore
	refused refusals
}

// Stats are the executions in flight, those of them that do not wait, and the operations
// that wait for a place.
type Stats = fair.Stats

func newAdmission(o Admission) *admission {
	if o.InFlight == 0 {
		return nil
	}
	if o.Running == 0 {
		o.Running = 2 * runtime.GOMAXPROCS(0)
	}
	return &admission{options: o, refused: refusals{seed: maphash.MakeSeed()}, places: fair.New(fair.Options{
		Places: o.InFlight, Active: o.Running, Reserve: o.InFlight / 8,
		MaxWaiting: o.Queue, ShortQueue: o.Queue / 2,
	})}
}

// admit waits for a place of the caller. The error is ctx.Err(), or errOverloaded.
func (a *admission) admit(ctx context.Context, caller *auth.Caller) (release func(), err error) {
	if a == nil {
		return func() {}, nil
	}
	id := caller.ID()
	if a.options.Queue == 0 {
		err = errOverloaded
		if a.places.TryAcquire(id, nil) {
			err = nil
		}
	} else {
		err = a.places.Acquire(ctx, id, nil, a.options.Wait, nil)
	}
	switch {
	case err == nil:
		// Requests that have arrived are in the scheduler's global queue, from which it takes
		// few while the goroutines of operations become runnable. Refusals and health checks
		// go first.
		runtime.Gosched()
		return func() { a.places.Release(id) }, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	a.refused.add(id)
	return nil, errOverloaded
}

var errOverloaded = errors.New("too many operations")

// overloaded is the response to an operation that is not admitted.
func overloaded() *httpError {
	err := reject(http.StatusServiceUnavailable, apierror.Overloaded, "the server is overloaded; send the request again later")
	err.setRetryAfter(overloadRetryAfter)
	return err
}

// isFull reports whether an operation of the caller would not be admitted now.
func (a *admission) isFull(caller *auth.Caller) bool {
	return a != nil && a.places.Full(caller.ID())
}

// isFlooded reports whether requests of the caller are not worth reading: so many of
// them were not admitted within the last moments that only few can be in the response
// cache.
func (a *admission) isFlooded(caller *auth.Caller) bool {
	return a != nil && a.refused.many(caller.ID()) && a.isFull(caller)
}

// place is the operation's place, for operation.Options.
func (a *admission) place() operation.Place {
	if a == nil {
		return nil
	}
	return a.places
}

const (
	refusalWindow = 100 * time.Millisecond
	// manyRefusals in a window are an overload of more than 1,000 requests per second.
	manyRefusals = 100
	// refusalBuckets bound the memory; callers in one bucket count together.
	refusalBuckets = 1 << 10
)

// refusals counts refused operations by caller, in a window of time. The counts are
// approximate. Safe for concurrent use.
type refusals struct {
	seed    maphash.Seed
	buckets [refusalBuckets]refusalBucket
}

// refusalBucket counts in one window; full is the last window that had many.
type refusalBucket struct{ window, count, full atomic.Int64 }

func (r *refusals) bucket(caller string) *refusalBucket {
	return &r.buckets[maphash.String(r.seed, caller)%refusalBuckets]
}

func window() int64 { return time.Now().UnixNano() / int64(refusalWindow) }

func (r *refusals) add(caller string) {
	b, now := r.bucket(caller), window()
	if b.window.Swap(now) != now {
		b.count.Store(0)
	}
	if b.count.Add(1) >= manyRefusals {
		b.full.Store(now)
	}
}

// many reports whether this or the last window had many refusals.
func (r *refusals) many(caller string) bool {
	full := r.bucket(caller).full.Load()
	return full > 0 && window()-full <= 1
}
