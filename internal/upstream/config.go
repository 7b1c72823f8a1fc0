package upstream

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fair"
	"github.com/accountgraph/accountgraph/internal/network"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// The defaults of Config.
const (
	defaultTimeout       = 10 * time.Second
	defaultMaxConcurrent = 8
	defaultMaxBody       = 64 << 20
	defaultMaxRows       = 2_000_000
	defaultPlaceWait     = 5 * time.Second
	defaultMaxWaiting    = 128
	defaultConnectTime   = time.Second
)

// None is a limit of zero, where 0 means a default.
const None = -1

// Config is one connection to a vendor.
type Config struct {
	// Provider describes the connection. Paths are appended to its BaseURL, which is
	// absolute, http or https, without user info, query and fragment.
	Provider *model.Provider
	// Credential authenticates each request. Nothing else adds it.
	Credential Credential
	// VendorCode extracts the vendor's error code from the body of an error
	// response, or returns "". The body may be anything and is cut after 64 KiB. A
	// code is discarded if it is not a short word or contains the credential. May be
	// nil.
	VendorCode func(body []byte) string
	// Timeout limits one call including its retries, from the moment it has a
	// bulkhead permit; 0 means 10 s.
	Timeout time.Duration
	// MaxConcurrent limits the calls in flight; 0 means 8.
	MaxConcurrent int
	// PlaceWait limits how long an operation waits until the first of its calls is in flight, if
	// that is not more than half of the time that it has; 0 means 5 s.
	PlaceWait time.Duration
	// MaxWaiting limits the operations that wait until the first of their calls is in flight.
	// For one more, the caller with the most of them loses the oldest, whose calls fail with
	// Overloaded; 0 means 128.
	MaxWaiting int
	// ConnectTime limits the connection to the vendor, and three times as long the TLS
	// handshake; 0 means 1 s. Timeout limits both.
	ConnectTime time.Duration
	// Retries limits the retries of one call; flappingRetries more are allowed while the
	// vendor responds to other calls. RetryBudget limits those of all calls while the vendor
	// does not respond. 0 means 2 and 20, and None means no retries.
	Retries, RetryBudget int
	// BreakerFailures is the number of failures in a row that open the circuit breaker, and
	// BreakerDelay how long it is open before a probe; 0 means 5 and 5 s.
	BreakerFailures int
	BreakerDelay    time.Duration
	// MaxBody limits a 200 response in bytes, after decompression; 0 means 64 MiB.
	MaxBody int64
	// MaxRows limits the rows of a list that the vendor sends without pages, where the vendor's
	// package says so; 0 means 2,000,000.
	MaxRows int
	// AllowInsecure permits plain http to a host that is not loopback.
	AllowInsecure bool
	// Propagate sends the trace context of a sampled operation to the vendor (W3C Trace
	// Context).
	Propagate bool
	// Transport sends the requests. They contain the credential, so it must not log
	// them. Nil means a transport for this client alone.
	Transport http.RoundTripper
	// Cache caches responses between operations. Nil means no caching; identical
	// requests in flight still share one call.
	Cache *pagecache.Cache
	// Observe is called once per call that was made, after its last retry. It is
	// called concurrently, must not block, and may be nil.
	Observe func(operation.Call)
	// ObserveBreaker is called when the circuit breaker opens or closes. It must not
	// block, and may be nil.
	ObserveBreaker func(open bool)
	// ObserveCalls receives, once, a function that returns the numbers of calls in flight and
	// waiting; may be nil.
	ObserveCalls func(stats func() fair.Stats)
	// ObserveChange is called with the ids of objects that were invalidated, or whose records the
	// vendor has changed; with nil if everything that was read through the provider was
	// invalidated, by a client or because the vendor refuses the credential. What callers'
	// credentials read is not compared. It must not block, and may be nil.
	ObserveChange func(ids []model.ID)
	// Now is the wall clock for Retry-After dates and for the cache that New creates;
	// nil means time.Now. Delays and timeouts use the monotonic clock.
	Now func() time.Time
	// Rand returns a number in [0, 1) for the jitter of retries. It is called
	// concurrently. Nil means math/rand/v2.
	Rand func() float64
}

// withDefaults validates c, fills in the defaults, and returns the base URL without
// a trailing slash. Its error lists every problem. It quotes no value, since a
// misplaced secret may be one.
func (c Config) withDefaults() (Config, *url.URL, error) {
	if c.Provider == nil {
		return c, nil, errors.New("upstream: Provider is missing")
	}
	var problems []error
	problem := func(text string) {
		problems = append(problems, fmt.Errorf("upstream: provider %q: %s", c.Provider.Name, text))
	}
	base, err := url.Parse(strings.TrimRight(c.Provider.BaseURL, "/"))
	if err != nil {
		problem("the base URL is not a valid URL")
		base = new(url.URL)
	} else if (base.Scheme != "http" && base.Scheme != "https") || base.Hostname() == "" {
		problem("the base URL must be absolute, http or https")
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || strings.Contains(c.Provider.BaseURL, "#") {
		problem("the base URL must have no user info, no query and no fragment")
	}
	if base.Scheme == "http" && !c.AllowInsecure && !network.IsLoopback(base.Hostname()) {
		problem("the base URL is plain http and not loopback: the credential would be sent unencrypted")
	}
	if c.Credential == nil {
		problem("the credential is missing")
	}
	if c.Timeout < 0 || c.MaxConcurrent < 0 || c.MaxBody < 0 || c.MaxRows < 0 || c.PlaceWait < 0 || c.MaxWaiting < 0 || c.ConnectTime < 0 || c.BreakerFailures < 0 || c.BreakerDelay < 0 {
		problem("Timeout, MaxConcurrent, MaxBody, MaxRows, PlaceWait, MaxWaiting, ConnectTime, BreakerFailures and BreakerDelay must not be negative")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.MaxConcurrent == 0 {
		c.MaxConcurrent = defaultMaxConcurrent
	}
	if c.MaxWaiting == 0 {
		c.MaxWaiting = defaultMaxWaiting
	}
	if c.PlaceWait == 0 {
		c.PlaceWait = defaultPlaceWait
	}
	if c.ConnectTime == 0 {
		c.ConnectTime = defaultConnectTime
	}
	c.Retries, c.RetryBudget = orDefault(c.Retries, maxRetries), orDefault(c.RetryBudget, retryBudgetMax)
	c.BreakerFailures = orDefault(c.BreakerFailures, breakerFailures)
	if c.BreakerDelay == 0 {
		c.BreakerDelay = breakerDelay
	}
	if c.MaxBody == 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.MaxRows == 0 {
		c.MaxRows = defaultMaxRows
	}
	if c.VendorCode == nil {
		c.VendorCode = func([]byte) string { return "" }
	}
	if c.Observe == nil {
		c.Observe = func(operation.Call) {}
	}
	if c.ObserveBreaker == nil {
		c.ObserveBreaker = func(bool) {}
	}
	if c.ObserveCalls == nil {
		c.ObserveCalls = func(func() fair.Stats) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	if c.Transport == nil && len(problems) == 0 {
		c.Transport = newTransport(c)
	}
	return c, base, errors.Join(problems...)
}

// orDefault returns the default for 0, and 0 for None.
func orDefault(n, fallback int) int {
	if n == 0 {
		return fallback
	}
	return max(n, 0)
}
