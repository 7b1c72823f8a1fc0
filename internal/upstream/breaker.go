package upstream

import (
	"sync"
	"time"
)

// The circuit breaker opens after Config.BreakerFailures failures in a row, when breakerRate
// of at least breakerCalls calls within breakerWindow failed, and after breakerHangs
// hanging calls in a row. After Config.BreakerDelay it is half open and admits one probe.
const (
	breakerFailures = 5
	breakerHangs    = 2
	breakerRate     = 0.5
	breakerCalls    = 10
	breakerWindow   = 10 * time.Second
	breakerDelay    = 5 * time.Second
)

// outcome is what a call says about the availability of the vendor.
type outcome int

const (
	// answered: the vendor has responded, whatever the response.
	answered outcome = iota
	// failed: there was no response, or one that reports an outage.
	failed
	// hung: there was no response in time, and none to any other call meanwhile.
	hung
	// unknown: the call was canceled too early, or was not sent.
	unknown
)

// breaker is the circuit breaker of a provider. Safe for concurrent use.
type breaker struct {
	// limit is Config.BreakerFailures, and delay Config.BreakerDelay.
	limit int
	delay time.Duration
	// changed is called when the circuit opens or closes. It must not block.
	changed func(open bool)

	mu sync.Mutex
	// opened is closed when the circuit opens. It is replaced when the circuit closes.
	opened chan struct{}
	open   bool
	// hanging is set while the circuit is open because calls hang. Then every response
	// closes it, also that of a call that began before.
	hanging bool
	probing bool
	// probeAt is when the next probe may begin.
	probeAt time.Time
	// failures and hangs count since the last response; both in a row.
	failures, hangs int
	lastAnswer      time.Time
	// recent counts calls and failures by second.
	recent [int(breakerWindow / time.Second)]struct {
		second        int64
		calls, failed int
	}
}

func newBreaker(failures int, delay time.Duration, changed func(open bool)) *breaker {
	return &breaker{limit: failures, delay: delay, changed: changed, opened: make(chan struct{})}
}

// state reports whether the circuit is closed, with a channel that is closed when it
// opens.
func (b *breaker) state() (closed bool, opened <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.open, b.opened
}

// retryAfter is the time until the next probe may begin.
func (b *breaker) retryAfter() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, time.Until(b.probeAt))
}

// beginProbe reports whether the caller may send the probe that is due. It must end with
// record.
func (b *breaker) beginProbe() (probe, hanging bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open || b.probing || time.Now().Before(b.probeAt) {
		return false, false
	}
	b.probing = true
	return true, b.hanging
}

// isHanging reports whether the circuit is open because calls hang.
func (b *breaker) isHanging() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open && b.hanging
}

// answeredSince reports whether the vendor has responded to any call since then.
func (b *breaker) answeredSince(t time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lastAnswer.After(t)
}

// suspect reports a call that began at start and still waits. If a call before it hung
// and the vendor has not responded since, the circuit opens.
func (b *breaker) suspect(start time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open && b.hangs+1 >= breakerHangs && !b.lastAnswer.After(start) {
		b.trip(true)
	}
}

// record counts a call that began at start and has ended.
func (b *breaker) record(o outcome, start time.Time, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
		b.probeAt = time.Now().Add(b.delay)
	}
	if o == hung && b.lastAnswer.After(start) {
		o = failed
	}
	switch o {
	case unknown:
	case answered:
		b.failures, b.hangs, b.lastAnswer = 0, 0, time.Now()
		b.count(false)
		if b.open && (probe || b.hanging) {
			b.close()
		}
	case hung:
		b.hangs++
		b.fail(probe, true)
	case failed:
		b.hangs = 0
		b.fail(probe, false)
	}
}

// fail counts a failure, and opens the circuit if it is due. The breaker must be locked.
func (b *breaker) fail(probe, hanging bool) {
	b.failures++
	rate := b.count(true)
	switch {
	case probe:
		b.hanging = hanging
	case !b.open && (b.failures >= b.limit || b.hangs >= breakerHangs || rate):
		b.trip(hanging)
	}
}

// count counts a call, and reports whether the rate of failures opens the circuit. The
// breaker must be locked.
func (b *breaker) count(failed bool) bool {
	now := time.Now().Unix()
	current := &b.recent[now%int64(len(b.recent))]
	if current.second != now {
		current.second, current.calls, current.failed = now, 0, 0
	}
	current.calls++
	if failed {
		current.failed++
	}
	calls, failures := 0, 0
	for _, r := range b.recent {
		if now-r.second < int64(len(b.recent)) {
			calls += r.calls
			failures += r.failed
		}
	}
	return failed && calls >= breakerCalls && float64(failures) >= breakerRate*float64(calls)
}

// trip opens the circuit. The breaker must be locked.
func (b *breaker) trip(hanging bool) {
	b.open, b.hanging = true, hanging
	b.probeAt = time.Now().Add(b.delay)
	close(b.opened)
	b.changed(true)
}

// close closes the circuit. The breaker must be locked.
func (b *breaker) close() {
	b.open, b.hanging = false, false
	b.opened = make(chan struct{})
	clear(b.recent[:])
	b.changed(false)
}
