// Package providertest is the conformance suite of vendors: it tests a provider and its
// fake against the contract of package providers.
//
// # Adding a vendor
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
//					Rand:          func() float64 { return 0 }, // the shortest delays
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
// The cases run in parallel, each with its own fake, so Serve must be cheap and fakes
// must not share mutable state. A case for a collection that the vendor does not have
// passes. The vendor's own tests cover its wire format (see UnsetFields) and the
// conditions that it applies.
//
// The suite is independent of vendors, wire formats and GraphQL.
package providertest

import (
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
)

// Subject is a vendor under test.
type Subject struct {
	// New returns a provider with this base URL, token and timeout of calls. The token
	// may be invalid and the address unreachable; New must not call the vendor.
	New func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider
	// Serve starts a new fake that accepts Token, and stops it when the test ends.
	Serve func(t *testing.T) (baseURL string, control *fakevendor.Control)
	// Token has at least 16 characters, so that it does not occur in output by chance.
	Token string
	// Accounts, Organizations and Users are the vendor ids of objects with memberships.
	// A vendor with memberships requires at least one tenant and one user.
	Accounts, Organizations, Users []string
	// Forbidden are the types of the collections for which Token lacks the permission.
	Forbidden []string
	// Databases reports whether the vendor filters memberships by database. If not, such
	// a filter must fail with kind InvalidArgument.
	Databases bool
}

const (
	// callTimeout is the timeout of calls that get a response. It is long because test
	// machines are busy.
	callTimeout = 30 * time.Second
	// shortTimeout is shorter than the Retry-After of the suite, so that no client waits
	// for it, and shorter than the default timeout of clients.
	shortTimeout = 5 * time.Second
	// silentTimeout is the timeout of calls that get no response.
	silentTimeout = 500 * time.Millisecond
)

// suite is a subject with its operations.
type suite struct {
	Subject
	operations []operation
}

// Run runs all cases as parallel subtests of t.
func Run(t *testing.T, subject Subject) {
	t.Helper()
	if len(subject.Token) < 16 {
		t.Fatal("Subject.Token has less than 16 characters")
	}
	s := suite{Subject: subject, operations: subject.operations(t)}
	t.Run("connection", s.connection)
	t.Run("lists", s.lists)
	t.Run("ahead", s.ahead)
	t.Run("filters", s.filters)
	t.Run("orders", s.orders)
	t.Run("tokens", s.tokens)
	t.Run("objects", s.objects)
	t.Run("hostile ids", s.hostileIDs)
	t.Run("memberships", s.memberships)
	t.Run("databases", s.databases)
	t.Run("roles", s.roles)
	t.Run("faults", s.faults)
	t.Run("status", s.status)
	t.Run("wrong token", s.wrongToken)
	t.Run("caller credentials", s.callerCredentials)
	t.Run("forbidden", s.forbidden)
	t.Run("timeouts", s.timeouts)
	t.Run("concurrent calls", s.concurrentCalls)
}

// RunVariation runs the cases that read data as parallel subtests of t, for a fake that
// varies what the vendor does not document; with -short only lists. Run covers the others.
func RunVariation(t *testing.T, subject Subject) {
	t.Helper()
	s := suite{Subject: subject}
	t.Run("lists", s.lists)
	if testing.Short() { // as the race detector runs
		return
	}
	t.Run("connection", s.connection)
	t.Run("ahead", s.ahead)
	t.Run("filters", s.filters)
	t.Run("tokens", s.tokens)
	t.Run("objects", s.objects)
	t.Run("memberships", s.memberships)
	t.Run("databases", s.databases)
	t.Run("roles", s.roles)
}

// served is a provider with its own fake.
type served struct {
	providers.Provider
	baseURL string
	control *fakevendor.Control
}

func (s suite) serve(t *testing.T) served {
	t.Helper()
	baseURL, control := s.Serve(t)
	return served{s.New(t, baseURL, s.Token, callTimeout), baseURL, control}
}

// connection checks Connection, Check and Collections.
func (s suite) connection(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	checkHidesToken(t, s.Token, p.Provider)
	connection := p.Connection()
	if connection == nil || connection.Name == "" || connection.Vendor == "" || connection.BaseURL != p.baseURL {
		t.Fatalf("Connection() = %+v, want a name, a vendor and the base URL %s", connection, p.baseURL)
	}
	if p.Connection() != connection {
		t.Error("Connection() returns another pointer the second time")
	}
	if n := len(p.control.Calls()); n != 0 {
		t.Errorf("New made %d calls, want none", n)
	}
	if err := p.Check(t.Context()); err != nil {
		t.Errorf("Check() = %v", err)
	}
	if n := len(p.control.Calls()); n != 1 {
		t.Errorf("Check made %d calls, want 1", n)
	}
	if len(collections(p)) == 0 {
		t.Error("Collections() is empty")
	}
}
