package upstream

import (
	"net"
	"net/http"
	"time"
)

// newTransport returns a connection pool for one provider, so that a slow vendor
// does not use up the connections of others.
func newTransport(timeout time.Duration, concurrent int) *http.Transport {
	dialer := &net.Dialer{Timeout: min(time.Second, timeout), KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    min(3*time.Second, timeout),
		ResponseHeaderTimeout:  timeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           concurrent,
		MaxIdleConnsPerHost:    concurrent,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
}
