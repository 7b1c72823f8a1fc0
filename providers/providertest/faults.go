package providertest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/simulated"
	"github.com/accountgraph/accountgraph/providers"
)

// page is what a login page looks like.
const htmlPage = "<!DOCTYPE html><html><body>Please log in</body></html>"

// faults are ways in which a vendor fails, and what is made of them.
func (s Subject) faults(t *testing.T) {
	t.Parallel()
	echo := `{"code":"` + s.Token + `","error":"` + s.Token + `","title":"` + s.Token + `","message":"` + s.Token + `","detail":"` + s.Token + `"}`
	for name, c := range map[string]struct {
		fault simulated.Fault
		want  providers.Kind
	}{
		"500":                   {simulated.Fault{Status: 500, Body: `{"code":"INTERNAL"}`}, providers.Unavailable},
		"503":                   {simulated.Fault{Status: 503, ContentType: "text/html", Body: htmlPage}, providers.Unavailable},
		"401":                   {simulated.Fault{Status: 401, Body: "{}"}, providers.Unauthenticated},
		"403":                   {simulated.Fault{Status: 403, ContentType: "text/html", Body: htmlPage}, providers.Forbidden},
		"429":                   {simulated.Fault{Status: 429, RetryAfter: "7"}, providers.RateLimited},
		"400 that echoes":       {simulated.Fault{Status: 400, Body: echo}, providers.BadResponse},
		"500 that echoes":       {simulated.Fault{Status: 500, Body: echo}, providers.Unavailable},
		"200 that echoes":       {simulated.Fault{Status: 200, Body: `"` + s.Token + `"`}, providers.BadResponse},
		"HTML with 200":         {simulated.Fault{Status: 200, ContentType: "text/html; charset=utf-8", Body: htmlPage}, providers.BadResponse},
		"HTML called JSON":      {simulated.Fault{Status: 200, Body: htmlPage}, providers.BadResponse},
		"plain text":            {simulated.Fault{Status: 200, ContentType: "text/plain", Body: "OK"}, providers.BadResponse},
		"nothing":               {simulated.Fault{Status: 200, Body: ""}, providers.BadResponse},
		"one brace":             {simulated.Fault{Status: 200, Body: "{"}, providers.BadResponse},
		"cut short":             {simulated.Fault{Cut: 100}, providers.BadResponse},
		"two values":            {simulated.Fault{Status: 200, Body: "[] []"}, providers.BadResponse},
		"a number":              {simulated.Fault{Status: 200, Body: "42"}, providers.BadResponse},
		"null":                  {simulated.Fault{Status: 200, Body: "null"}, providers.BadResponse},
		"rows that are numbers": {simulated.Fault{Status: 200, Body: "[1,2]"}, providers.BadResponse},
		"204":                   {simulated.Fault{Status: 204}, providers.BadResponse},
		"hang up":               {simulated.Fault{Hangup: true}, providers.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			baseURL, control := s.Serve(t)
			ids := s.someIDs(t, baseURL)
			s.each(t, baseURL, ids, func(t *testing.T, call operation) {
				control.Reset()
				control.Add(c.fault)
				p := s.New(t, baseURL, s.Token, haste)
				err := call.run(t.Context(), p)
				s.failed(t, p, call, err, c.want)
				if c.fault.RetryAfter != "" && wait(err) != 7*time.Second {
					t.Errorf("%s: RetryAfter is %v, want 7s", call.name, wait(err))
				}
			})
		})
	}
	t.Run("redirect", func(t *testing.T) { s.redirect(t) })
	t.Run("refused connection", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		dead := "http://" + listener.Addr().String()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		baseURL, _ := s.Serve(t)
		s.each(t, baseURL, s.someIDs(t, baseURL), func(t *testing.T, call operation) {
			p := s.New(t, dead, s.Token, haste)
			s.failed(t, p, call, call.run(t.Context(), p), providers.Unavailable)
		})
	})
	t.Run("gone", func(t *testing.T) {
		t.Parallel()
		baseURL, control := s.Serve(t)
		ids := s.someIDs(t, baseURL)
		control.Add(simulated.Fault{Status: http.StatusGone, Body: "{}"})
		p := s.New(t, baseURL, s.Token, haste)
		for _, c := range collections(p) {
			if found := c.get(t.Context(), ids[c.typ]); len(found.Objects)+len(found.Failed) > 0 {
				t.Errorf("%s that are gone: %v", c.typ, found)
			}
		}
	})
}

// redirect checks that the credential goes nowhere else.
func (s Subject) redirect(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		strayed.Add(1)
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(other.Close)
	baseURL, control := s.Serve(t)
	ids := s.someIDs(t, baseURL)
	for _, location := range []string{other.URL + "/elsewhere", strings.Replace(other.URL, "http://", "//", 1), "/login", ""} {
		s.each(t, baseURL, ids, func(t *testing.T, call operation) {
			control.Reset()
			if location == "" {
				control.Add(simulated.Fault{Status: http.StatusTemporaryRedirect})
			}
			if location != "" {
				control.Add(simulated.Fault{Location: location})
			}
			p := s.New(t, baseURL, s.Token, haste)
			s.failed(t, p, call, call.run(t.Context(), p), providers.BadResponse)
		})
	}
	if n := strayed.Load(); n != 0 {
		t.Errorf("another host was called %d times", n)
	}
}

// wrongToken checks that a vendor's refusal is told as such.
func (s Subject) wrongToken(t *testing.T) {
	t.Parallel()
	baseURL, _ := s.Serve(t)
	wrong := "wrong-" + s.Token
	s.each(t, baseURL, s.someIDs(t, baseURL), func(t *testing.T, call operation) {
		p := s.New(t, baseURL, wrong, haste)
		err := call.run(t.Context(), p)
		s.failed(t, p, call, err, providers.Unauthenticated)
		noSecret(t, wrong, p, err)
	})
}

// waiting checks that nobody waits for ever.
func (s Subject) waiting(t *testing.T) {
	t.Parallel()
	baseURL, _ := s.Serve(t)
	ids := s.someIDs(t, baseURL)
	arrived := make(chan struct{}, 64)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case arrived <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)

	s.each(t, baseURL, ids, func(t *testing.T, call operation) {
		p := s.New(t, silent.URL, s.Token, hurry)
		s.failed(t, p, call, promptly(t, call, t.Context(), p), providers.Timeout)

		p = s.New(t, silent.URL, s.Token, patience)
		ctx, stop := context.WithTimeout(t.Context(), hurry)
		s.failed(t, p, call, promptly(t, call, ctx, p), providers.Timeout, providers.Canceled)
		stop()

		for len(arrived) > 0 {
			<-arrived
		}
		ctx, stop = context.WithCancel(t.Context())
		go func() {
			<-arrived
			stop()
		}()
		s.failed(t, p, call, promptly(t, call, ctx, p), providers.Canceled, providers.Timeout)

		s.failed(t, p, call, promptly(t, call, ctx, p), providers.Canceled, providers.Timeout)
	})
}

// promptly makes a call that must come back long before the patience is over.
func promptly(t *testing.T, call operation, ctx context.Context, p providers.Provider) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call.run(ctx, p) }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience / 2):
		t.Fatalf("%s does not come back", call.name)
		return nil
	}
}

// failed checks how a call failed, and that it does not tell the token.
func (s Subject) failed(t *testing.T, p providers.Provider, call operation, err error, want ...providers.Kind) {
	t.Helper()
	kind := providers.KindOf(err)
	ok := false
	for _, w := range want {
		ok = ok || kind == w
	}
	if !ok {
		t.Errorf("%s: %v (kind %d), want kind %d", call.name, err, kind, want)
	}
	if e, is := err.(*providers.Error); err != nil && (!is || e.Provider != p.Info()) { //nolint:errorlint // the contract wants this type itself
		t.Errorf("%s: %#v is not an error that names its provider", call.name, err)
	}
	noSecret(t, s.Token, p, err)
}

func wait(err error) time.Duration {
	if e, ok := err.(*providers.Error); ok { //nolint:errorlint // the contract wants this type itself
		return e.RetryAfter
	}
	return 0
}

// operation is something that needs the vendor.
type operation struct {
	name string
	run  func(ctx context.Context, p providers.Provider) error
}

// someIDs finds an id of each collection.
func (s Subject) someIDs(t *testing.T, baseURL string) map[string][]string {
	t.Helper()
	p := s.New(t, baseURL, s.Token, patience)
	ids := map[string][]string{}
	for _, l := range s.listsOf(p) {
		if len(ids[l.typ]) > 0 {
			continue
		}
		page, err := l.page(t.Context(), l.query, "")
		if err != nil || len(page.Items) == 0 {
			t.Fatalf("%s: no first page: %v", l.name, err)
		}
		ids[l.typ] = []string{page.Items[0].Key().VendorID()}
	}
	return ids
}

// each hands over every operation in turn: Check, each list, an object of each
// collection, roles.
func (s Subject) each(t *testing.T, baseURL string, ids map[string][]string, try func(*testing.T, operation)) {
	t.Helper()
	try(t, operation{"Check", func(ctx context.Context, p providers.Provider) error { return p.Check(ctx) }})
	for i, l := range s.listsOf(s.New(t, baseURL, s.Token, patience)) {
		try(t, operation{l.name + ": Page", func(ctx context.Context, p providers.Provider) error {
			page, err := s.listsOf(p)[i].page(ctx, l.query, "")
			if err != nil && page != nil && providers.KindOf(err) != providers.Truncated {
				t.Errorf("%s: Page gives a page and %v", l.name, err)
			}
			return err
		}})
	}
	for i, c := range collections(s.New(t, baseURL, s.Token, patience)) {
		try(t, operation{c.typ + ": Get", func(ctx context.Context, p providers.Provider) error {
			return collections(p)[i].get(ctx, ids[c.typ]).Failed[ids[c.typ][0]]
		}})
	}
	if len(s.Organizations) > 0 && ids[model.TypeOrganization] != nil {
		try(t, operation{"Roles", func(ctx context.Context, p providers.Provider) error {
			if p.Collections().Roles == nil {
				return p.Check(ctx)
			}
			_, err := p.Collections().Roles(ctx, s.Organizations[0])
			return err
		}})
	}
}
