// Package network describes why a connection failed.
package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
)

// Reason describes why a connection failed, for operators; "" if the error says nothing of
// that. It holds no byte of the peer and no address.
func Reason(err error) string {
	var unknownHost *net.DNSError
	var wrongHost x509.HostnameError
	var invalid x509.CertificateInvalidError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var proxy *ProxyError
	var operation *net.OpError
	switch {
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		if reason := Reason(operation.Err); reason != "" {
			return "the proxy: " + reason
		}
		return "the proxy: the connection failed"
	case errors.As(err, &wrongHost):
		return "the certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not valid yet"
	case errors.As(err, &certificate):
		return "the certificate is not trusted"
	case errors.As(err, &record), errors.As(err, &alert):
		return "TLS failed"
	case errors.As(err, &unknownHost):
		return "unknown host"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "no reply in time"
	}
	return ""
}

// ProxyError is the error of a connection that an HTTP proxy refuses.
type ProxyError struct {
	// Status is the HTTP status of the proxy's response to CONNECT.
	Status int
}

// Error returns a message that holds no byte of the proxy.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy responds with HTTP status %d", e.Status)
}

// CheckProxy is a function for http.Transport.OnProxyConnectResponse. It returns a *ProxyError
// for a proxy that does not connect.
func CheckProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{response.StatusCode}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
