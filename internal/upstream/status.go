package upstream

import (
	"net/http"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
)

// How many calls back the status looks, and how many failures in a row are an
// outage.
const (
	recordLength = 20
	outage       = 5
)

// record remembers how the last calls went. The zero value is ready.
type record struct {
	mu     sync.Mutex
	calls  int
	failed [recordLength]bool
}

func (r *record) add(ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed[r.calls%recordLength] = !ok
	r.calls++
}

// answered reports whether the vendor did its part: a 200 that can be used, or a
// refusal of this one request (403 too: a credential may see some objects and not
// others). It did not where it refused the credential (401) or the load (429),
// redirected, or sent what is not an answer. Only for outcomes with a status.
func answered(out outcome) bool {
	if ofCredential(out) {
		return false
	}
	return out.err == nil || out.status >= 400
}

// ofCredential reports whether an answer is about who asks, and so no failure where
// that is not the provider's own credential.
func ofCredential(out outcome) bool {
	return out.status == http.StatusUnauthorized || out.status == http.StatusTooManyRequests
}

// Status tells how the last calls went: UNKNOWN before the first one, DOWN when
// the last five failed, or all when there were fewer, DEGRADED when one of the
// last twenty did, else UP. A call that failed is one without an answer, one
// answered 401, 408, 429 or 5xx, or one whose answer cannot be used. Other
// refusals are answers, and so are 401 and 429 to a credential that is lent. Calls
// that were called off do not count.
func (c *Client) Status() model.ProviderStatus { return c.record.status() }

func (r *record) status() model.ProviderStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := min(r.calls, recordLength)
	if seen == 0 {
		return model.ProviderUnknown
	}
	failures, inARow := 0, 0
	for back := range seen {
		if !r.failed[(r.calls-1-back)%recordLength] {
			continue
		}
		failures++
		if inARow == back {
			inARow++
		}
	}
	switch {
	case inARow == min(seen, outage) || inARow > outage:
		return model.ProviderDown
	case failures > 0:
		return model.ProviderDegraded
	}
	return model.ProviderUp
}
