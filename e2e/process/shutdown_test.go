package process_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/accountgraph/accountgraph/internal/demo"
)

const oneUser = `{"query":"{ users(first: 1, filter: {providers: [\"softwareone\"]}) { nodes { id } } }"}`

// After a signal, a server reports that it is not ready, refuses new connections, and
// finishes the request in flight.
func TestShutdown_InFlightRequest(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			vendor := startBlockedVendor(t)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+vendor.config))
			done := vendor.query(t, p)

			p.signal(signal)
			waitFor(t, "/readyz reports the shutdown", func() bool {
				res, err := client().Get("http://" + p.address + "/readyz")
				if err != nil {
					t.Fatalf("no notice before the shutdown: %v", err)
				}
				_ = res.Body.Close()
				return res.StatusCode == http.StatusServiceUnavailable
			})
			waitFor(t, "new connections are refused", func() bool {
				res, err := client().Get("http://" + p.address + "/healthz")
				if err == nil {
					_ = res.Body.Close()
				}
				return errors.Is(err, syscall.ECONNREFUSED)
			})
			select {
			case err := <-done:
				t.Fatalf("a response before that of the vendor: %v", err)
			case <-p.ended:
				t.Fatalf("exited with a request in flight:\n%s", &p.stderr)
			default:
			}
			close(vendor.open)
			if err := <-done; err != nil {
				t.Error(err)
			}
			if code := p.exit(); code != 0 {
				t.Errorf("exit %d:\n%s", code, &p.stderr)
			}
		})
	}
}

// A second signal ends a server at once.
func TestShutdown_SecondSignal(t *testing.T) {
	t.Parallel()
	vendor := startBlockedVendor(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+vendor.config))
	done := vendor.query(t, p)
	p.signal(syscall.SIGTERM)
	p.waitStderr(`"stopping"`)
	// The handler of the first signal is removed concurrently, so that one more signal
	// may be needed.
	waitFor(t, "a second signal ends it", func() bool {
		p.signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	})
	if by := p.killedBy(); by != syscall.SIGTERM {
		t.Errorf("ended by signal %d, exit %d", by, p.exit())
	}
	if err := <-done; err == nil {
		t.Error("a response without the vendor")
	}
}

func TestShutdown_OtherCommands(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"demo --listen 127.0.0.1:0", "vendors --port 0"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			p := startServer(t, nil, strings.Fields(args)...)
			p.signal(os.Interrupt)
			if code := p.exit(); code != 0 {
				t.Errorf("exit %d:\n%s", code, &p.stderr)
			}
		})
	}
}

// Every request that a server accepted before it stops gets a response.
func TestShutdown_UnderLoad(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config())
	for cycle := range 5 {
		t.Run(fmt.Sprint(cycle), func(t *testing.T) {
			t.Parallel()
			p := startServer(t, nil, "--config", config)
			var warm, done sync.WaitGroup
			for range 6 {
				warm.Add(1)
				done.Go(func() {
					before, err := queryUntilClosed(p.address, sync.OnceFunc(warm.Done))
					if err != nil {
						t.Errorf("request %d: %v", before+1, err)
					}
				})
			}
			warm.Wait()
			p.signal(syscall.SIGTERM)
			done.Wait()
			if code := p.exit(); code != 0 {
				t.Errorf("exit %d:\n%s", code, &p.stderr)
			}
		})
	}
}

// A connection that was accepted before the server stops gets a response to its first request,
// also if that arrives later.
func TestShutdown_AcceptedConnection(t *testing.T) {
	t.Parallel()
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"limits: {shutdownDelay: 100ms}\n"+startVendors(t).Config()))
	early, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	waitFor(t, "the connection is accepted", func() bool {
		n, _ := p.metric("accountgraph_connections")
		return n == 2 // with that of this request
	})
	p.signal(syscall.SIGTERM)
	waitFor(t, "new connections are refused", func() bool {
		res, err := client().Get("http://" + p.address + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	})
	c := &http.Client{Timeout: waitTimeout, Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return early, nil },
	}}
	if status, a, err := post(c, p.address, oneUser); err != nil || status != http.StatusOK || a.value("users.nodes.0.id") == nil {
		t.Errorf("%d %v %s", status, err, a.text)
	}
	if code := p.exit(); code != 0 {
		t.Errorf("exit %d:\n%s", code, &p.stderr)
	}
}

// queryUntilClosed sends queries over one connection until the server closes it, and
// returns how many responses there were before the last one. It calls warm after a few
// queries or an error.
func queryUntilClosed(address string, warm func()) (int, error) {
	defer warm()
	detector := &closeDetector{}
	c := &http.Client{Transport: detector, Timeout: waitTimeout}
	defer detector.connections.CloseIdleConnections()
	for n := 0; ; n++ {
		status, a, err := post(c, address, oneUser)
		if err != nil || status != http.StatusOK || a.value("users.nodes.0.id") == nil {
			return n, fmt.Errorf("%d %w %s", status, err, a.text)
		}
		if detector.seen {
			return n, nil
		}
		if n == 5 {
			warm()
		}
	}
}

// closeDetector notes that a response closes its connection.
type closeDetector struct {
	connections http.Transport
	seen        bool
}

func (l *closeDetector) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.connections.RoundTrip(r)
	l.seen = err == nil && res.Close
	return res, err
}

// blockedVendor is a vendor that does not respond until open is closed.
type blockedVendor struct {
	config string
	called chan struct{}
	open   chan struct{}
}

func startBlockedVendor(t *testing.T) *blockedVendor {
	t.Helper()
	v := startVendors(t)
	base, err := url.Parse(v.Vendor("softwareone").BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	s := &blockedVendor{called: make(chan struct{}, 100), open: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.called <- struct{}{}
		select {
		case <-s.open:
			proxy.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	s.config = fmt.Sprintf("providers: [{name: softwareone, vendor: softwareone, baseURL: '%s%s', token: %s}]\n", server.URL, base.Path, demo.Token)
	return s
}

// query sends a query and returns once the vendor was called. The channel receives the
// result.
func (s *blockedVendor) query(t *testing.T, p *process) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		status, a, err := post(client(), p.address, oneUser)
		if err == nil && (status != http.StatusOK || a.value("users.nodes.0.id") == nil) {
			err = fmt.Errorf("%d %s", status, a.text)
		}
		done <- err
	}()
	select {
	case <-s.called:
	case err := <-done:
		t.Fatalf("the vendor was not called: %v", err)
	}
	return done
}
