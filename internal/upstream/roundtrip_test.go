package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// serve starts a vendor over HTTP and returns its connection.
func serve(t *testing.T, h http.HandlerFunc) *model.Provider {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &model.Provider{Name: "acme", BaseURL: server.URL + "/api/"}
}

func TestRoundTrip_Request(t *testing.T) {
	var got *http.Request
	provider := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"a":1}`)
	})
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := connect(t, upstream.Config{Provider: provider, Now: func() time.Time { return now }})
	path, err := upstream.Path("v1", "a b?c#d")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := upstream.Read(t.Context(), c, upstream.Request{
		Path: path, Query: "limit=2", Header: http.Header{"X-Org": {"o1"}},
	}, text)
	if err != nil {
		t.Fatal(err)
	}
	if reply.Value != `{"a":1}` || !reply.Freshness.FetchedAt.Equal(now) || reply.Freshness.Stale {
		t.Errorf("the reply is %+v", reply)
	}
	if got.RequestURI == "" {
		got.RequestURI = got.URL.RequestURI()
	}
	if got.Method != http.MethodGet || got.RequestURI != "/api/v1/a%20b%3Fc%23d?limit=2" {
		t.Errorf("sent %s %s", got.Method, got.RequestURI)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + token, "X-Org": "o1", "Accept": "application/json",
		"User-Agent": "accountgraph", "Accept-Encoding": "gzip", "Referer": "",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if c.Provider() != provider {
		t.Error("Provider returns another connection")
	}
}

func TestCredential_Schemes(t *testing.T) {
	secret := providers.NewSecret(token)
	for name, credential := range map[string]upstream.Credential{
		"bearer": upstream.Bearer(secret), "basic": upstream.Basic("x", secret), "query": upstream.QueryParameter("api_token", secret),
	} {
		var ok bool
		c := connect(t, upstream.Config{Credential: credential, Transport: vendor(func(r *http.Request) (*http.Response, error) {
			_, password, _ := r.BasicAuth()
			ok = r.Header.Get("Authorization") == "Bearer "+token || password == token ||
				r.URL.Query().Get("api_token") == token && r.URL.Query().Get("q") == "1"
			return reply(200, "{}"), nil
		})})
		if _, err := upstream.Read(t.Context(), c, upstream.Request{Path: "/p", Query: "q=1"}, text); err != nil || !ok {
			t.Errorf("%s: sent is %t, error %v", name, ok, err)
		}
	}
}

func TestRoundTrip_Response(t *testing.T) {
	const json200 = "application/json"
	for name, c := range map[string]struct {
		status      int
		contentType string
		body        string
		want        providers.Kind
		code        string
	}{
		"json":                       {200, json200, "[]", 0, ""},
		"json, parameters":           {200, `Application/JSON;charset="utf-8"`, "[]", 0, ""},
		"json, malformed parameters": {200, `application/json; charset`, "[]", 0, ""},
		"problem":                    {200, "application/problem+json", "{}", 0, ""},
		"plus json":                  {200, "application/vnd.acme.v1+json", "{}", 0, ""},
		"html":                       {200, "text/html", "<html>", providers.BadResponse, ""},
		"json as text/plain":         {200, "text/plain", "{}", providers.BadResponse, ""},
		"no type":                    {200, "", "{}", providers.BadResponse, ""},
		"jsonp":                      {200, "application/json-p", "{}", providers.BadResponse, ""},
		"malformed type":             {200, ";;", "{}", providers.BadResponse, ""},
		"created":                    {201, json200, "{}", providers.BadResponse, ""},
		"no content":                 {204, "", "", providers.BadResponse, ""},
		"partial":                    {206, json200, "{}", providers.BadResponse, ""},
		"not modified":               {304, "", "", providers.BadResponse, ""},
		"bad request":                {400, json200, `{"code":"BAD_THING"}`, providers.BadResponse, "BAD_THING"},
		"unauthorized":               {401, json200, `{"code":"AUTHENTICATION_REQUIRED"}`, providers.Unauthenticated, "AUTHENTICATION_REQUIRED"},
		"forbidden":                  {403, "text/html", "<html>", providers.Forbidden, ""},
		"not found":                  {404, json200, `{"code":"NOT.FOUND-1"}`, providers.NotFound, "NOT.FOUND-1"},
		"gone":                       {410, json200, `{"code":"DELETED"}`, providers.NotFound, "DELETED"},
		"timeout":                    {408, json200, `{}`, providers.Timeout, ""},
		"unprocessable":              {422, json200, `{}`, providers.BadResponse, ""},
		"too many":                   {429, json200, `{}`, providers.RateLimited, ""},
		"broken":                     {500, json200, `{"code":"X"}`, providers.Unavailable, "X"},
		"no HTTP status":             {600, json200, `{}`, providers.BadResponse, ""},
		"no HTTP status, 999":        {999, json200, `{}`, providers.BadResponse, ""},
		"gateway":                    {504, json200, `{}`, providers.Timeout, ""},
		"code with a space":          {400, json200, `{"code":"two words"}`, providers.BadResponse, ""},
		"code with markup":           {400, json200, `{"code":"<b>"}`, providers.BadResponse, ""},
		"code too long":              {400, json200, `{"code":"` + strings.Repeat("A", 65) + `"}`, providers.BadResponse, ""},
		"longest code":               {400, json200, `{"code":"` + strings.Repeat("A", 64) + `"}`, providers.BadResponse, strings.Repeat("A", 64)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := connect(t, upstream.Config{VendorCode: codeField, Transport: vendor(func(*http.Request) (*http.Response, error) {
					return reply(c.status, c.body, "Content-Type: "+c.contentType), nil
				})})
				got, err := read(t.Context(), client, "/p")
				if c.want == 0 {
					if err != nil || got != c.body {
						t.Fatalf("read %q, %v", got, err)
					}
					return
				}
				e := wantKind(t, err, c.want)
				if e.HTTPStatus != c.status || e.VendorCode != c.code || got != "" {
					t.Errorf("the error is %#v", e)
				}
			})
		})
	}
}

func codeField(body []byte) string {
	var v struct{ Code string }
	_ = json.Unmarshal(body, &v)
	return v.Code
}

func TestRoundTrip_RedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := connect(t, upstream.Config{Provider: serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, status)
		})})
		_, err := read(t.Context(), c, "/p")
		if e := wantKind(t, err, providers.BadResponse); e.HTTPStatus != status {
			t.Errorf("the status is %d, want %d", e.HTTPStatus, status)
		}
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
}

func TestRoundTrip_TimeoutCoversHeaderAndBody(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	for name, begin := range map[string]func(w http.ResponseWriter){
		"no header": func(http.ResponseWriter) {},
		"no body": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(200)
			_, _ = io.WriteString(w, "[")
			w.(http.Flusher).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, upstream.Config{Timeout: 40 * time.Millisecond, Provider: serve(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				select {
				case <-r.Context().Done():
				case <-stop:
				}
			})})
			began := time.Now()
			_, err := read(t.Context(), client, "/p")
			wantKind(t, err, providers.Timeout)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestRoundTrip_FailureKinds(t *testing.T) {
	hang := vendor(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	hangInBody := vendor(func(r *http.Request) (*http.Response, error) {
		response := reply(200, "")
		response.Body, response.ContentLength = io.NopCloser(silent{r.Context()}), -1
		return response, nil
	})
	broken := vendor(func(*http.Request) (*http.Response, error) { return nil, errors.New("reset") })
	for name, c := range map[string]struct {
		transport http.RoundTripper
		context   func(context.Context) (context.Context, context.CancelFunc)
		want      providers.Kind
		after     time.Duration
	}{
		"cancelled": {hang, func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, providers.Canceled, time.Second},
		"cancelled before": {hang, func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, providers.Canceled, 0},
		"deadline": {hang, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 3*time.Second)
		}, providers.Timeout, 2700 * time.Millisecond},
		"timeout of the client": {hang, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, providers.Timeout, 10 * time.Second},
		"timeout of the client, in the body": {hangInBody, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, providers.Timeout, 10 * time.Second},
		"broken connection": {broken, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, providers.Unavailable, 2 * 50 * time.Millisecond},
		"no connection in time": {vendor(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: slow{}}
		}), func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, providers.Unavailable, 2 * 50 * time.Millisecond},
		"no header in time": {vendor(func(*http.Request) (*http.Response, error) { return nil, slow{} }), func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, providers.Timeout, 2 * 50 * time.Millisecond},
		"a transport that panics": {vendor(func(*http.Request) (*http.Response, error) { panic(token) }), func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(ctx)
		}, providers.Unavailable, 0},
		"a transport without an answer": {vendor(func(*http.Request) (*http.Response, error) { return nil, nil }), func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Millisecond)
		}, providers.Unavailable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := connect(t, upstream.Config{Transport: c.transport, Rand: func() float64 { return 0 }})
				ctx, cancel := c.context(t.Context())
				defer cancel()
				began := time.Now()
				_, err := read(ctx, client, "/p")
				wantKind(t, err, c.want)
				if took := time.Since(began); took != c.after {
					t.Errorf("it took %v, want %v", took, c.after)
				}
			})
		})
	}
}

// silent is a body of which nothing comes until its request ends.
type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// slow is a network timeout.
type slow struct{}

func (slow) Error() string   { return "slow" }
func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return true }

func TestRead_DecodeFails(t *testing.T) {
	for name, decode := range map[string]func([]byte) (int, error){
		"error": func([]byte) (int, error) { return 1, errors.New(token) },
		"panic": func(body []byte) (int, error) { return int(body[99]), nil },
	} {
		c := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(200, "{}"), nil })})
		got, err := upstream.Read(t.Context(), c, upstream.Request{Path: "/p"}, decode)
		if e := wantKind(t, err, providers.BadResponse); e.HTTPStatus != 200 || got.Value != 0 {
			t.Errorf("%s: %#v, value %d", name, e, got.Value)
		}
	}
}

func TestRead_InvalidRequest(t *testing.T) {
	for name, r := range map[string]upstream.Request{
		"no slash":            {Path: ".evil.example"},
		"user info":           {Path: "@evil.example/"},
		"empty":               {},
		"query in the path":   {Path: "/p?x=1"},
		"bad escape":          {Path: "/%zz"},
		"space in the query":  {Path: "/p", Query: "a b"},
		"break in the query":  {Path: "/p", Query: "a=1\r\nX: y"},
		"fragment":            {Path: "/p", Query: "a=1#b"},
		"break in the header": {Path: "/p", Header: http.Header{"X-Org": {"a\r\nX: y"}}},
	} {
		sent := false
		c := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			sent = true
			return reply(200, "{}"), nil
		})})
		_, err := upstream.Read(t.Context(), c, r, text)
		if wantKind(t, err, providers.InvalidArgument); sent || c.Status() != model.ProviderUnknown {
			t.Errorf("%s: the vendor was called", name)
		}
	}
}
