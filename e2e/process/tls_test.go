package process_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// certificate returns a certificate for 127.0.0.1 and these hosts that has signed itself, and its
// key, in PEM.
func certificate(t *testing.T, name string, hosts ...string) (chain, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: hosts, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", secret)
}

// startTLS serves a handler with a certificate, and returns its address.
func startTLS(t *testing.T, chain, key string, handler http.Handler) string {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(chain), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// reverse returns a handler that asks another server.
func reverse(t *testing.T, baseURL string) http.Handler {
	t.Helper()
	u, err := url.Parse(baseURL)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }, ErrorLog: log.New(io.Discard, "", 0)}
}

// tlsClient trusts these certificates.
func tlsClient(chains ...string) *http.Client {
	pool := x509.NewCertPool()
	for _, chain := range chains {
		pool.AppendCertsFromPEM([]byte(chain))
	}
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool},
	}, Timeout: waitTimeout}
}

// peer returns the name in the certificate of a server, and the protocol.
func peer(t *testing.T, c *http.Client, address string) (name, protocol string) {
	t.Helper()
	res, err := c.Post("https://"+address+"/graphql", "application/json", strings.NewReader(oneUser))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"nodes":[{`) {
		t.Errorf("%d %v %s", res.StatusCode, err, body)
	}
	return res.TLS.PeerCertificates[0].Subject.CommonName, res.Proto
}

// The listener speaks TLS and HTTP/2. It uses new files when they have changed, and on SIGHUP; if
// they cannot be used, it keeps the certificate, and the log has a line.
func TestTLS_ReloadsTheCertificate(t *testing.T) {
	t.Parallel()
	first, firstKey := certificate(t, "first")
	second, secondKey := certificate(t, "second")
	third, thirdKey := certificate(t, "third")
	chain, key := writeFile(t, "server.crt", first), writeFile(t, "server.key", firstKey)
	vendors := startVendors(t).Config()
	configure := func(chain, key string) string {
		return fmt.Sprintf("server: {listen: 127.0.0.1:0, tls: {certificate: '%s', key: '%s'}}\n", chain, key) + vendors
	}
	config := writeFile(t, "a.yaml", configure(chain, key))
	p := start(t, nil, "serve", "--config", config)
	p.address = p.waitStdout(`https://(127\.0\.0\.1:\d+)`)[1]
	trusting := tlsClient(first, second, third)
	if name, protocol := peer(t, trusting, p.address); name != "first" || protocol != "HTTP/2.0" {
		t.Errorf("%s by %s", name, protocol)
	}
	if _, err := tls.Dial("tcp", p.address, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}); err == nil { //nolint:gosec // the version is tested
		t.Error("TLS 1.1 is accepted")
	}

	p.signal(syscall.SIGUSR1)
	p.waitStderr(`"log level switched","to":"DEBUG"`)
	if _, err := client().Get("https://" + p.address); err == nil {
		t.Error("a client that does not know the CA trusts the certificate")
	}
	p.waitStderr(`"level":"DEBUG","msg":"TLS handshake failed","reason":"[^"0-9]+"`)

	replace(t, chain, second)
	p.waitStderr(`"level":"ERROR","msg":"certificate not reloaded, the one before stays in use","reason":"server.tls: tls: private key does not match public key"`)
	if name, _ := peer(t, trusting, p.address); name != "first" {
		t.Errorf("%s, although its key is missing", name)
	}
	replace(t, key, secondKey)
	p.waitStderr(`"msg":"certificate reloaded","expires":"`)
	if name, _ := peer(t, trusting, p.address); name != "second" {
		t.Errorf("%s after both files have changed", name)
	}

	other, otherKey := writeFile(t, "other.crt", third), writeFile(t, "other.key", thirdKey)
	replace(t, config, configure(other, filepath.Join(t.TempDir(), "missing")))
	p.hangUp(1, fmt.Sprintf(notReloaded, `server\.tls\.key: `))
	replace(t, config, configure(other, otherKey))
	p.hangUp(1, reloaded)
	if name, _ := peer(t, trusting, p.address); name != "third" || strings.Contains(p.stderr.String(), "changes need a restart") {
		t.Errorf("%s after SIGHUP:\n%s", name, &p.stderr)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// The second listener speaks plain HTTP, unless its certificate is configured, too.
func TestTLS_Admin(t *testing.T) {
	t.Parallel()
	chain, key := certificate(t, "admin")
	file, keyFile, vendors := writeFile(t, "server.crt", chain), writeFile(t, "server.key", key), startVendors(t).Config()
	for scheme, admin := range map[string]string{"http": "false", "https": "true"} {
		config := fmt.Sprintf("server: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, tls: {certificate: '%s', key: '%s', admin: %s}}\n", file, keyFile, admin)
		p := start(t, nil, "serve", "--config", writeFile(t, "a.yaml", config+vendors))
		address := p.waitStderr(`listening for health and metrics","address":"([^"]+)"`)[1]
		res, err := tlsClient(chain).Get(scheme + "://" + address + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", scheme, res.StatusCode)
		}
	}
}

// Files that cannot be used are errors of the configuration, for serve and check.
func TestTLS_BadFiles(t *testing.T) {
	t.Parallel()
	chain, _ := certificate(t, "first")
	_, key := certificate(t, "second")
	good := writeFile(t, "server.crt", chain)
	for name, test := range map[string]struct{ key, want string }{
		"missing":     {"missing.key", "accountgraph: server.tls.key: MISSING cannot be read: no such file or directory\n"},
		"another key": {writeFile(t, "other.key", key), "accountgraph: server.tls: tls: private key does not match public key\n"},
		"no key":      {writeFile(t, "empty.key", ""), "accountgraph: server.tls: tls: failed to find any PEM data in key input\n"},
	} {
		config := writeFile(t, "a.yaml", fmt.Sprintf("server: {tls: {certificate: '%s', key: '%s'}}\n", good, test.key)+startVendors(t).Config())
		want := strings.ReplaceAll(test.want, "MISSING", filepath.Join(filepath.Dir(config), "missing.key"))
		for _, command := range []string{"serve", "check"} {
			p := start(t, nil, command, "--config", config)
			if code := p.exit(); code != 2 || p.stderr.String() != want {
				t.Errorf("%s, %s: exit %d: %s", name, command, code, &p.stderr)
			}
		}
	}
	p := start(t, nil, "check", "--config", writeFile(t, "b.yaml", "server: {tls: {certificate: a}}\n"+startVendors(t).Config()))
	if code := p.exit(); code != 2 || !strings.Contains(p.stderr.String(), ":1: server.tls.key: is missing\n") {
		t.Errorf("exit %d: %s", code, &p.stderr)
	}
}
