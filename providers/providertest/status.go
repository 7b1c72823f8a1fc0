package providertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
)

// status checks that a provider whose base URL is wrong is DOWN, and that a missing
// object changes nothing.
func (s suite) status(t *testing.T) {
	t.Parallel()
	t.Run("wrong base URL", func(t *testing.T) {
		t.Parallel()
		for name, f := range map[string]fakevendor.Fault{
			"JSON": {Status: http.StatusNotFound, Body: "{}"},
			"HTML": {Status: http.StatusNotFound, ContentType: "text/html", Body: loginPage},
			"gone": {Status: http.StatusGone, Body: "{}"},
		} {
			baseURL, control := s.Serve(t)
			control.Add(f)
			runEach(t, s.operations, func(t *testing.T, o operation) {
				p := s.New(t, baseURL, s.Token, callTimeout)
				_ = o.run(t.Context(), p)
				got, ofObject := p.Status(), strings.HasPrefix(o.name, "Get ") || strings.HasPrefix(o.name, "Page of "+model.TypeMembership)
				if got != model.ProviderDown && !(ofObject && got == model.ProviderUnknown) {
					t.Errorf("%s: the status is %s", name, got)
				}
			})
		}
	})
	t.Run("missing object", func(t *testing.T) {
		t.Parallel()
		p := s.serve(t)
		if err := p.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.collections(p) {
			c.get(t.Context(), []string{unknown(c.typ)})
			if got := p.Status(); got != model.ProviderUp {
				t.Errorf("after an unknown %s the status is %s", c.typ, got)
			}
		}
	})
}

// showsFailure reports whether errors of a kind are failures of the provider.
func showsFailure(err error) bool {
	switch providers.KindOf(err) {
	case providers.Unauthenticated, providers.RateLimited, providers.Unavailable, providers.Timeout:
		return true
	case providers.BadResponse:
		return httpStatus(err) < http.StatusBadRequest
	}
	return false
}

func httpStatus(err error) int {
	if e, ok := err.(*providers.Error); ok { //nolint:errorlint // the contract requires the unwrapped type
		return e.HTTPStatus
	}
	return 0
}
