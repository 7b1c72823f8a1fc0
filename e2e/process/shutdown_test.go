package process_test

import (
	"errors"
	"fmt"
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

// TestShutdown_InFlightRequest follows a server from the signal to its end, with a request in
// flight.
func TestShutdown_InFlightRequest(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			slow := startBlockedVendor(t)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+slow.config))
			answered := slow.ask(t, p)

			p.signal(signal)
			waitFor(t, "/readyz says that the server is stopping", func() bool {
				res, err := client().Get("http://" + p.address + "/readyz")
				if err != nil {
					t.Fatalf("nobody was told: %v", err)
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
			case err := <-answered:
				t.Fatalf("answered before the vendor did: %v", err)
			case <-p.ended:
				t.Fatalf("ended with a request in flight:\n%s", &p.stderr)
			default:
			}
			close(slow.open)
			if err := <-answered; err != nil {
				t.Error(err)
			}
			if code := p.exit(); code != 0 {
				t.Errorf("exit %d:\n%s", code, &p.stderr)
			}
		})
	}
}

// TestShutdown_SecondSignal holds that a second signal ends a server at once.
func TestShutdown_SecondSignal(t *testing.T) {
	t.Parallel()
	slow := startBlockedVendor(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+slow.config))
	answered := slow.ask(t, p)
	p.signal(syscall.SIGTERM)
	p.waitStderr(`"stopping"`)
	// The first signal is let go of beside the log, so that one more may be needed.
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
	if err := <-answered; err == nil {
		t.Error("waited for the vendor")
	}
}

// TestShutdown_OtherCommands holds that the other commands that go on until they are told
// to stop do so, too.
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

// TestShutdown_UnderLoad stops a server under load again and again: every request
// that it took has its answer.
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

// queryUntilClosed asks over one connection, until the server says that it is the
// last answer on it, and returns how many there were before. It calls warm when
// it has asked a few times, or has failed.
func queryUntilClosed(address string, warm func()) (int, error) {
	defer warm()
	told := &closeDetector{}
	c := &http.Client{Transport: told, Timeout: waitTimeout}
	defer told.connections.CloseIdleConnections()
	for n := 0; ; n++ {
		status, a, err := post(c, address, oneUser)
		if err != nil || status != http.StatusOK || a.value("users.nodes.0.id") == nil {
			return n, fmt.Errorf("%d %w %s", status, err, a.text)
		}
		if told.seen {
			return n, nil
		}
		if n == 5 {
			warm()
		}
	}
}

// closeDetector sees that a connection is used no longer.
type closeDetector struct {
	connections http.Transport
	seen        bool
}

func (l *closeDetector) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.connections.RoundTrip(r)
	l.seen = err == nil && res.Close
	return res, err
}

// blockedVendor is a vendor that answers when it is let.
type blockedVendor struct {
	config string
	asked  chan struct{}
	open   chan struct{}
}

func startBlockedVendor(t *testing.T) *blockedVendor {
	t.Helper()
	v := startVendors(t)
	base, err := url.Parse(v.Vendor("softwareone").BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	s := &blockedVendor{asked: make(chan struct{}, 100), open: make(chan struct{})}
	vendor := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked <- struct{}{}
		select {
		case <-s.open:
			vendor.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	s.config = fmt.Sprintf("providers: [{name: softwareone, vendor: softwareone, baseURL: '%s%s', token: %s}]\n", server.URL, base.Path, demo.Token)
	return s
}

// ask sends a query and returns when the vendor was asked; the channel tells how
// it ended.
func (s *blockedVendor) ask(t *testing.T, p *process) <-chan error {
	t.Helper()
	answered := make(chan error, 1)
	go func() {
		status, a, err := post(client(), p.address, oneUser)
		if err == nil && (status != http.StatusOK || a.value("users.nodes.0.id") == nil) {
			err = fmt.Errorf("%d %s", status, a.text)
		}
		answered <- err
	}()
	select {
	case <-s.asked:
	case err := <-answered:
		t.Fatalf("the vendor was not asked: %v", err)
	}
	return answered
}
