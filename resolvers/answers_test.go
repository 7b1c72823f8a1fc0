package resolvers_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/responsecache"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// answering is a stage that remembers answers, and where they came from.
type answering struct {
	*stage
	mu   sync.Mutex
	from []responsecache.Source
}

func newAnswering(t *testing.T, vendors *demo.Vendors, fresh time.Duration) *answering {
	t.Helper()
	memory := remember(t, pagecache.Config{Fresh: fresh, Stale: 10 * fresh, Rand: func() float64 { return 1 }})
	a := &answering{}
	a.stage = newStageThatRemembers(t, vendors, memory, transport.Options{
		ResponseBytes: 1 << 20, CacheVersion: memory.cache.Version, Now: memory.now,
		ObserveSource: func(from responsecache.Source) {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.from = append(a.from, from)
		},
	}, as)
	return a
}

// last is where the last answer came from.
func (a *answering) last() responsecache.Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.from[len(a.from)-1]
}

// count is how many answers came from somewhere.
func (a *answering) count(from responsecache.Source) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.from {
		if f == from {
			n++
		}
	}
	return n
}

const oneUser = `{ user(id: "softwareone:User:USR-1000-1234") { name } }`

// A finished answer is given out again while all of it is fresh, with the time that
// is left of it.
func TestAnAnswerIsRemembered(t *testing.T) {
	a := newAnswering(t, start(t), time.Minute)
	first := a.query(t, oneUser, nil)
	a.memory.later(20 * time.Second)
	if second := a.query(t, oneUser, nil); !bytes.Equal(first, second) || a.last() != responsecache.Hit {
		t.Errorf("the second answer was %s: %s", a.last(), second)
	}
	if seconds := a.keep(t, oneUser); seconds > 40 || seconds < 30 {
		t.Errorf("it may be kept for %d s, want about 40", seconds)
	}
	a.memory.later(41 * time.Second)
	if a.query(t, oneUser, nil); a.last() != responsecache.Miss {
		t.Errorf("what is stale was %s", a.last())
	}
}

func TestAnAnswerIsMadeAnew(t *testing.T) {
	const someUser = `query ($id: ID!) { user(id: $id) { name } }`
	one, other := []byte(`{"id": "softwareone:User:USR-1000-1234"}`), []byte(`{"id": "softwareone:User:USR-1001-1271"}`)
	for name, test := range map[string]struct {
		query            string
		variables, again []byte
		before           func(t *testing.T, a *answering)
	}{
		"after a refresh": {query: oneUser, before: func(t *testing.T, a *answering) {
			a.query(t, `mutation { refresh(ids: ["softwareone:User:USR-1000-1234"]) }`, nil)
		}},
		"after a purge": {query: oneUser, before: func(t *testing.T, a *answering) {
			a.query(t, `mutation { purge(provider: "softwareone") }`, nil)
		}},
		"for other variables":         {query: someUser, variables: one, again: other},
		"of a mutation":               {query: `mutation { refresh(ids: []) }`},
		"of the moment":               {query: `{ providers { name status } users(first: 1) { nodes { id } } }`},
		"that is incomplete":          {query: `{ accounts(first: 1, filter: {providers: ["activeplatform"]}) { nodes { id } } }`},
		"that did not ask any vendor": {query: `{ __typename }`},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAnswering(t, start(t), time.Minute)
			a.vendors.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusNotImplemented})
			a.query(t, test.query, test.variables)
			if test.before != nil {
				test.before(t, a)
			}
			again := test.again
			if again == nil {
				again = test.variables
			}
			if a.query(t, test.query, again); a.last() != responsecache.Miss {
				t.Errorf("it was %s", a.last())
			}
		})
	}
}

// A trace tells what this operation took, so that it is executed.
func TestATraceIsNotRemembered(t *testing.T) {
	a := newAnswering(t, start(t), time.Minute)
	a.query(t, oneUser, nil)
	_, trace := takeTrace(t, a.ask(t, oneUser, nil))
	if trace == "" || a.last() != responsecache.Miss {
		t.Errorf("it was %s; trace %q", a.last(), trace)
	}
}

// A hundred clients who ask the same at once share one execution, also where
// nothing is remembered.
func TestAnAnswerIsShared(t *testing.T) {
	vendors := start(t)
	vendors.Vendor("softwareone").Control.Delay(50 * time.Millisecond)
	for _, fresh := range []time.Duration{0, time.Minute} {
		t.Run(fmt.Sprint(fresh), func(t *testing.T) {
			a := newAnswering(t, vendors, fresh)
			want := newStageWith(t, vendors, transport.Options{}, as).query(t, circle, nil)
			together(100, func(int) {
				if got := a.query(t, circle, nil); !bytes.Equal(got, want) {
					t.Errorf("another answer: %s", got)
				}
			})
			executed, shared := a.count(responsecache.Miss), a.count(responsecache.Coalesced)
			if executed+shared+a.count(responsecache.Hit) != 100 || shared < 50 {
				t.Errorf("%d executed, %d shared", executed, shared)
			}
		})
	}
}

// An answer that was made for a caller who sees personal fields is not given to one
// who does not, and the other way round.
func TestAnAnswerIsForWhoMaySeeIt(t *testing.T) {
	memory := remember(t, pagecache.Config{Fresh: time.Minute, Stale: time.Minute})
	s := newStageThatRemembers(t, start(t), memory, transport.Options{
		Authenticator: gateOfBoth(t), ResponseBytes: 1 << 20, CacheVersion: memory.cache.Version,
	}, as)
	ask := func(header, value string) string {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(`{"query": "{ user(id: \"softwareone:User:USR-1000-1234\") { name email } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header, value)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for range 2 {
		if got := ask("Authorization", "Bearer "+goodToken(t)); !strings.Contains(got, "@") || strings.Contains(got, "FORBIDDEN") {
			t.Errorf("who may see addresses got %s", got)
		}
		if got := ask("Router-Authorization", routerSecret); strings.Contains(got, "@") || !strings.Contains(got, "FORBIDDEN") {
			t.Errorf("who may not see addresses got %s", got)
		}
	}
}
