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

// mirror answers with the credential that it was sent, unless a status is set for
// that credential, and remembers whom it saw.
type mirror struct {
	mu     sync.Mutex
	seen   []string
	status map[string]int
	// gate, where there is one, holds answers back until it is closed.
	gate chan struct{}
}

func (m *mirror) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	m.mu.Lock()
	m.seen = append(m.seen, sent)
	status := m.status[sent]
	m.mu.Unlock()
	if m.gate != nil {
		<-m.gate
	}
	if status != 0 {
		return reply(status, "{}"), nil
	}
	return reply(200, sent), nil
}

// say sets what somebody is answered from now on; 0 for a good answer.
func (m *mirror) say(who string, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status[who] = status
}

// took returns whom the vendor saw since the last time.
func (m *mirror) took() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := strings.Join(m.seen, " ")
	m.seen = nil
	return seen
}

// lending is a client that remembers, and those to whom it lends itself.
func lending(t *testing.T, m *mirror) (own *upstream.Client, as func(token string) *upstream.Client) {
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

// TestLentTokensAreApart holds that nothing that one token has read is answered to
// another, and everything to the same one.
func TestLentTokensAreApart(t *testing.T) {
	m := &mirror{}
	own, as := lending(t, m)
	for _, step := range []struct {
		client *upstream.Client
		want   string
		asked  string
	}{
		{own, "own", "own"},
		{as("a"), "a", "a"},
		{as("b"), "b", "b"},
		{as("a"), "a", ""}, // another client with the same token
		{own, "own", ""},
		{as("own"), "own", ""}, // the same credential is the same, whoever brings it
	} {
		if got, err := read(t.Context(), step.client, "/p"); got != step.want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, step.want)
		}
		if asked := m.took(); asked != step.asked {
			t.Errorf("the vendor saw %q, want %q", asked, step.asked)
		}
	}
}

// TestLentTokensTogether has a thousand readers with two tokens ask for the same at
// once: two calls, and everybody sees what is theirs (T2).
func TestLentTokensTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mirror{gate: make(chan struct{})}
		_, as := lending(t, m)
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
		close(m.gate)
		all.Wait()
		if asked := m.took(); asked != "a b" && asked != "b a" {
			t.Errorf("the vendor saw %q", asked)
		}
	})
}

// TestARefusalIsOneTokens holds that a 401 drops what that token has read, and
// nothing else (T8, T9).
func TestARefusalIsOneTokens(t *testing.T) {
	m := &mirror{}
	own, as := lending(t, m)
	for _, c := range []*upstream.Client{own, as("a"), as("b")} {
		if _, err := read(t.Context(), c, "/p"); err != nil {
			t.Fatal(err)
		}
	}
	m.say("a", 401)
	_, err := read(t.Context(), as("a"), "/other")
	wantKind(t, err, providers.Unauthenticated)
	m.took()
	for who, c := range map[string]*upstream.Client{"own": own, "b": as("b")} {
		if got, err := read(t.Context(), c, "/p"); got != who || err != nil {
			t.Errorf("%s: %q, %v", who, got, err)
		}
	}
	if asked := m.took(); asked != "" {
		t.Errorf("what %q had read was dropped, too", asked)
	}
	_, err = read(t.Context(), as("a"), "/p")
	wantKind(t, err, providers.Unauthenticated)
	if asked := m.took(); asked != "a" {
		t.Errorf("the vendor saw %q, want that a is asked for again", asked)
	}
}

// TestRefreshWithTheSameToken holds that what is stale is read anew with the token
// that has read it, whoever else asks meanwhile.
func TestRefreshWithTheSameToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mirror{}
		own, as := lending(t, m)
		for _, c := range []*upstream.Client{own, as("a"), as("b")} {
			if _, err := read(t.Context(), c, "/p"); err != nil {
				t.Fatal(err)
			}
		}
		pass(90 * time.Second)
		m.took()
		reply, err := upstream.Read(t.Context(), as("a"), upstream.Request{Path: "/p"}, text)
		if err != nil || reply.Value != "a" || !reply.Freshness.Stale {
			t.Errorf("%+v, %v", reply, err)
		}
		synctest.Wait()
		if asked := m.took(); asked != "a" {
			t.Errorf("the vendor saw %q, want a", asked)
		}
	})
}

// TestLentTokensAndTheVendor: what is the vendor's fault counts for everybody, and
// what is a token's counts for nobody else.
func TestLentTokensAndTheVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mirror{}
		own, as := lending(t, m)
		for i := range 30 {
			m.say("a", []int{401, 403, 429}[i%3])
			_, _ = read(t.Context(), as("a"), "/p")
		}
		if got := own.Status(); got != model.ProviderUp {
			t.Errorf("after refusals of a lent token the status is %s", got)
		}
		if got, err := read(t.Context(), own, "/p"); got != "own" || err != nil {
			t.Errorf("after refusals of a lent token: %q, %v", got, err)
		}
		m.say("a", 500)
		for range 60 {
			_, _ = read(t.Context(), as("a"), "/p")
		}
		m.took()
		_, err := read(t.Context(), own, "/other")
		wantKind(t, err, providers.CircuitOpen)
		if got := own.Status(); got != model.ProviderDown {
			t.Errorf("after an outage the status is %s", got)
		}
		if asked := m.took(); asked != "" {
			t.Errorf("%q was asked through an open circuit", asked)
		}
	})
}

// TestNoToken holds that nobody is asked, nothing remembered is answered, and
// nothing is written down.
func TestNoToken(t *testing.T) {
	m := &mirror{}
	own, as := lending(t, m)
	if _, err := read(t.Context(), own, "/p"); err != nil {
		t.Fatal(err)
	}
	m.took()
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
	if asked := m.took(); asked != "" || len(trace.Calls()) != 0 || trace.FreshFor() != 0 {
		t.Errorf("the vendor saw %q, and the trace has %v", asked, trace.Calls())
	}
	if got, err := read(t.Context(), own, "/p"); got != "own" || err != nil || m.took() != "" {
		t.Errorf("the provider's own is gone: %q, %v", got, err)
	}
}

// TestLentTokensShareTheirPlaces holds that no number of tokens gets more calls in
// flight than the provider allows.
func TestLentTokensShareTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mirror{gate: make(chan struct{})}
		_, as := lending(t, m)
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() { _, _ = read(t.Context(), as(strings.Repeat("x", i+1)), "/p") })
		}
		synctest.Wait()
		if n := len(strings.Fields(m.took())); n != 8 {
			t.Errorf("%d calls in flight, want 8", n)
		}
		close(m.gate)
		all.Wait()
	})
}

// BenchmarkWith is what a lent token costs an operation.
func BenchmarkWith(b *testing.B) {
	client := connect(b, upstream.Config{})
	token := providers.NewSecret("somebody's")
	for b.Loop() {
		client.WithCredential(token, upstream.Bearer)
	}
}
