package upstream

import (
	"sync"
	"time"
)

// minProgress is the number of bytes of a body with which a call advances. A vendor that sends
// fewer within slowAfter hangs, as one that sends none: a legal body arrives faster.
const minProgress = 4 << 10

// progress is how the body of a call advances. The zero value is ready. Safe for concurrent
// use.
type progress struct {
	mu sync.Mutex
	// bytes are those since last.
	bytes int
	last  time.Time
}

// add reports that so many bytes have arrived.
func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bytes += n; p.bytes >= minProgress {
		p.bytes, p.last = 0, time.Now()
	}
}

// idle returns how long a call that began at start has not advanced.
func (p *progress) idle(start time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last.After(start) {
		start = p.last
	}
	return time.Since(start)
}
