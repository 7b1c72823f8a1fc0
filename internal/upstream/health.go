package upstream

import (
	"net/http"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	// healthWindow is the number of recent calls that the status considers.
	healthWindow = 20
	// downAfter is the number of consecutive failures after which a provider is DOWN.
	downAfter = 5
)

// health records whether the last calls succeeded. The zero value is ready. Safe
// for concurrent use.
type health struct {
	mu     sync.Mutex
	calls  int
	failed [healthWindow]bool
}

func (h *health) record(ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed[h.calls%healthWindow] = !ok
	h.calls++
}

// reject makes the last success a failure, since its response cannot be decoded.
func (h *health) reject() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for back := range min(h.calls, healthWindow) {
		if i := (h.calls - 1 - back) % healthWindow; !h.failed[i] {
			h.failed[i] = true
			return
		}
	}
}

// recordHealth records what a response tells about the vendor. It is working if it sent
// a usable 200, or rejected this one request (including 403: a credential may see some
// objects and not others). It is not if it rejected the credential (401) or the load
// (429), redirected, sent an unusable response, or does not have what r says that it
// has. A missing object tells nothing: a wrong base URL looks the same. res must have a
// status.
func (c *Client) recordHealth(r Request, res result) {
	missing := res.kind() == providers.NotFound
	switch {
	case isCredentialFailure(res):
		c.health.record(c.delegated)
	case missing && r.Collection, (missing || res.kind() == providers.Forbidden) && r.Configured && !c.delegated:
		c.health.record(false)
	case missing:
	default:
		c.health.record(res.err == nil || res.status >= 400)
	}
}

// isCredentialFailure reports whether a response concerns the credential alone
// (401, 429). It is no failure of the vendor if a caller sent the credential.
func isCredentialFailure(res result) bool {
	return res.status == http.StatusUnauthorized || res.status == http.StatusTooManyRequests
}

// Status summarizes the last calls: UNKNOWN before the first one; DOWN if the last
// five failed, or all of fewer; DEGRADED if one of the last twenty failed; else UP.
// A call fails without a response, with a response that is unusable or cannot be decoded,
// with status 401, 408, 429 or 5xx, with 404 or 410 if Request.Collection is set, or with
// 403, 404 or 410 if Request.Configured is set. Other error statuses are not failures,
// nor are 401 and 429 for a caller's credential, nor 403 and 404 for it if only
// Configured is set. Canceled calls and other 404 and 410 do not count.
func (c *Client) Status() model.ProviderStatus { return c.health.status() }

func (h *health) status() model.ProviderStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := min(h.calls, healthWindow)
	if seen == 0 {
		return model.ProviderUnknown
	}
	failures, consecutive := 0, 0
	for back := range seen {
		if !h.failed[(h.calls-1-back)%healthWindow] {
			continue
		}
		failures++
		if consecutive == back {
			consecutive++
		}
	}
	switch {
	case consecutive == min(seen, downAfter) || consecutive > downAfter:
		return model.ProviderDown
	case failures > 0:
		return model.ProviderDegraded
	}
	return model.ProviderUp
}
