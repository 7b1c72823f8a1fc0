package upstream

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/accountgraph/accountgraph/internal/network"
)

// newTransport returns a connection pool for one provider, so that a slow vendor
// does not use up the connections of others.
func newTransport(c Config) *http.Transport {
	dialer := &net.Dialer{Timeout: min(c.ConnectTime, c.Timeout), KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialing(dialer.DialContext),
		TLSHandshakeTimeout:    min(3*c.ConnectTime, c.Timeout),
		ResponseHeaderTimeout:  c.Timeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           c.MaxConcurrent,
		MaxIdleConnsPerHost:    c.MaxConcurrent,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
		OnProxyConnectResponse: network.CheckProxy,
	}
}

// errExhausted is the error of a connection that this process had no resources for.
var errExhausted = errors.New("upstream: no file descriptor, port or memory for a connection")

// dialing returns a function that dials, and returns errExhausted where dialing failed because
// of this process and not of the vendor. The resolver of package net hides the reason for
// which it could not open a socket, so that a name that cannot be resolved is compared with an
// attempt to open a file.
func dialing(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			return conn, nil
		}
		cause := err
		if errors.As(err, new(*net.DNSError)) {
			file, openErr := os.Open(os.DevNull)
			if openErr == nil {
				_ = file.Close() // Nothing was written.
			}
			cause = openErr
		}
		if isExhausted(cause) {
			return nil, errExhausted
		}
		return nil, err
	}
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// isExhausted reports whether the operating system lacked resources of this process or host.
func isExhausted(err error) bool {
	return slices.ContainsFunc([]error{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL,
	}, func(reason error) bool { return errors.Is(err, reason) })
}
