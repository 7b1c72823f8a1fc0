package simulation_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// credentials are the tokens that callers use: the first is the provider's own.
var credentials = []string{"own", "anna", "bert"}

// plan is what a seed determines: settings, and what happens when.
type plan struct {
	seed         uint64
	length       time.Duration
	callers      int
	fresh, stale time.Duration
	maxBytes     int64
	timeout      time.Duration
	places       int
	quota        int
	// replicas are the processes that serve callers; they share a Redis, if there is one.
	replicas int
	// redis are the phases of Redis; nil without it. reliable is set if it has no faults.
	redis    []phase
	reliable bool

	began time.Time
	// modes are the phases of each vendor, refusals those of credentials and objects.
	modes    map[string][]phase
	refusals map[string][]phase
	// steps are when the wall clock changes, and by how much in all.
	steps []step
	// recovered ends all faults.
	recovered atomic.Bool

	mu    sync.Mutex
	draws map[string]uint64
}

// phase is a condition that lasts until a time after the beginning.
type phase struct {
	until time.Duration
	mode  string
}

type step struct {
	at, offset time.Duration
}

// modes are the conditions of a vendor. "healthy" is the only one without faults.
var modes = []string{"healthy", "healthy", "slow", "flapping", "down", "refusing", "hanging", "limiting", "garbled", "truncating", "anything"}

func newPlan(seed uint64) *plan {
	r := rand.New(rand.NewPCG(seed, 0))
	between := func(from, to time.Duration) time.Duration { return from + time.Duration(r.Int64N(int64(to-from)+1)) }
	p := &plan{
		seed: seed, length: between(3*time.Minute, 6*time.Minute), callers: 3 + r.IntN(8),
		fresh: between(time.Second, time.Minute), stale: between(0, 2*time.Minute),
		maxBytes: []int64{16 << 10, 64 << 20}[r.IntN(2)],
		timeout:  between(2*time.Second, 10*time.Second), places: 1 + r.IntN(8), quota: 200 + r.IntN(2000), replicas: 1,
		began: time.Now(), modes: map[string][]phase{}, refusals: map[string][]phase{}, draws: map[string]uint64{},
	}
	phases := func(shortest, longest time.Duration, choose func() string) (all []phase) {
		for at := time.Duration(0); at < p.length; {
			at += between(shortest, longest)
			all = append(all, phase{at, choose()})
		}
		return all
	}
	switch seed % 12 {
	case 0: // Redis costs most of the time.
		p.length, p.replicas, p.reliable = p.length/2, 2, true
		p.redis = []phase{{p.length, "healthy"}}
	case 6:
		p.length, p.replicas = p.length/2, 1+r.IntN(2)
		p.redis = phases(2*time.Second, 40*time.Second, func() string { return redisModes[r.IntN(len(redisModes))] })
	}
	for _, name := range providerNames {
		p.modes[name] = phases(5*time.Second, 90*time.Second, func() string { return modes[r.IntN(len(modes))] })
		for _, c := range credentials {
			p.refusals[name+c] = phases(10*time.Second, 3*time.Minute, func() string { return []string{"", "", "401"}[r.IntN(3)] })
		}
		for _, path := range paths {
			p.refusals[name+path] = phases(10*time.Second, 3*time.Minute, func() string { return []string{"", "", "", "403", "404"}[r.IntN(5)] })
		}
	}
	for at := time.Duration(0); at < p.length; at += between(time.Second, 2*time.Minute) {
		p.steps = append(p.steps, step{at, between(-time.Hour, time.Hour)})
	}
	return p
}

// during returns the mode of the phase that lasts now, "" after the last one.
func (p *plan) during(phases []phase) string {
	now := time.Since(p.began)
	for _, one := range phases {
		if now < one.until {
			return one.mode
		}
	}
	return ""
}

// wallNow is the wall clock, which is set now and then.
func (p *plan) wallNow() time.Time {
	offset := time.Duration(0)
	for _, s := range p.steps {
		if time.Since(p.began) >= s.at {
			offset = s.offset
		}
	}
	return time.Now().Add(offset)
}

// cacheNow is the clock of the cache, which is monotonic. It is ahead by up to a minute: a
// suspended machine wakes up.
func (p *plan) cacheNow() time.Time {
	offset := time.Duration(0)
	for i, s := range p.steps {
		if time.Since(p.began) >= s.at {
			offset = time.Duration(i) * time.Minute / time.Duration(len(p.steps))
		}
	}
	return time.Now().Add(offset)
}

// draw returns the next number in [0, 1) of a sequence. Sequences depend on the seed and
// their name alone.
func (p *plan) draw(sequence string) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draws[sequence]++
	h := fnv.New64a()
	fmt.Fprint(h, p.seed, sequence)
	return rand.New(rand.NewPCG(h.Sum64(), p.draws[sequence])).Float64()
}
