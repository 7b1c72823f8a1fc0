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

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
)

// loginPage is what a vendor's web site shows to those it does not know.
const loginPage = "<!DOCTYPE html><html><body>Please log in</body></html>"

// fault is a way in which a vendor fails, and what is made of it.
type fault struct {
	fakevendor.Fault
	want providers.Kind
}

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
		"HTML called JSON":      {fakevendor.Fault{Status: 200, Body: loginPage}, providers.BadResponse},
		"plain text":            {fakevendor.Fault{Status: 200, ContentType: "text/plain", Body: "OK"}, providers.BadResponse},
		"nothing":               {fakevendor.Fault{Status: 200, Body: ""}, providers.BadResponse},
		"one brace":             {fakevendor.Fault{Status: 200, Body: "{"}, providers.BadResponse},
		"cut short":             {fakevendor.Fault{Cut: 1 << 14}, providers.BadResponse}, // more than a server buffers
		"two values":            {fakevendor.Fault{Status: 200, Body: "[] []"}, providers.BadResponse},
		"a number":              {fakevendor.Fault{Status: 200, Body: "42"}, providers.BadResponse},
		"null":                  {fakevendor.Fault{Status: 200, Body: "null"}, providers.BadResponse},
		"rows that are numbers": {fakevendor.Fault{Status: 200, Body: "[1,2]"}, providers.BadResponse},
		"deep nesting":          {fakevendor.Fault{Status: 200, Body: strings.Repeat("[", 20_000)}, providers.BadResponse},
		"204":                   {fakevendor.Fault{Status: 204}, providers.BadResponse},
		"redirect nowhere":      {fakevendor.Fault{Status: 307}, providers.BadResponse},
		"redirect home":         {fakevendor.Fault{Location: "/login"}, providers.BadResponse},
		"hang up":               {fakevendor.Fault{Hangup: true}, providers.Unavailable},
	}
}

func (s suite) faults(t *testing.T) {
	t.Parallel()
	for name, c := range s.faultTable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			baseURL, control := s.Serve(t)
			control.Add(c.Fault)
			try(t, s.operations, func(t *testing.T, o operation) {
				timeout := patience
				if c.RetryAfter != "" {
					timeout = haste
				}
				p := s.New(t, baseURL, s.Token, timeout)
				err := o.run(t.Context(), p)
				s.failed(t, p, err, c.want)
				if c.RetryAfter != "" && wait(err) != 7*time.Second {
					t.Errorf("RetryAfter is %v, want 7s", wait(err))
				}
			})
		})
	}
	t.Run("redirect", s.redirect)
	t.Run("refused connection", s.refusedConnection)
	t.Run("gone", s.gone)
}

func wait(err error) time.Duration {
	if e, ok := err.(*providers.Error); ok { //nolint:errorlint // the contract wants this type itself
		return e.RetryAfter
	}
	return 0
}

// redirect checks that the credential goes to no other host.
func (s suite) redirect(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		strayed.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(func() {
		other.Close()
		if n := strayed.Load(); n != 0 {
			t.Errorf("another host was called %d times", n)
		}
	})
	for name, location := range map[string]string{
		"with scheme": other.URL + "/elsewhere", "without scheme": strings.TrimPrefix(other.URL, "http:"),
	} {
		t.Run(name, func(t *testing.T) {
			baseURL, control := s.Serve(t)
			control.Add(fakevendor.Fault{Location: location})
			try(t, s.operations, func(t *testing.T, o operation) {
				p := s.New(t, baseURL, s.Token, patience)
				s.failed(t, p, o.run(t.Context(), p), providers.BadResponse)
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
	dead := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	try(t, s.operations, func(t *testing.T, o operation) {
		p := s.New(t, dead, s.Token, patience)
		s.failed(t, p, o.run(t.Context(), p), providers.Unavailable)
	})
}

// gone checks that an object which is no more is no failure. Where one call
// reads several objects, it is their list that is gone, which may be told.
func (s suite) gone(t *testing.T) {
	t.Parallel()
	baseURL, control := s.Serve(t)
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		control.Reset()
		control.Add(fakevendor.Fault{Status: status, Body: "{}"})
		for _, o := range s.operations {
			if !strings.HasPrefix(o.name, "Get ") {
				continue
			}
			p := s.New(t, baseURL, s.Token, patience)
			if err := o.run(t.Context(), p); err != nil && providers.KindOf(err) != providers.NotFound {
				t.Errorf("%s: %d is told as %v, want no failure, or NotFound", o.name, status, err)
			}
		}
	}
}

// wrongToken checks that a vendor's refusal is told as such.
func (s suite) wrongToken(t *testing.T) {
	t.Parallel()
	baseURL, _ := s.Serve(t)
	wrong := "wrong-" + s.Token
	try(t, s.operations, func(t *testing.T, o operation) {
		p := s.New(t, baseURL, wrong, patience)
		err := o.run(t.Context(), p)
		s.failed(t, p, err, providers.Unauthenticated)
		keeps(t, wrong, err)
	})
}

// forbidden checks that a refused collection is told as such, and is not taken
// for an empty one.
func (s suite) forbidden(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	all := collections(p)
	for _, typ := range s.Forbidden {
		i := slices.IndexFunc(all, func(c collection) bool { return c.typ == typ })
		if i < 0 {
			t.Errorf("%s: there is no such collection", typ)
			continue
		}
		page, err := all[i].page(t.Context(), providers.Query{}, "")
		if s.failed(t, p.Provider, err, providers.Forbidden); page != nil {
			t.Errorf("%s: Page gives a page that is forbidden", typ)
		}
		found := all[i].get(t.Context(), []string{unknown(typ)})
		if s.failed(t, p.Provider, found.Failed[unknown(typ)], providers.Forbidden); len(found.Objects) != 0 {
			t.Errorf("%s: Get gives an object that is forbidden", typ)
		}
	}
}
