package providertest

import (
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

// lentTokens checks that a connection with a token of somebody else uses that
// token and no other, and that the connection itself keeps its own.
func (s suite) lentTokens(t *testing.T) {
	t.Parallel()
	const other = "another-token-of-somebody-else"
	baseURL, control := s.Serve(t)
	for name, c := range map[string]struct {
		own, lent string
		// works tells who of the two is accepted by the vendor.
		ownWorks, lentWorks bool
	}{
		"a good token":           {other, s.Token, false, true},
		"a bad token":            {s.Token, other, true, false},
		"no token":               {s.Token, "", true, false},
		"no token, and none own": {other, "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			try(t, s.operations, func(t *testing.T, o operation) {
				p := s.New(t, baseURL, c.own, patience)
				lent := p.WithCredential(providers.NewSecret(c.lent))
				hides(t, s.Token, lent)
				if lent.Connection() != p.Connection() {
					t.Error("Info() points to another value")
				}
				for who, works := range map[providers.Provider]bool{p: c.ownWorks, lent: c.lentWorks} {
					err := o.run(t.Context(), who)
					keeps(t, other, err)
					if !works {
						s.failed(t, p, err, providers.Unauthenticated)
						continue
					}
					if err != nil {
						t.Errorf("%v, want none", err)
					}
				}
			})
		})
	}
	t.Run("nobody is asked without a token", func(t *testing.T) {
		control.TakeCalls()
		lent := s.New(t, baseURL, s.Token, patience).WithCredential(providers.Secret{})
		try(t, s.operations, func(t *testing.T, o operation) { _ = o.run(t.Context(), lent) })
		lent.Invalidate(t.Context(), nil)
		if calls := control.TakeCalls(); len(calls) > 0 {
			t.Errorf("%d calls", len(calls))
		}
	})
}
