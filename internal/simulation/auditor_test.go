package simulation_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// auditor checks each result of a reader against what the vendors have sent. What concerns
// requests to vendors is in auditor_vendor_test.go.
type auditor struct {
	t     *testing.T
	plan  *plan
	total *totals

	providers map[site]*auditedProvider

	mu     sync.Mutex
	owners map[string]*auditedOwner // by provider and credential
	quotas map[string]*quota        // by caller
}

// auditedOwner is what a vendor has sent for one credential.
type auditedOwner struct {
	// epoch changes with every cut.
	epoch int
	cuts  []cut
	// sent is when each page and object has arrived, by path and issue.
	sent map[string]time.Time
}

// cut is an invalidation or a refusal: a reader that starts later than since must not get
// what the vendor has issued before until.
type cut struct {
	path         string // "" is every path
	until, since time.Time
	// reason is what cuts, and request what was refused.
	reason, request string
	// at is the replica that knows of it.
	at int
}

// messageDelay is how long an invalidation takes to reach another replica over a Redis without
// faults.
const messageDelay = time.Second

// binds reports whether a cut binds a reader that starts now. Other replicas learn of an
// invalidation through Redis, and not of a 403: it may concern what they have read since.
func (c cut) binds(p *plan, r *reader) bool {
	since := c.since
	if c.at != r.at {
		since = since.Add(messageDelay)
	}
	return since.Before(r.start) && (c.at == r.at || p.reliable) && (p.replicas == 1 || c.reason != "a 403")
}

func newAuditor(t *testing.T, p *plan, total *totals) *auditor {
	a := &auditor{
		t: t, plan: p, total: total, providers: map[site]*auditedProvider{},
		owners: map[string]*auditedOwner{}, quotas: map[string]*quota{},
	}
	for _, name := range providerNames {
		for replica := range p.replicas {
			a.providers[site{name, replica}] = newAuditedProvider()
		}
		for _, c := range credentials {
			a.owners[name+c] = &auditedOwner{sent: map[string]time.Time{}}
		}
	}
	return a
}

// fail reports what happened at this moment of the simulation.
func (a *auditor) fail(format string, args ...any) {
	a.t.Helper()
	if a.t.Failed() {
		return // The rest follows from it.
	}
	a.t.Errorf("after %v: %s", time.Since(a.plan.began), fmt.Sprintf(format, args...))
}

func (o *auditedOwner) cut(c cut) {
	o.cuts = append(o.cuts, c)
	o.epoch++
}

// cutLately reports whether there was a cut shortly before: other replicas may not know of it.
func (o *auditedOwner) cutLately() bool {
	return len(o.cuts) > 0 && time.Since(o.cuts[len(o.cuts)-1].since) < 2*messageDelay
}

func (a *auditor) epoch(provider, owner string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.owners[provider+owner].epoch
}

// invalidate runs an invalidation of what a path names, or of everything.
func (a *auditor) invalidate(at site, owner, path string, run func()) {
	began := time.Now()
	run()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total.invalidated++
	a.owners[at.provider+owner].cut(cut{path, began, time.Now(), "an invalidation", path, at.at})
}

// returned checks that a reader returns in time.
func (a *auditor) returned(r *reader) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total.reads++
	if late := time.Since(r.due); late > 0 {
		a.fail("a reader returns %v too late", late)
	}
}

// checkValue checks that a value belongs to the reader and is not too old.
func (a *auditor) checkValue(r *reader, path string, got stamp, freshness model.Freshness) {
	if got.Provider != r.provider || got.Owner != r.owner || got.Path != path {
		a.fail("%s of %s reads %s, and gets %s of %s at %s", r.owner, r.provider, path, got.Path, got.Owner, got.Provider)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.owners[r.provider+r.owner]
	arrived, ok := o.sent[issue(path, got.Issued)]
	switch age := r.start.Sub(got.Issued); {
	case !ok:
		a.fail("%s of %s reads what the vendor has not sent: %+v", r.owner, r.provider, got)
	case !arrived.Before(r.start): // in flight when the reader started
	case age > a.plan.fresh+a.plan.stale:
		a.fail("%s is %v old, more than %v and %v", path, age, a.plan.fresh, a.plan.stale)
	case age > a.plan.fresh && !freshness.Stale:
		a.fail("%s is %v old and not stale after %v", path, age, a.plan.fresh)
	}
	for _, c := range o.cuts {
		if (c.path == "" || c.path == path) && c.binds(a.plan, r) && got.Issued.Before(c.until) {
			a.fail("%s of %s reads %s, issued %v before %s for %s that was known %v before the read",
				r.owner, r.provider, path, c.until.Sub(got.Issued), c.reason, c.request, r.start.Sub(c.since))
		}
	}
}

func issue(path string, issued time.Time) string { return fmt.Sprint(path, issued.UnixNano()) }

// checkError checks that an error has its cause.
func (a *auditor) checkError(r *reader, path string, err error) {
	e, _ := err.(*providers.Error)
	if e == nil || e.Provider == nil || e.Provider.Name != r.provider {
		a.fail("the error %v of %s", err, r.provider)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.providers[r.site]
	unfounded := false
	switch e.Kind {
	case providers.Canceled:
		a.total.canceled++
		unfounded = time.Now().Before(r.due)
	case providers.BudgetExceeded:
		a.total.exhausted++
	case providers.Overloaded: // three quarters of upstream.Config.PlaceWait, or of half of what pagecache.Deadline allows
		unfounded = time.Since(r.start) < min(5*time.Second, r.due.Sub(r.start)*9/10/2)*3/4
	case providers.CircuitOpen:
		unfounded = !p.open && p.closedAt.Before(r.start)
	case providers.Unauthenticated:
		unfounded = !a.refusedLately(r, http.StatusUnauthorized, "")
	case providers.Forbidden:
		unfounded = !a.refusedLately(r, http.StatusForbidden, path)
	case providers.NotFound, providers.RateLimited, providers.BadResponse, providers.Unavailable, providers.Timeout:
	default:
		unfounded = true
	}
	if unfounded {
		a.fail("%s of %s reads %s, and gets the error %v without a cause", r.owner, r.provider, path, err)
	}
}

// observeCache counts what the cache reports.
func (a *auditor) observeCache(e pagecache.Event) {
	a.total.mu.Lock()
	defer a.total.mu.Unlock()
	switch e.Kind {
	case pagecache.HitMemory:
		a.total.hits += e.N
	case pagecache.HitStale:
		a.total.stale += e.N
	case pagecache.Coalesced:
		a.total.joined += e.N
	case pagecache.HitRedis:
		a.total.redisHits += e.N
	case pagecache.RedisDown:
		a.total.redisOutages += e.N
	case pagecache.SealInvalid:
		a.total.redisRejected += e.N
	case pagecache.LeaseWait:
		a.total.redisWaits += e.N
	}
}
