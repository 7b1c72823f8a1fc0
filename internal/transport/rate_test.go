package transport_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/ratelimit"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// limited serves a graph whose operations read from these sources, with a rate of 100.
func limited(t *testing.T, sources ...pagecache.Source) *testServer {
	return newTestServer(t, transport.Options{
		Authenticator: auth.AllowAll(), ResponseBytes: 1 << 20, Rate: ratelimit.New(100, nil, time.Now),
		Prefetch: func(ctx context.Context, _ *loaders.Loaders, _ loaders.Selection) {
			for _, source := range sources {
				operation.From(ctx).Trace.Add(operation.Call{Source: source})
			}
			operation.From(ctx).Trace.LimitFreshness(time.Minute)
		},
	})
}

// expensive selects 40 objects and their list.
const expensive = `{ users(first: 40) { nodes { id } } }`

func TestRate_RefundsWhatTheCacheHad(t *testing.T) {
	const vendor, memory = pagecache.FromVendor, pagecache.FromMemory
	for left, sources := range map[int][]pagecache.Source{
		99: {memory, memory}, 77: {vendor, memory}, 55: {vendor, vendor},
	} {
		s := limited(t, sources...)
		res, members := s.send(t, testRequest{body: `{"query": "` + expensive + `"}`})
		want := fmt.Sprintf(`"cost";r=%d;t=%d`, left, ((100-left)*60+99)/100)
		if got := res.Header.Get("RateLimit"); got != want || res.Header.Get("RateLimit-Policy") != `"cost";q=100;w=60` {
			t.Errorf("%v: RateLimit is %s, want %s: %s", sources, got, want, outcome(t, res, members))
		}
	}
}

func TestRate_Exceeded(t *testing.T) {
	s := limited(t, pagecache.FromVendor)
	ask := func(query string) (string, string) {
		res, members := s.send(t, testRequest{body: `{"query": "` + query + `"}`})
		return outcome(t, res, members), res.Header.Get("Retry-After")
	}
	for i, want := range []string{"200 data", "200 data", "429 RATE_LIMITED"} {
		got, retryAfter := ask(fmt.Sprintf(`{ a%d: __typename users(first: 40) { nodes { id } } }`, i))
		if got != want || (retryAfter == "") != (want == "200 data") {
			t.Errorf("operation %d: %s, Retry-After %q; want %s", i, got, retryAfter, want)
		}
	}
	if got, _ := ask(`{ a1: __typename users(first: 40) { nodes { id } } }`); got != "200 data" {
		t.Errorf("a response from the cache: %s", got)
	}
	if got, _ := ask(`{ cheap: __typename }`); got != "200 data" {
		t.Errorf("an operation that the rest pays for: %s", got)
	}
}

// An operation that is not admitted costs nothing.
func TestRate_NotAdmitted(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	s := newTestServer(t, transport.Options{
		Authenticator: auth.AllowAll(), Rate: ratelimit.New(100, nil, time.Now), Admission: transport.Admission{InFlight: 1},
		Prefetch: func(context.Context, *loaders.Loaders, loaders.Selection) {
			begun <- struct{}{}
			<-end
		},
	})
	var wg sync.WaitGroup
	wg.Go(func() { s.send(t, testRequest{body: `{"query": "{ __typename }"}`}) })
	<-begun
	res, members := s.send(t, testRequest{body: `{"query": "` + expensive + `"}`})
	if got := outcome(t, res, members); got != "503 OVERLOADED" || res.Header.Get("RateLimit") != `"cost";r=99;t=1` {
		t.Errorf("%s, RateLimit %s; want what the first operation left", got, res.Header.Get("RateLimit"))
	}
	close(end)
	wg.Wait()
}
