package resolvers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// circleQuery selects accounts, their groups, the users and buyers of these, and
// from there accounts and sellers.
const circleQuery = `{ accounts(first: 3, filter: {providers: ["softwareone"]}) { nodes { name groups(first: 4) { nodes {
	name account { name } modules { name } users(first: 20) { nodes { email status } } buyers { nodes { taxId sellers { name } } } } } } } }`

// TestVendorCalls_Circle reads 12 groups with 250 distinct users in six calls:
// accounts, groups and buyers once each, users in batches of a hundred.
func TestVendorCalls_Circle(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	response := s.query(t, `{ accounts(first: 3, filter: {providers: ["softwareone"]}) { nodes { groups(first: 4) { nodes {
		account { id name } modules { name }
		users(first: 100) { nodes { id email } }
		buyers { nodes { taxId sellers { name } } } } } } } }`, nil)
	var got struct {
		Errors []any
		Data   struct {
			Accounts struct {
				Nodes []struct {
					Groups struct {
						Nodes []struct {
							Account struct{ ID, Name string }
							Users   struct{ Nodes []struct{ ID, Email string } }
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal(response, &got); err != nil || got.Errors != nil {
		t.Fatalf("%v %s", err, response)
	}
	groups, users := 0, map[string]string{}
	for _, a := range got.Data.Accounts.Nodes {
		for _, g := range a.Groups.Nodes {
			groups++
			if g.Account.ID == "" || g.Account.Name == "" {
				t.Errorf("a group without its account: %+v", g)
			}
			for _, u := range g.Users.Nodes {
				users[u.ID] = u.Email
			}
		}
	}
	if groups != 12 || len(users) != 250 {
		t.Errorf("got %d groups with %d users, want 12 with 250", groups, len(users))
	}
	for id, email := range users {
		if !strings.Contains(email, "@") {
			t.Errorf("%s has no e-mail address: %q", id, email)
		}
	}
	if calls := s.countCalls(); calls != 6 {
		t.Errorf("%d calls, want 6", calls)
	}
}

// TestVendorCalls_ReadsPerOperation counts the reads of providers. Batches do not
// depend on other operations.
func TestVendorCalls_ReadsPerOperation(t *testing.T) {
	const clients = 32
	rec := &recorder{}
	s := newTestServer(t, serverConfig{wrapProvider: rec.wrapProvider})
	want := s.query(t, circleQuery, nil)
	reads := rec.reads
	if reads == 0 || !bytes.Contains(want, []byte(`"taxId":`)) || bytes.Contains(want, []byte(`"errors":`)) {
		t.Fatalf("%d reads: %s", reads, want)
	}
	concurrently(clients, func(client int) {
		// Distinct documents are not coalesced.
		document := fmt.Sprintf("# %d\n%s", client, circleQuery)
		if got := s.query(t, document, nil); !bytes.Equal(got, want) {
			t.Errorf("other response: %s", got)
		}
	})
	if want := reads * (clients + 1); rec.reads != want {
		t.Errorf("%d clients caused %d reads, want %d each", clients, rec.reads-reads, reads)
	}
}

// newColdServer has an empty cache and slow vendors.
func newColdServer(t *testing.T, simulated *demo.Vendors) *testServer {
	t.Helper()
	for _, v := range simulated.All {
		v.Control.Reset()
		v.Control.Delay(5 * time.Millisecond)
	}
	cache := newTestCache(t, pagecache.Config{Fresh: time.Minute, Stale: 10 * time.Minute})
	return newTestServer(t, serverConfig{vendors: simulated, cache: cache})
}

// TestVendorCalls_IdenticalQueries sends a query a hundred times at once. It costs as
// many calls as once.
func TestVendorCalls_IdenticalQueries(t *testing.T) {
	simulated := startVendors(t)
	single := newColdServer(t, simulated)
	want, _ := single.queryWithTrace(t, circleQuery, nil)
	cost := single.countCalls()
	if !bytes.Contains(want, []byte(`"taxId":`)) || cost == 0 || cost > 12 {
		t.Fatalf("%d calls: %s", cost, want)
	}
	for round := range 5 {
		s := newColdServer(t, simulated)
		concurrently(100, func(int) {
			if got, _ := s.queryWithTrace(t, circleQuery, nil); !bytes.Equal(got, want) {
				t.Errorf("round %d: other response: %s", round, got)
			}
		})
		if calls := s.countCalls(); calls != cost {
			t.Errorf("round %d: 100 clients cost %d calls, one costs %d", round, calls, cost)
		}
	}
}

// TestVendorCalls_PageSizes sends queries with different page sizes at once. They
// share the vendors' pages, which are the first ones of three lists in up to three sizes at
// SoftwareOne.
func TestVendorCalls_PageSizes(t *testing.T) {
	const query = `query ($first: Int) {
		users(first: $first, filter: {providers: ["softwareone"]}) { nodes { id } }
		platform: users(first: $first, filter: {providers: ["activeplatform"]}) { nodes { id } }
		accounts(first: $first, filter: {providers: ["softwareone"]}) { nodes { id } }
		buyers(first: $first) { nodes { id sellers { id } } }
	}`
	simulated := startVendors(t)
	single := newColdServer(t, simulated)
	single.query(t, query, []byte(`{"first": 100}`))
	cost := single.countCalls()
	for round := range 5 {
		s := newColdServer(t, simulated)
		concurrently(32, func(client int) {
			first := 1 + (client*37+round)%100
			response := s.query(t, query, fmt.Appendf(nil, `{"first": %d}`, first))
			users := bytes.Count(response, []byte(`"softwareone:User:`))
			if bytes.Contains(response, []byte(`"errors":`)) || users != first {
				t.Errorf("round %d: %d users of %d: %.300s", round, users, first, response)
			}
		})
		if calls := s.countCalls(); calls > cost+2*3 {
			t.Errorf("round %d: 32 clients cost %d calls, one costs %d and two more for each list at most", round, calls, cost)
		}
	}
}

// concurrently starts all clients at once, and waits for them.
func concurrently(clients int, do func(client int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for client := range clients {
		wg.Go(func() {
			<-start
			do(client)
		})
	}
	close(start)
	wg.Wait()
}
