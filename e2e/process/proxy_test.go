package process_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// tunnel is an HTTP proxy that connects every client to one address, whatever host it names, or
// refuses with a status.
type tunnel struct {
	target  string
	status  int
	clients atomic.Int64
}

func (p *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.clients.Add(1)
	if r.Method != http.MethodConnect || p.status != http.StatusOK {
		w.WriteHeader(p.status)
		return
	}
	upstream, err := net.Dial("tcp", p.target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = upstream.Close()
		return
	}
	_, _ = conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n"))
	go func() { _, _ = io.Copy(upstream, conn); _ = upstream.Close() }()
	_, _ = io.Copy(conn, upstream)
	_ = conn.Close()
}

// A vendor behind a proxy, with a certificate of a private CA: check reaches it, and tells when
// the CA is missing or the proxy refuses.
func TestCheck_ProxyAndPrivateCA(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	behind := v.Vendor("activeplatform").BaseURL
	chain, key := certificate(t, "vendor", "vendor.invalid")
	vendor := startTLS(t, chain, key, reverse(t, behind))
	config := writeFile(t, "a.yaml", strings.Replace(v.Config(), behind, "https://vendor.invalid", 1))
	ca := "SSL_CERT_FILE=" + writeFile(t, "ca.pem", chain)
	for name, test := range map[string]struct {
		status int
		env    []string
		want   string
	}{
		"through the proxy": {http.StatusOK, []string{ca}, "ok"},
		"no CA":             {http.StatusOK, nil, "unavailable: the certificate is not trusted"},
		"no access":         {http.StatusProxyAuthRequired, []string{ca}, "unavailable: the proxy responds with HTTP status 407"},
	} {
		proxy := &tunnel{target: vendor, status: test.status}
		server := httptest.NewServer(proxy)
		p := start(t, append(test.env, "HTTPS_PROXY="+server.URL), "check", "--config", config)
		p.exit()
		if row := lineWith(p.stdout.String(), "vendor.invalid"); !strings.HasSuffix(row, " "+test.want) || proxy.clients.Load() == 0 {
			t.Errorf("%s: %q, want %s; %d clients of the proxy", name, row, test.want, proxy.clients.Load())
		}
		server.Close()
	}
	p := start(t, []string{"HTTPS_PROXY=http://127.0.0.1:1"}, "check", "--config", config)
	p.exit()
	if row := lineWith(p.stdout.String(), "vendor.invalid"); !strings.HasSuffix(row, " unavailable: the proxy: connection refused") {
		t.Errorf("no proxy: %q", row)
	}
}

// lineWith returns the first line that contains a text.
func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
