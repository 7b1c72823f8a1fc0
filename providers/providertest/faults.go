package providertest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
)

// loginPage is the HTML page that a vendor's web site may send without authentication.
const loginPage = "<!DOCTYPE html><html><body>Please log in</body></html>"

// fault is a fault of a vendor and the expected kind of error.
type fault struct {
	fakevendor.Fault
	want providers.Kind
}

// faultTable returns the faults by name. The bodies that echo contain the token.
func (s suite) faultTable() map[string]fault {
	echo := `{"code":"` + s.Token + `","error":"` + s.Token + `","title":"` + s.Token + `","message":"` + s.Token +
		`","detail":"` + s.Token + `","errors":{"` + s.Token + `":["` + s.Token + `"]}}`
	return map[string]fault{
		"500":                   {fakevendor.Fault{Status: 500, Body: `{"code":"INTERNAL"}`}, providers.Unavailable},
		"503":                   {fakevendor.Fault{Status: 503, ContentType: "text/html", Body: loginPage}, providers.Unavailable},
		"401":                   {fakevendor.Fault{Status: 401, Body: "{}"}, providers.Unauthenticated},
		"403":                   {fakevendor.Fault{Status: 403, ContentType: "text/html", Body: loginPage}, providers.Forbidden},
		"429":                   {fakevendor.Fault{Status: 429, RetryAfter: "7"}, providers.RateLimited},
		"400 that echoes":       {fakevendor.Fault{Status: 400, Body: echo}, providers.BadResponse},
		"500 that echoes":       {fakevendor.Fault{Status: 500, Body: echo}, providers.Unavailable},
		"200 that echoes":       {fakevendor.Fault{Status: 200, Body: `"` + s.Token + `"`}, providers.BadResponse},
		"HTML with 200":         {fakevendor.Fault{Status: 200, ContentType: "text/html; charset=utf-8", Body: loginPage}, providers.BadResponse},
		"HTML as JSON":          {fakevendor.Fault{Status: 200, Body: loginPage}, providers.BadResponse},
		"plain text":            {fakevendor.Fault{Status: 200, ContentType: "text/plain", Body: "OK"}, providers.BadResponse},
		"empty body":            {fakevendor.Fault{Status: 200, Body: ""}, providers.BadResponse},
		"incomplete JSON":       {fakevendor.Fault{Status: 200, Body: "{"}, providers.BadResponse},
		"connection cut":        {fakevendor.Fault{Cut: 1 << 14}, providers.BadResponse}, // exceeds the buffer of the server
		"two values":            {fakevendor.Fault{Status: 200, Body: "[] []"}, providers.BadResponse},
		"a number":              {fakevendor.Fault{Status: 200, Body: "42"}, providers.BadResponse},
		"null":                  {fakevendor.Fault{Status: 200, Body: "null"}, providers.BadResponse},
		"rows that are numbers": {fakevendor.Fault{Status: 200, Body: "[1,2]"}, providers.BadResponse},
		"deep nesting":          {fakevendor.Fault{Status: 200, Body: strings.Repeat("[", 20_000)}, providers.BadResponse},
		"204":                   {fakevendor.Fault{Status: 204}, providers.BadResponse},
		"redirect, no location": {fakevendor.Fault{Status: 307}, providers.BadResponse},
		"relative redirect":     {fakevendor.Fault{Location: "/login"}, providers.BadResponse},
		"hangup":                {fakevendor.Fault{Hangup: true}, providers.Unavailable},
	}
}

func (s suite) faults(t *testing.T) {
	t.Parallel()
	for name, c := range s.faultTable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			baseURL, control := s.Serve(t)
			control.Add(c.Fault)
			runEach(t, s.operations, func(t *testing.T, o operation) {
				timeout := callTimeout
				if c.RetryAfter != "" {
					timeout = shortTimeout
				}
				p := s.New(t, baseURL, s.Token, timeout)
				err := o.run(t.Context(), p)
				s.checkError(t, p, err, c.want)
				if got := p.Status(); showsFailure(err) && got != model.ProviderDown {
					t.Errorf("after %v the status is %s", err, got)
				}
				if c.RetryAfter != "" && retryAfter(err) != 7*time.Second {
					t.Errorf("RetryAfter is %v, want 7s", retryAfter(err))
				}
			})
		})
	}
	t.Run("redirect", s.redirect)
	t.Run("refused connection", s.refusedConnection)
	t.Run("missing object", s.missingObject)
}

func retryAfter(err error) time.Duration {
	if e, ok := err.(*providers.Error); ok { //nolint:errorlint // the contract requires the unwrapped type
		return e.RetryAfter
	}
	return 0
}

// redirect checks that a provider does not follow redirects to another host.
func (s suite) redirect(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(func() {
		other.Close()
		if n := calls.Load(); n != 0 {
			t.Errorf("%d calls of another host", n)
		}
	})
	for name, location := range map[string]string{
		"absolute URL": other.URL + "/path", "without scheme": strings.TrimPrefix(other.URL, "http:"),
	} {
		t.Run(name, func(t *testing.T) {
			baseURL, control := s.Serve(t)
			control.Add(fakevendor.Fault{Location: location})
			runEach(t, s.operations, func(t *testing.T, o operation) {
				p := s.New(t, baseURL, s.Token, callTimeout)
				s.checkError(t, p, o.run(t.Context(), p), providers.BadResponse)
			})
		})
	}
}

func (s suite) refusedConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	baseURL := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	runEach(t, s.operations, func(t *testing.T, o operation) {
		p := s.New(t, baseURL, s.Token, callTimeout)
		s.checkError(t, p, o.run(t.Context(), p), providers.Unavailable)
	})
}

// missingObject checks that a missing object is not an error. An endpoint of several
// objects may itself be missing, which is NotFound.
func (s suite) missingObject(t *testing.T) {
	t.Parallel()
	baseURL, control := s.Serve(t)
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		control.Reset()
		control.Add(fakevendor.Fault{Status: status, Body: "{}"})
		for _, o := range s.operations {
			if !strings.HasPrefix(o.name, "Get ") {
				continue
			}
			p := s.New(t, baseURL, s.Token, callTimeout)
			if err := o.run(t.Context(), p); err != nil && providers.KindOf(err) != providers.NotFound {
				t.Errorf("%s: status %d: %v, want no error, or NotFound", o.name, status, err)
			}
		}
	}
}

// wrongToken checks that a rejected token is reported as Unauthenticated.
func (s suite) wrongToken(t *testing.T) {
	t.Parallel()
	baseURL, _ := s.Serve(t)
	wrong := "wrong-" + s.Token
	runEach(t, s.operations, func(t *testing.T, o operation) {
		p := s.New(t, baseURL, wrong, callTimeout)
		err := o.run(t.Context(), p)
		s.checkError(t, p, err, providers.Unauthenticated)
		checkErrorHidesToken(t, wrong, err)
	})
}

// forbidden checks that a collection without permission fails with Forbidden and is not
// empty instead.
func (s suite) forbidden(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	all := collections(p)
	for _, typ := range s.Forbidden {
		i := slices.IndexFunc(all, func(c collection) bool { return c.typ == typ })
		if i < 0 {
			t.Errorf("%s: no such collection", typ)
			continue
		}
		page, err := all[i].page(t.Context(), providers.Query{}, "")
		if s.checkError(t, p.Provider, err, providers.Forbidden); page != nil {
			t.Errorf("%s: Page returns a page together with Forbidden", typ)
		}
		result := all[i].get(t.Context(), []string{unknown(typ)})
		if s.checkError(t, p.Provider, result.Failed[unknown(typ)], providers.Forbidden); len(result.Objects) != 0 {
			t.Errorf("%s: Get returns an object together with Forbidden", typ)
		}
	}
}
