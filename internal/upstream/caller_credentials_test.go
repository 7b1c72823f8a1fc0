package upstream_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// echoVendor responds with the credential that it receives, or with the status set
// for it, and records the credentials.
type echoVendor struct {
	mu     sync.Mutex
	seen   []string
	status map[string]int
	// hold, if not nil, delays responses until it is closed; delay, if not nil, for a time.
	hold  chan struct{}
	delay func(path string) time.Duration
}

func (m *echoVendor) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	m.mu.Lock()
	m.seen = append(m.seen, sent)
	status := m.status[sent]
	m.mu.Unlock()
	if m.hold != nil {
		<-m.hold
	}
	if m.delay != nil {
		pass(m.delay(r.URL.Path))
	}
	if status != 0 {
		return reply(status, "{}"), nil
	}
	return reply(200, sent), nil
}

// setStatus sets the status of responses to a credential; 0 for success.
func (m *echoVendor) setStatus(who string, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status[who] = status
}

// takeSeen returns the credentials received since the last call.
func (m *echoVendor) takeSeen() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := strings.Join(m.seen, " ")
	m.seen = nil
	return seen
}

// withCache returns a client with a cache, and a function that derives clients with
// other credentials.
func withCache(t *testing.T, m *echoVendor) (own *upstream.Client, as func(token string) *upstream.Client) {
	t.Helper()
	m.status = map[string]int{}
	cache, err := pagecache.Open(pagecache.Config{Fresh: time.Minute, Stale: time.Minute, Rand: func() float64 { return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cache.Close)
	own = connect(t, upstream.Config{Transport: m, Cache: cache, Credential: upstream.Bearer(providers.NewSecret("own"))})
	return own, func(token string) *upstream.Client {
		return own.WithCredential(providers.NewSecret(token), upstream.Bearer)
	}
}

// TestWithCredential_SeparatesCacheScopes : entries are shared by clients with the same token
// only.
func TestWithCredential_SeparatesCacheScopes(t *testing.T) {
	m := &echoVendor{}
	own, as := withCache(t, m)
	for _, step := range []struct {
		client *upstream.Client
		want   string
		seen   string
	}{
		{own, "own", "own"},
		{as("a"), "a", "a"},
		{as("b"), "b", "b"},
		{as("a"), "a", ""}, // a new client with the same token
		{own, "own", ""},
		{as("own"), "own", ""}, // equal credentials share a scope
	} {
		if got, err := read(t.Context(), step.client, "/p"); got != step.want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, step.want)
		}
		if seen := m.takeSeen(); seen != step.seen {
			t.Errorf("the vendor saw %q, want %q", seen, step.seen)
		}
	}
}

// TestWithCredential_CoalescesPerToken : a thousand concurrent readers with two tokens cause
// two calls, and each gets the value for its token.
func TestWithCredential_CoalescesPerToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &echoVendor{hold: make(chan struct{})}
		_, as := withCache(t, m)
		var all sync.WaitGroup
		for i := range 1000 {
			who := string("ab"[i%2])
			all.Go(func() {
				if got, err := read(t.Context(), as(who), "/p"); got != who || err != nil {
					t.Errorf("%s: %q, %v", who, got, err)
				}
			})
		}
		synctest.Wait()
		close(m.hold)
		all.Wait()
		if seen := m.takeSeen(); seen != "a b" && seen != "b a" {
			t.Errorf("the vendor saw %q", seen)
		}
	})
}

// TestWithCredential_401DropsOneScope : a 401 invalidates the entries of that token only.
func TestWithCredential_401DropsOneScope(t *testing.T) {
	m := &echoVendor{}
	own, as := withCache(t, m)
	for _, c := range []*upstream.Client{own, as("a"), as("b")} {
		if _, err := read(t.Context(), c, "/p"); err != nil {
			t.Fatal(err)
		}
	}
	m.setStatus("a", 401)
	_, err := read(t.Context(), as("a"), "/other")
	wantKind(t, err, providers.Unauthenticated)
	m.takeSeen()
	for who, c := range map[string]*upstream.Client{"own": own, "b": as("b")} {
		if got, err := read(t.Context(), c, "/p"); got != who || err != nil {
			t.Errorf("%s: %q, %v", who, got, err)
		}
	}
	if seen := m.takeSeen(); seen != "" {
		t.Errorf("the entries of %q were invalidated, too", seen)
	}
	_, err = read(t.Context(), as("a"), "/p")
	wantKind(t, err, providers.Unauthenticated)
	if seen := m.takeSeen(); seen != "a" {
		t.Errorf("the vendor saw %q, want a", seen)
	}
}

// TestWithCredential_RevalidatesWithSameToken : a stale entry is revalidated with the token
// of its scope.
func TestWithCredential_RevalidatesWithSameToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &echoVendor{}
		own, as := withCache(t, m)
		for _, c := range []*upstream.Client{own, as("a"), as("b")} {
			if _, err := read(t.Context(), c, "/p"); err != nil {
				t.Fatal(err)
			}
		}
		pass(90 * time.Second)
		m.takeSeen()
		reply, err := upstream.Read(t.Context(), as("a"), upstream.Request{Path: "/p"}, text)
		if err != nil || reply.Value != "a" || !reply.Freshness.Stale {
			t.Errorf("%+v, %v", reply, err)
		}
		synctest.Wait()
		if seen := m.takeSeen(); seen != "a" {
			t.Errorf("the vendor saw %q, want a", seen)
		}
	})
}

// TestWithCredential_SharesHealthAndBreaker: outages count for all clients of a provider,
// rejections of one token for none.
func TestWithCredential_SharesHealthAndBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &echoVendor{}
		own, as := withCache(t, m)
		for i := range 30 {
			m.setStatus("a", []int{401, 403, 429}[i%3])
			_, _ = read(t.Context(), as("a"), "/p")
		}
		if got := own.Status(); got != model.ProviderUp {
			t.Errorf("after rejections of a caller token the status is %s", got)
		}
		if got, err := read(t.Context(), own, "/p"); got != "own" || err != nil {
			t.Errorf("after rejections of a caller token: %q, %v", got, err)
		}
		m.setStatus("a", 500)
		for range 60 {
			_, _ = read(t.Context(), as("a"), "/p")
		}
		m.takeSeen()
		_, err := read(t.Context(), own, "/other")
		wantKind(t, err, providers.CircuitOpen)
		if got := own.Status(); got != model.ProviderDown {
			t.Errorf("after an outage the status is %s", got)
		}
		if seen := m.takeSeen(); seen != "" {
			t.Errorf("%q was seen through an open circuit", seen)
		}
	})
}

// TestWithCredential_EmptyToken : no call, no cached value, no trace row.
func TestWithCredential_EmptyToken(t *testing.T) {
	m := &echoVendor{}
	own, as := withCache(t, m)
	if _, err := read(t.Context(), own, "/p"); err != nil {
		t.Fatal(err)
	}
	m.takeSeen()
	ctx, trace := withBudget(t.Context(), 10)
	_, err := read(ctx, as(""), "/p")
	if e := wantKind(t, err, providers.Unauthenticated); e.HTTPStatus != 0 || e.Detail == "" {
		t.Errorf("%+v", e)
	}
	found := upstream.BatchRequest[string]{Kind: "k", Request: func([]string) (upstream.Request, error) {
		return upstream.Request{Path: "/p"}, nil
	}}.Get(ctx, as(""), []string{"1", "2", "1"})
	if len(found.Objects) != 0 || len(found.Failed) != 2 {
		t.Errorf("%+v", found)
	}
	for _, err := range found.Failed {
		wantKind(t, err, providers.Unauthenticated)
	}
	as("").Invalidate(ctx, nil)
	as("").Invalidate(ctx, []model.ID{"acme:User:1"})
	if seen := m.takeSeen(); seen != "" || len(trace.Calls()) != 0 || trace.FreshFor() != 0 {
		t.Errorf("the vendor saw %q, and the trace has %v", seen, trace.Calls())
	}
	if got, err := read(t.Context(), own, "/p"); got != "own" || err != nil || m.takeSeen() != "" {
		t.Errorf("the provider's own entry is gone: %q, %v", got, err)
	}
}

// TestWithCredential_SharesBulkhead : all tokens of a provider share one concurrency
// limit.
func TestWithCredential_SharesBulkhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &echoVendor{hold: make(chan struct{})}
		_, as := withCache(t, m)
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() { _, _ = read(t.Context(), as(strings.Repeat("x", i+1)), "/p") })
		}
		synctest.Wait()
		if n := len(strings.Fields(m.takeSeen())); n != 8 {
			t.Errorf("%d calls in flight, want 8", n)
		}
		close(m.hold)
		all.Wait()
	})
}

// BenchmarkWithCredential measures the cost of a caller credential per operation.
func BenchmarkWithCredential(b *testing.B) {
	client := connect(b, upstream.Config{})
	token := providers.NewSecret("caller-token")
	for b.Loop() {
		client.WithCredential(token, upstream.Bearer)
	}
}
