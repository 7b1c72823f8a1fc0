package simulation_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/providers"
)

// Limits that docs/upstream.md promises.
const (
	maxRetries    = 5
	retryBudget   = 20
	perAnswer     = 2
	openAfter     = 5 // failures in a row
	probeInterval = 5 * time.Second
)

// site is a provider, as one replica calls it.
type site struct {
	provider string
	at       int
}

func (s site) String() string { return fmt.Sprintf("%s at replica %d", s.provider, s.at) }

// auditedProvider is what happens at one site.
type auditedProvider struct {
	inFlight map[*attempt]bool
	most     int
	calls    map[callID]*auditedCall
	// retriesLeft is the budget of retries. It can lag behind by one retry for each place.
	retriesLeft int
	// failures counts calls in a row that failed.
	failures int

	open bool
	// turns counts how often the circuit has opened or closed.
	turns    int
	openedAt time.Time
	closedAt time.Time
	// probedAt is when a call was made last while the circuit was open.
	probedAt time.Time
}

func newAuditedProvider() *auditedProvider {
	return &auditedProvider{inFlight: map[*attempt]bool{}, calls: map[callID]*auditedCall{}, retriesLeft: retryBudget}
}

// attempt is one request to a vendor.
type attempt struct {
	owner, path, query string
	// reader began the call; nil for revalidations.
	reader *reader
	// began is when the vendor received it, deadline when the call ends.
	began, deadline time.Time
	ended           <-chan struct{}
	call            *auditedCall
}

// auditedCall is one call of a vendor with its retries.
type auditedCall struct {
	attempts int
	// turns are those of the provider when it began.
	turns int
}

// callID identifies the attempts of one call: no reader makes two for one URL at the same
// time.
type callID struct {
	reader             *reader
	owner, path, query string
	deadline           time.Time
}

func (t *attempt) id() callID { return callID{t.reader, t.owner, t.path, t.query, t.deadline} }

// reads returns the paths of the page or of the objects that an attempt requests.
func (t *attempt) reads() []string {
	if t.path != objectsPath {
		return []string{t.path}
	}
	var all []string
	for id := range strings.SplitSeq(t.query, ",") {
		all = append(all, objectsPath+"/"+id)
	}
	return all
}

// begin checks that a request may be made.
func (a *auditor) begin(provider site, t *attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.providers[provider]
	a.total.requests++
	if t.call = p.calls[t.id()]; t.call == nil {
		t.call = &auditedCall{turns: p.turns}
		p.calls[t.id()] = t.call
	}
	t.call.attempts++
	if n := t.call.attempts; n > 1 {
		a.total.retries++
		p.retriesLeft--
		if n > 1+maxRetries || p.retriesLeft < -a.plan.places {
			a.fail("%s: retry %d of a call, with a budget of %d", provider, n-1, p.retriesLeft)
		}
	} else {
		a.beginCall(provider, p, t)
	}
	p.inFlight[t] = true
	p.most = max(p.most, len(p.inFlight))
	if len(p.inFlight) > a.plan.places {
		a.fail("%s: %d requests at once, want at most %d", provider, len(p.inFlight), a.plan.places)
	}
}

// beginCall checks the first attempt of a call.
func (a *auditor) beginCall(provider site, p *auditedProvider, t *attempt) {
	if t.reader != nil {
		if t.reader.calls++; t.reader.calls > t.reader.budget {
			a.fail("%s: an operation makes %d calls, its budget is %d", provider, t.reader.calls, t.reader.budget)
		}
	}
	if p.open && time.Since(p.openedAt) > 0 {
		if since := time.Since(p.probedAt); since < probeInterval || time.Since(p.openedAt) < probeInterval {
			a.fail("%s: called through an open circuit, %v after the last call", provider, since)
		}
		p.probedAt = time.Now()
	}
	if a.plan.redis != nil && (!a.plan.reliable || a.owners[provider.provider+t.owner].cutLately()) {
		return // An invalidation of another replica may have come between two calls.
	}
	if t.reader != nil && t.reader.epoch != a.owners[provider.provider+t.owner].epoch {
		return // After an invalidation nobody joins a call that began before, and this one may have waited since.
	}
	for other := range p.inFlight {
		if other.owner == t.owner && other.shares(t) && other.call.turns == t.call.turns && !other.left() && overlap(other, t) {
			a.fail("%s: two calls at once for %s %s and %s %s of %s", provider, other.path, other.query, t.path, t.query, t.owner)
		}
	}
}

func (t *attempt) isUncached() bool { return t.reader != nil && t.reader.uncached }

// shares reports whether an attempt should have been shared with another one: both were made
// for readers that started with the same entries.
func (t *attempt) shares(other *attempt) bool {
	return t.reader != nil && other.reader != nil && t.reader.epoch == other.reader.epoch && !t.isUncached() && !other.isUncached()
}

// left reports whether nobody waits for the attempt any more.
func (t *attempt) left() bool {
	select {
	case <-t.ended:
		return true
	default:
		return false
	}
}

func overlap(one, other *attempt) bool {
	all := other.reads()
	return slices.ContainsFunc(one.reads(), func(path string) bool { return slices.Contains(all, path) })
}

// end records the answer of the vendor; 0 stands for none.
func (a *auditor) end(provider site, t *attempt, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, o := a.providers[provider], a.owners[provider.provider+t.owner]
	delete(p.inFlight, t)
	now := time.Now()
	switch status {
	case http.StatusOK:
		for _, path := range t.reads() {
			o.sent[issue(path, t.began)] = now
		}
	case http.StatusUnauthorized:
		a.total.refused++
		o.cut(cut{"", t.began, now, "a 401", t.path + "?" + t.query, provider.at})
	case http.StatusForbidden:
		until := t.began
		if t.isUncached() {
			until = time.Time{} // It concerns this path, and nothing is known of its entry.
		}
		for _, path := range t.reads() {
			o.cut(cut{path, until, now, "a 403", t.path + "?" + t.query, provider.at})
		}
	}
}

// refusedLately reports whether the vendor has refused a reader in the last minute: a path,
// or the credential.
func (a *auditor) refusedLately(r *reader, status int, path string) bool {
	reason := "a " + map[int]string{http.StatusUnauthorized: "401", http.StatusForbidden: "403"}[status]
	return slices.ContainsFunc(a.owners[r.provider+r.owner].cuts, func(c cut) bool {
		return c.reason == reason && strings.HasPrefix(c.path, path) && r.start.Sub(c.since) < time.Minute
	})
}

// observeCall records the outcome of a call after its retries.
func (a *auditor) observeCall(provider site, c operation.Call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.providers[provider]
	switch c.Kind {
	case providers.Canceled, providers.Overloaded:
		return
	case providers.Timeout, providers.Unavailable:
		p.failures++
	default:
		p.failures = 0
		if c.Kind != providers.RateLimited {
			p.retriesLeft = min(p.retriesLeft+perAnswer, retryBudget)
		}
	}
	// Calls that end at the same time may be observed in another order than they are counted.
	if p.failures >= openAfter+a.plan.places && !p.open {
		a.fail("%s: the circuit is closed after %d failures in a row", provider, p.failures)
	}
}

func (a *auditor) observeBreaker(provider site, open bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.providers[provider]
	p.turns++
	if p.open = open; !open {
		p.closedAt = time.Now()
		return
	}
	a.total.opened++
	p.openedAt, p.probedAt = time.Now(), time.Time{}
}

// takeMost returns the largest number of requests at once since the last call.
func (p *auditedProvider) takeMost() int {
	most := p.most
	p.most = 0
	return most
}

// checkSettled checks that nothing is in flight.
func (a *auditor) checkSettled(provider site) {
	if n := len(a.providers[provider].inFlight); n > 0 {
		a.fail("%s: %d requests have not ended", provider, n)
	}
}
