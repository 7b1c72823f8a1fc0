package upstream

import (
	"net/http"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
)

// How many calls back the status looks, and how many failures in a row are an
// outage.
const (
	healthWindow = 20
	downAfter    = 5
)

// health remembers how the last calls went. The zero value is ready.
type health struct {
	mu     sync.Mutex
	calls  int
	failed [healthWindow]bool
}

func (r *health) record(ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed[r.calls%healthWindow] = !ok
	r.calls++
}

// vendorSucceeded reports whether the vendor did its part: a 200 that can be used, or a
// refusal of this one request (403 too: a credential may see some objects and not
// others). It did not where it refused the credential (401) or the load (429),
// redirected, or sent what is not an answer. Only for outcomes with a status.
func vendorSucceeded(res result) bool {
	if isCredentialFailure(res) {
		return false
	}
	return res.err == nil || res.status >= 400
}

// isCredentialFailure reports whether an answer is about who asks, and so no failure where
// that is not the provider's own credential.
func isCredentialFailure(res result) bool {
	return res.status == http.StatusUnauthorized || res.status == http.StatusTooManyRequests
}

// Status tells how the last calls went: UNKNOWN before the first one, DOWN when
// the last five failed, or all when there were fewer, DEGRADED when one of the
// last twenty did, else UP. A call that failed is one without an answer, one
// answered 401, 408, 429 or 5xx, or one whose answer cannot be used. Other
// refusals are answers, and so are 401 and 429 to a credential that is lent. Calls
// that were called off do not count.
func (c *Client) Status() model.ProviderStatus { return c.health.status() }

func (r *health) status() model.ProviderStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := min(r.calls, healthWindow)
	if seen == 0 {
		return model.ProviderUnknown
	}
	failures, inARow := 0, 0
	for back := range seen {
		if !r.failed[(r.calls-1-back)%healthWindow] {
			continue
		}
		failures++
		if inARow == back {
			inARow++
		}
	}
	switch {
	case inARow == min(seen, downAfter) || inARow > downAfter:
		return model.ProviderDown
	case failures > 0:
		return model.ProviderDegraded
	}
	return model.ProviderUp
}
