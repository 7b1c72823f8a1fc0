package providertest

import (
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

// callerCredentials checks that WithCredential returns a connection that uses only the
// given token, and that the original connection keeps its own.
func (s suite) callerCredentials(t *testing.T) {
	t.Parallel()
	const other = "another-token-0123456789abcdef"
	baseURL, control := s.Serve(t)
	for name, c := range map[string]struct {
		configured, caller string
		// The vendor accepts the token.
		configuredValid, callerValid bool
	}{
		"valid token":    {other, s.Token, false, true},
		"invalid token":  {s.Token, other, true, false},
		"no token":       {s.Token, "", true, false},
		"no valid token": {other, "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			runEach(t, s.operations, func(t *testing.T, o operation) {
				p := s.New(t, baseURL, c.configured, callTimeout)
				derived := p.WithCredential(providers.NewSecret(c.caller))
				checkHidesToken(t, s.Token, derived)
				if derived.Connection() != p.Connection() {
					t.Error("Connection() returns another pointer")
				}
				for provider, valid := range map[providers.Provider]bool{p: c.configuredValid, derived: c.callerValid} {
					err := o.run(t.Context(), provider)
					checkErrorHidesToken(t, other, err)
					if !valid {
						s.checkError(t, p, err, providers.Unauthenticated)
						continue
					}
					if err != nil {
						t.Errorf("%v, want none", err)
					}
				}
			})
		})
	}
	t.Run("no call without a token", func(t *testing.T) {
		control.TakeCalls()
		derived := s.New(t, baseURL, s.Token, callTimeout).WithCredential(providers.Secret{})
		runEach(t, s.operations, func(t *testing.T, o operation) { _ = o.run(t.Context(), derived) })
		derived.Invalidate(t.Context(), nil)
		if calls := control.TakeCalls(); len(calls) > 0 {
			t.Errorf("%d calls, want none", len(calls))
		}
	})
}
