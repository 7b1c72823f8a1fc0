package transport_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// executions lets a test observe and end the executions of a server.
type executions struct {
	*testServer
	begun, end chan struct{}
	wg         sync.WaitGroup
	outcomes   chan string
	stats      func() transport.Stats
}

// newExecutions serves queries that are executed until the test ends them. waiting
// executions report that they wait.
func newExecutions(t *testing.T, a transport.Admission, waiting bool) *executions {
	t.Helper()
	e := &executions{begun: make(chan struct{}, 100), end: make(chan struct{}), outcomes: make(chan string, 100)}
	e.testServer = newTestServer(t, transport.Options{
		Authenticator: auth.AllowAll(), Admission: a, ResponseBytes: 1 << 20,
		ObserveAdmission: func(stats func() transport.Stats) { e.stats = stats },
		Prefetch: func(ctx context.Context, _ *loaders.Loaders, _ loaders.Selection) {
			if op := operation.From(ctx); waiting {
				op.BeginWait()
				defer op.EndWait()
			}
			operation.From(ctx).Trace.LimitFreshness(time.Minute)
			e.begun <- struct{}{}
			select {
			case <-e.end:
			case <-ctx.Done():
			}
		},
	})
	return e
}

// start sends a query in the background.
func (e *executions) start(t *testing.T, query string) {
	e.wg.Go(func() {
		res, members := e.send(t, testRequest{body: `{"query": "` + query + `"}`})
		e.outcomes <- outcome(t, res, members)
	})
}

// until waits until the server's numbers are these.
func (e *executions) until(t *testing.T, want transport.Stats) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); e.stats() != want; {
		if time.Now().After(deadline) {
			t.Fatalf("the numbers are %+v, want %+v", e.stats(), want)
		}
		<-time.After(time.Millisecond)
	}
}

func TestAdmission_Overload(t *testing.T) {
	e := newExecutions(t, transport.Admission{InFlight: 2, Running: 9, Queue: 1, Wait: time.Hour}, false)
	e.start(t, "{ a: __typename }")
	e.start(t, "{ b: __typename }")
	<-e.begun
	<-e.begun
	e.start(t, "{ c: __typename }")
	e.until(t, transport.Stats{Used: 2, Active: 2, Waiting: 1})

	for name, body := range map[string]string{
		"an operation":                    `{"query": "{ d: __typename }"}`,
		"a document that cannot be read":  `{"query": "{ d: "}`,
		"an operation that is not cached": `{"query": "mutation { purge(provider: \"acme\") }"}`,
	} {
		res, members := e.send(t, testRequest{body: body})
		if got := outcome(t, res, members); got != "503 OVERLOADED" || res.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: %s, Retry-After %q", name, got, res.Header.Get("Retry-After"))
		}
	}
	close(e.end)
	e.wg.Wait()
	for range 3 {
		if got := <-e.outcomes; got != "200 data" {
			t.Errorf("an admitted operation: %s", got)
		}
	}
	e.until(t, transport.Stats{})
}

// Without the control, the operation that TestAdmission_Overload refuses is executed.
func TestAdmission_Off(t *testing.T) {
	e := newExecutions(t, transport.Admission{}, false)
	for _, query := range []string{"{ a: __typename }", "{ b: __typename }", "{ c: __typename }", "{ d: __typename }"} {
		e.start(t, query)
	}
	for range 4 {
		<-e.begun
	}
	close(e.end)
	e.wg.Wait()
}

// What the response cache has, and what is in flight already, is not refused.
func TestAdmission_SharedResponsesDoNotCount(t *testing.T) {
	e := newExecutions(t, transport.Admission{InFlight: 1, Running: 9, Queue: 0}, false)
	e.start(t, "{ cached: __typename }")
	<-e.begun
	e.end <- struct{}{}
	e.wg.Wait()
	e.start(t, "{ a: __typename }")
	<-e.begun
	e.start(t, "{ a: __typename }")
	e.start(t, "{ cached: __typename }")
	for range 2 {
		if got := <-e.outcomes; got != "200 data" {
			t.Errorf("the cached response: %s", got)
		}
	}
	if res, members := e.send(t, testRequest{body: `{"query": "{ b: __typename }"}`}); outcome(t, res, members) != "503 OVERLOADED" {
		t.Errorf("another operation: %s", outcome(t, res, members))
	}
	close(e.end)
	e.wg.Wait()
	if got := <-e.outcomes + <-e.outcomes; got != "200 data200 data" {
		t.Errorf("the coalesced responses: %s", got)
	}
}

func TestAdmission_WaitIsBounded(t *testing.T) {
	e := newExecutions(t, transport.Admission{InFlight: 1, Queue: 9, Wait: time.Millisecond}, false)
	e.start(t, "{ a: __typename }")
	<-e.begun
	res, members := e.send(t, testRequest{body: `{"query": "{ b: __typename }"}`})
	if got := outcome(t, res, members); got != "503 OVERLOADED" {
		t.Errorf("after the wait: %s", got)
	}
	close(e.end)
	e.wg.Wait()
}

// Operations that wait for vendors do not keep others from running.
func TestAdmission_WaitingOperations(t *testing.T) {
	e := newExecutions(t, transport.Admission{InFlight: 8, Running: 1, Queue: 9, Wait: time.Hour}, true)
	e.start(t, "{ a: __typename }")
	e.start(t, "{ b: __typename }")
	e.start(t, "{ c: __typename }")
	for range 3 {
		<-e.begun
	}
	e.until(t, transport.Stats{Used: 3})
	close(e.end)
	e.wg.Wait()
	e.until(t, transport.Stats{})
}

// An operation whose last client has gone ends at once, in the queue and in execution.
func TestAdmission_ClientGone(t *testing.T) {
	e := newExecutions(t, transport.Admission{InFlight: 1, Running: 1, Queue: 9, Wait: time.Hour}, false)
	abandon := func(query string) (cancel func()) {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, strings.NewReader(`{"query": "`+query+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		e.wg.Go(func() {
			if res, err := http.DefaultClient.Do(r); err == nil {
				_ = res.Body.Close()
			}
		})
		return cancel
	}
	leaveExecution := abandon("{ a: __typename }")
	<-e.begun
	leaveQueue := abandon("{ b: __typename }")
	e.until(t, transport.Stats{Used: 1, Active: 1, Waiting: 1})
	leaveQueue()
	e.until(t, transport.Stats{Used: 1, Active: 1})
	leaveExecution()
	e.until(t, transport.Stats{})
	e.wg.Wait()
}

func TestTransport_CanceledRequest(t *testing.T) {
	for name, trace := range map[string]string{"cached": "0", "executed for itself": "1"} {
		t.Run(name, func(t *testing.T) {
			e := newExecutions(t, transport.Admission{}, false)
			ctx, leave := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, strings.NewReader(`{"query": "{ __typename }"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accountgraph-Trace", trace)
			e.wg.Go(func() {
				if res, err := http.DefaultClient.Do(r); err == nil {
					res.Body.Close()
					t.Error("a request that was canceled has a response")
				}
			})
			<-e.begun
			leave()
			e.wg.Wait()
			request := e.firstRequest(t)
			if !request.Canceled || request.Status != 499 || len(request.Codes) > 0 {
				t.Errorf("observed %+v", request)
			}
		})
	}
}

// firstRequest waits until the server has finished a request.
func (e *executions) firstRequest(t *testing.T) operation.Request {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		e.mu.Lock()
		requests := e.requests
		e.mu.Unlock()
		switch {
		case len(requests) > 0:
			return requests[0]
		case time.Now().After(deadline):
			t.Fatal("no request has ended")
		}
		<-time.After(time.Millisecond)
	}
}
