// Package simulation_test runs page cache, circuit breaker, bulkhead, retries and rate limit
// together, under schedules that a seed determines, with the clock of testing/synctest.
// Simulated vendors fail in every way, and an auditor checks each request and each result.
// In a sixth of the schedules there is a Redis, which one or two replicas share; it is simulated,
// over pipes, since sockets would stop that clock.
package simulation_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/ratelimit"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

var (
	oneSeed = flag.Uint64("seed", 0, "the only seed that runs; 0 for the seeds from 1 on")
	seeds   = flag.Int("seeds", 200, "the number of seeds")
)

// TestSimulation runs one schedule for each seed. Within one instant of the clock the order
// of goroutines is Go's, so that a seed may need several runs to fail again.
func TestSimulation(t *testing.T) {
	if *oneSeed != 0 {
		simulate(t, *oneSeed)
		return
	}
	last := uint64(*seeds)
	if testing.Short() { // as the race detector runs
		last = min(last, 50)
	}
	var next atomic.Uint64
	var total totals
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := next.Add(1); seed <= last && !t.Failed(); seed = next.Add(1) {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { total.add(simulate(t, seed)) })
			}
		})
	}
	wg.Wait()
	t.Logf("%d seeds, %v of simulated time, %d reads, %d requests to vendors", last, total.time.Round(time.Hour), total.reads, total.requests)
	for what, n := range total.happened() {
		if n == 0 {
			t.Errorf("no simulation has %s", what)
		}
	}
}

// totals sums up what happened, so that a simulation in which nothing happens is noticed.
type totals struct {
	mu              sync.Mutex
	time            time.Duration
	reads, requests int
	retries, hits, stale, joined, refused, opened, canceled,
	invalidated, limited, exhausted,
	redisHits, redisOutages, redisRejected, redisWaits int
}

func (t *totals) add(o *totals) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.time += o.time
	t.reads += o.reads
	t.requests += o.requests
	t.retries += o.retries
	t.hits += o.hits
	t.stale += o.stale
	t.joined += o.joined
	t.refused += o.refused
	t.opened += o.opened
	t.canceled += o.canceled
	t.invalidated += o.invalidated
	t.limited += o.limited
	t.exhausted += o.exhausted
	t.redisHits += o.redisHits
	t.redisOutages += o.redisOutages
	t.redisRejected += o.redisRejected
	t.redisWaits += o.redisWaits
}

func (t *totals) happened() map[string]int {
	return map[string]int{
		"retries": t.retries, "hits": t.hits, "stale hits": t.stale, "coalesced reads": t.joined,
		"refused credentials": t.refused, "open circuits": t.opened, "canceled reads": t.canceled,
		"invalidations": t.invalidated, "limited callers": t.limited, "exhausted call budgets": t.exhausted,
		"hits in Redis": t.redisHits, "outages of Redis": t.redisOutages, "rejected values of Redis": t.redisRejected,
		"waits for another replica": t.redisWaits,
	}
}

// simulate runs the schedule of a seed.
func simulate(t *testing.T, seed uint64) (total *totals) {
	total = new(totals)
	defer func() {
		if t.Failed() {
			t.Logf("repeat it: go test ./internal/simulation -run TestSimulation -seed %d", seed)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		before := len(goroutines())
		w := newWorld(t, seed, total)
		w.run()
		w.checkRecovery()
		for _, cache := range w.caches {
			cache.Close()
		}
		w.redis.SetDown(true)
		<-time.After(2 * w.plan.timeout)
		synctest.Wait()
		if left := goroutines(); len(left) > before {
			w.audit.fail("%d goroutines are left:\n%s", len(left)-before, strings.Join(left, "\n\n"))
		}
		for p := range w.audit.providers {
			w.audit.checkSettled(p)
		}
		total.time = time.Since(w.began)
	})
	return total
}

// goroutines returns the stacks of the goroutines in this bubble.
func goroutines() (stacks []string) {
	buffer := make([]byte, 1<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	all := strings.Split(string(buffer), "\n\n")
	header, _, _ := strings.Cut(all[0], "\n")
	bubble := header[strings.LastIndex(header, "synctest bubble"):]
	for _, stack := range all {
		if header, _, _ := strings.Cut(stack, "\n"); strings.HasSuffix(header, bubble) {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// world is the system of one simulation.
type world struct {
	t       *testing.T
	plan    *plan
	audit   *auditor
	redis   redistest.Fake
	caches  []*pagecache.Cache // by replica
	clients map[clientOf]*upstream.Client
	limiter *ratelimit.Limiter
	began   time.Time
}

// clientOf is who calls a provider with which credential.
type clientOf struct {
	site
	credential string
}

func newWorld(t *testing.T, seed uint64, total *totals) *world {
	w := &world{t: t, plan: newPlan(seed), clients: map[clientOf]*upstream.Client{}, began: time.Now()}
	w.audit = newAuditor(t, w.plan, total)
	p := w.plan
	w.redis.OnCommand(p.redisReply(&w.redis))
	for range p.replicas {
		config := pagecache.Config{
			Fresh: p.fresh, Stale: p.stale, MaxBytes: p.maxBytes,
			Now: p.cacheNow, Rand: func() float64 { return p.draw("fresh") }, Observe: w.audit.observeCache,
		}
		if p.redis != nil {
			config.Redis, config.Key, config.Dial = providers.NewSecret("redis://redis.example:1"), providers.NewSecret(strings.Repeat("k", 32)), w.redis.Dial
		}
		cache, err := pagecache.Open(config)
		if err != nil {
			t.Fatal(err)
		}
		w.caches = append(w.caches, cache)
	}
	w.limiter = ratelimit.New(p.quota, nil, time.Now)
	for name := range w.audit.providers {
		own, err := upstream.New(upstream.Config{
			Provider:   &model.Provider{Name: name.provider, BaseURL: "https://vendor.example/api"},
			Credential: upstream.Bearer(providers.NewSecret(credentials[0])),
			Timeout:    p.timeout, MaxConcurrent: p.places,
			Transport: &vendor{site: name, plan: p, audit: w.audit}, Cache: w.caches[name.at],
			Observe:        func(c operation.Call) { w.audit.observeCall(name, c) },
			ObserveBreaker: func(open bool) { w.audit.observeBreaker(name, open) },
			Now:            p.wallNow, Rand: func() float64 { return p.draw("jitter " + name.provider) },
		})
		if err != nil {
			t.Fatal(err)
		}
		w.clients[clientOf{name, credentials[0]}] = own
		for _, c := range credentials[1:] {
			w.clients[clientOf{name, c}] = own.WithCredential(providers.NewSecret(c), upstream.Bearer)
		}
	}
	return w
}

// run runs all callers until the end of the plan.
func (w *world) run() {
	var wg sync.WaitGroup
	wg.Go(func() { w.plan.runRedis(&w.redis) })
	for i := range w.plan.callers {
		wg.Go(func() {
			c := &caller{world: w, id: fmt.Sprint("caller ", i%3), rand: rand.New(rand.NewPCG(w.plan.seed, uint64(i)))}
			for time.Since(w.began) < w.plan.length {
				c.act()
				<-time.After(c.pause())
			}
		})
	}
	wg.Wait()
}

// checkRecovery checks that vendors that work again are used with all places, and are UP.
func (w *world) checkRecovery() {
	w.plan.recovered.Store(true)
	<-time.After(time.Minute)
	for name, p := range w.audit.providers {
		client := w.clients[clientOf{name, credentials[0]}].Uncached()
		read := func(path string) error {
			_, err := upstream.Read(w.t.Context(), client, upstream.Request{Path: path}, decodePage)
			return err
		}
		must := func(path string) {
			if err := read(path); err != nil {
				w.audit.fail("%s has recovered, but a read fails: %v", name, err)
			}
		}
		// The circuit closes with a probe, for which a reader may not wait.
		for range 10 {
			if read("/probe") != nil {
				<-time.After(time.Second)
			}
		}
		// A place is kept for a second caller for 10 s.
		<-time.After(15 * time.Second)
		for round := range 3 {
			p.takeMost()
			var wg sync.WaitGroup
			for i := range w.plan.places + 4 {
				wg.Go(func() { must(fmt.Sprint("/after/", round, "/", i)) })
			}
			wg.Wait()
			if most := p.takeMost(); most != w.plan.places {
				w.audit.fail("%s has recovered, but is called %d times at once, want %d", name, most, w.plan.places)
			}
		}
		for range 20 { // as many calls as the status considers
			must("/after")
		}
		if status := client.Status(); status != model.ProviderUp {
			w.audit.fail("%s has recovered, but is %s", name, status)
		}
	}
}
