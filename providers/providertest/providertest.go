// Package providertest is the conformance suite that every vendor must pass:
// what the contract of package providers promises, asked of a vendor's client
// over its simulator.
//
// # For the author of a new vendor
//
// Write one test in the vendor's folder:
//
//	func TestConformance(t *testing.T) {
//		providertest.Run(t, providertest.Subject{
//			New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
//				p, err := acme.New(upstream.Config{
//					Provider:      &model.Provider{Name: "acme", Vendor: model.Acme, BaseURL: baseURL},
//					Timeout:       timeout,
//					MaxConcurrent: 8,
//					Rand:          func() float64 { return 0 }, // the shortest pauses
//				}, providers.NewSecret(token))
//				if err != nil {
//					t.Fatal(err)
//				}
//				return p
//			},
//			Serve: func(t *testing.T) (string, *fakevendor.Control) {
//				fake := acmefake.New(token)
//				server := httptest.NewServer(fake)
//				t.Cleanup(server.Close)
//				return server.URL, &fake.Control
//			},
//			Token:    token,
//			Accounts: []string{"7011"},
//			Users:    []string{"2002984"},
//		})
//	}
//
// Each case serves a simulator of its own and runs in parallel with the others,
// so Serve must be cheap and its simulators must share nothing that changes. A
// case that a vendor cannot have (no organizations, no roles) does not exist for
// it; none is skipped. What the suite cannot know stays with the vendor's own
// tests: how its wire format maps to the graph's fields, and which conditions it
// pushes down.
//
// It knows no vendor, no wire format and no GraphQL.
package providertest

import (
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
)

// Subject is a vendor under test.
type Subject struct {
	// New builds a client for the vendor at this base URL. The token may be wrong
	// and the address dead, on purpose; New must not call the vendor. The timeout
	// is the one to configure.
	New func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider
	// Serve starts a new simulator that accepts Token, and stops it when the test
	// ends.
	Serve func(t *testing.T) (baseURL string, control *fakevendor.Control)
	// Token has at least 16 characters, so that a part of it is not found by
	// chance.
	Token string
	// Accounts, Organizations and Users are the vendor ids of existing objects
	// whose memberships are read. At least one tenant and one user is needed
	// where the vendor has memberships.
	Accounts, Organizations, Users []string
	// Forbidden are the types of collections that the vendor has and refuses to
	// this token. The wrong token is not among them.
	Forbidden []string
	// Databases tells that members can be narrowed down to a database. Where they
	// cannot, asking for it must fail with BadInput.
	Databases bool
}

const (
	// patience is the timeout of calls that get an answer, good or bad: long, since
	// machines that run tests are busy.
	patience = 30 * time.Second
	// haste is shorter than the wait that a limited vendor asks for in the suite,
	// so that no client keeps it, and than the timeout that clients have by
	// default.
	haste = 5 * time.Second
	// hurry is the timeout of calls that are never answered.
	hurry = 500 * time.Millisecond
)

// suite is a subject with what is found out about it once.
type suite struct {
	Subject
	operations []operation
}

// Run runs all cases as subtests.
func Run(t *testing.T, subject Subject) {
	t.Helper()
	if len(subject.Token) < 16 {
		t.Fatal("Subject.Token has less than 16 characters")
	}
	s := suite{Subject: subject, operations: subject.operations(t)}
	t.Run("info", s.info)
	t.Run("lists", s.lists)
	t.Run("filters", s.filters)
	t.Run("orders", s.orders)
	t.Run("tokens", s.tokens)
	t.Run("objects", s.objects)
	t.Run("hostile ids", s.hostileIDs)
	t.Run("memberships", s.memberships)
	t.Run("databases", s.databases)
	t.Run("roles", s.roles)
	t.Run("faults", s.faults)
	t.Run("wrong token", s.wrongToken)
	t.Run("lent tokens", s.lentTokens)
	t.Run("forbidden", s.forbidden)
	t.Run("waiting", s.waiting)
	t.Run("concurrent calls", s.concurrentCalls)
}

// served is a provider over a simulator of its own.
type served struct {
	providers.Provider
	baseURL string
	control *fakevendor.Control
}

func (s suite) serve(t *testing.T) served {
	t.Helper()
	baseURL, control := s.Serve(t)
	return served{s.New(t, baseURL, s.Token, patience), baseURL, control}
}

func (s suite) info(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	hides(t, s.Token, p.Provider)
	info := p.Connection()
	if info == nil || info.Name == "" || info.Vendor == "" || info.BaseURL != p.baseURL {
		t.Fatalf("Info() = %+v, want a name, a vendor and the base URL %s", info, p.baseURL)
	}
	if p.Connection() != info {
		t.Error("Info() points to another value the second time; everything read must share one")
	}
	if n := len(p.control.Calls()); n != 0 {
		t.Errorf("building the provider made %d calls", n)
	}
	if err := p.Check(t.Context()); err != nil {
		t.Errorf("Check() = %v", err)
	}
	if n := len(p.control.Calls()); n != 1 {
		t.Errorf("Check made %d calls, want 1", n)
	}
	if len(collections(p)) == 0 {
		t.Error("Collections() holds none")
	}
}
