package resolvers_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/internal/transport"
)

// circle goes from accounts to groups to users and buyers, and from them to
// accounts and sellers.
const circle = `{ accounts(first: 3, filter: {providers: ["softwareone"]}) { nodes { name groups(first: 4) { nodes {
	name account { name } modules { name } users(first: 20) { nodes { email status } } buyers { nodes { taxId sellers { name } } } } } } } }`

// A query asks providers as often among many clients as alone: what travels
// together does not depend on who else is there. (What providers ask of vendors
// may well be less, since equal calls are shared.)
func TestCostAmongManyClients(t *testing.T) {
	const clients = 32
	w := &watch{}
	s := newStageWith(t, start(t), transport.Options{}, w.dress)
	alone := s.ask(t, circle, nil)
	cost := w.asked
	if cost == 0 || !bytes.Contains(alone, []byte(`"taxId":`)) || bytes.Contains(alone, []byte(`"errors":`)) {
		t.Fatalf("asked %d times: %s", cost, alone)
	}
	var wg sync.WaitGroup
	for client := range clients {
		// Documents of their own, so that they do not share one execution.
		document := fmt.Sprintf("# %d\n%s", client, circle)
		wg.Go(func() {
			if !bytes.Equal(s.ask(t, document, nil), alone) {
				t.Errorf("another answer among %d clients", clients)
			}
		})
	}
	wg.Wait()
	if want := cost * (clients + 1); w.asked != want {
		t.Errorf("%d clients asked providers %d times, want %d times each", clients, w.asked-cost, cost)
	}
}
