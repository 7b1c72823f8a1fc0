package upstream

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// What Config leaves open.
const (
	defaultTimeout       = 10 * time.Second
	defaultMaxConcurrent = 8
)

// Config is one connection to a vendor.
type Config struct {
	// Provider names the connection; its BaseURL is what paths are appended to:
	// absolute, http or https, without user info, query and fragment.
	Provider *model.Provider
	// Credential is added to each request, here and nowhere else.
	Credential Credential
	// VendorCode finds the vendor's own error word in the body of a failed
	// answer; it returns "" where there is none. The body may be anything, and is
	// cut after 64 KiB. What is not a short word, or holds the credential, is
	// dropped. May be nil.
	VendorCode func(body []byte) string
	// Timeout bounds one call with all its repetitions, from the moment it has a
	// place among MaxConcurrent; 0 for 10 s.
	Timeout time.Duration
	// MaxConcurrent bounds the calls in flight; 0 for 8.
	MaxConcurrent int
	// AllowInsecure permits plain http to a host that is not loopback.
	AllowInsecure bool
	// Transport carries the requests, credential included: it must not tell of
	// them. Nil for one of its own.
	Transport http.RoundTripper
	// Cache remembers answers between operations. Nil: nothing is remembered, but
	// those who ask for the same at the same time share one call all the same.
	Cache *pagecache.Cache
	// Observe is told the outcome of every call that was made, once however often
	// it was repeated. It is called concurrently, must not block, and may be nil.
	Observe func(Call)
	// Now is the wall clock that dates answers; nil for time.Now. Waiting and
	// bounds go by the monotonic clock.
	Now func() time.Time
	// Rand returns a number in [0, 1) and spreads repetitions; called
	// concurrently. Nil for math/rand/v2.
	Rand func() float64
}

// withDefaults fills in what c leaves open and returns the base URL without a slash
// at its end. Its error names all that is wrong, and no value, since a
// misplaced secret may be one.
func (c Config) withDefaults() (Config, *url.URL, error) {
	if c.Provider == nil {
		return c, nil, errors.New("upstream: no provider")
	}
	var problems []error
	problem := func(text string) {
		problems = append(problems, fmt.Errorf("upstream: provider %q: %s", c.Provider.Name, text))
	}
	base, err := url.Parse(strings.TrimRight(c.Provider.BaseURL, "/"))
	if err != nil {
		problem("the base URL cannot be read")
		base = new(url.URL)
	} else if (base.Scheme != "http" && base.Scheme != "https") || base.Hostname() == "" {
		problem("the base URL must be absolute, http or https")
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || strings.Contains(c.Provider.BaseURL, "#") {
		problem("the base URL must have no user info, no query and no fragment")
	}
	if base.Scheme == "http" && !c.AllowInsecure && !isLoopback(base.Hostname()) {
		problem("the base URL is plain http and not loopback: it would show the credential")
	}
	if c.Credential == nil {
		problem("no credential")
	}
	if c.Timeout < 0 || c.MaxConcurrent < 0 {
		problem("timeout and concurrency must not be negative")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.MaxConcurrent == 0 {
		c.MaxConcurrent = defaultMaxConcurrent
	}
	if c.VendorCode == nil {
		c.VendorCode = func([]byte) string { return "" }
	}
	if c.Observe == nil {
		c.Observe = func(Call) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	if c.Transport == nil && len(problems) == 0 {
		c.Transport = newTransport(c.Timeout, c.MaxConcurrent)
	}
	return c, base, errors.Join(problems...)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && ip.IsLoopback())
}
