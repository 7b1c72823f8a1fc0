package resolvers_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// cold is a stage that remembers nothing yet, over vendors that take their time.
func cold(t *testing.T, vendors *demo.Vendors) *stage {
	t.Helper()
	for _, v := range vendors.All {
		v.Control.Reset()
		v.Control.Delay(5 * time.Millisecond)
	}
	return newStageThatRemembers(t, vendors, remember(t, pagecache.Config{Fresh: time.Minute, Stale: 10 * time.Minute}), transport.Options{}, as)
}

// A hundred clients who ask the same at once cost as many calls as one.
func TestStampede(t *testing.T) {
	vendors := start(t)
	alone := cold(t, vendors)
	want, _ := takeTrace(t, alone.ask(t, circle, nil))
	cost := alone.asked()
	if !bytes.Contains(want, []byte(`"taxId":`)) || cost == 0 || cost > 12 {
		t.Fatalf("%d calls: %s", cost, want)
	}
	for round := range 5 {
		s := cold(t, vendors)
		together(100, func(int) {
			if got, _ := takeTrace(t, s.ask(t, circle, nil)); !bytes.Equal(got, want) {
				t.Errorf("round %d: another answer among others: %s", round, got)
			}
		})
		if calls := s.asked(); calls != cost {
			t.Errorf("round %d: 100 clients cost %d calls, one costs %d", round, calls, cost)
		}
	}
}

// Clients who ask for pages of different sizes share what vendors are asked for.
func TestStampedeOfPageSizes(t *testing.T) {
	const query = `query ($first: Int) {
		users(first: $first, filter: {providers: ["softwareone"]}) { nodes { id } }
		platform: users(first: $first, filter: {providers: ["activeplatform"]}) { nodes { id } }
		accounts(first: $first, filter: {providers: ["softwareone"]}) { nodes { id } }
		buyers(first: $first) { nodes { id sellers { id } } }
	}`
	vendors := start(t)
	alone := cold(t, vendors)
	alone.ask(t, query, []byte(`{"first": 100}`))
	cost := alone.asked()
	for round := range 5 {
		s := cold(t, vendors)
		together(32, func(client int) {
			first := 1 + (client*37+round)%100
			answer := s.ask(t, query, fmt.Appendf(nil, `{"first": %d}`, first))
			if users := bytes.Count(answer, []byte(`"softwareone:User:`)); bytes.Contains(answer, []byte(`"errors":`)) || users != first {
				t.Errorf("round %d: %d users of %d: %.300s", round, users, first, answer)
			}
		})
		if calls := s.asked(); calls != cost {
			t.Errorf("round %d: 32 clients cost %d calls, one costs %d", round, calls, cost)
		}
	}
}

// together has so many clients begin at once, and waits for all.
func together(clients int, do func(client int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for client := range clients {
		wg.Go(func() {
			<-begin
			do(client)
		})
	}
	close(begin)
	wg.Wait()
}
