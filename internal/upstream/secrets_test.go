package upstream_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// tokens has one token that is a valid vendor code and one that needs escaping.
var tokens = []string{"s3cretTokenOfTheVendor42", "s3cret/tok en+of=the&vendor%42"}

// echo returns the credential in every part of the response.
func echo(status int, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		_, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		word := password + r.URL.Query().Get("api_token")
		if word == "" {
			word = bearer
		}
		w.Header().Set("Content-Type", contentType+word)
		w.Header().Set("Location", "https://evil.example/"+r.URL.RawQuery+bearer)
		w.Header().Set("Retry-After", word)
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"code":%q}`, word)
	}
}

func TestErrors_ContainNoCredential(t *testing.T) {
	stop := make(chan struct{})
	hang := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.Close()
	tls := httptest.NewTLSServer(http.HandlerFunc(echo(500, "application/json")))
	tls.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	t.Cleanup(tls.Close)
	network := func(h http.HandlerFunc) func() (string, http.RoundTripper) {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return func() (string, http.RoundTripper) { return server.URL, nil }
	}
	t.Cleanup(func() { close(stop) })
	failures := map[string]func() (string, http.RoundTripper){
		"refused":       func() (string, http.RoundTripper) { return "http://" + dead.Addr().String(), nil },
		"TLS":           func() (string, http.RoundTripper) { return tls.URL, nil },
		"hang up":       network(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		"timeout":       network(hang),
		"redirect":      network(echo(302, "application/json;x=")),
		"400":           network(echo(400, "application/json;x=")),
		"401":           network(echo(401, "text/html;x=")),
		"403":           network(echo(403, "application/json;x=")),
		"404":           network(echo(404, "application/json;x=")),
		"429":           network(echo(429, "application/json;x=")),
		"500":           network(echo(500, "application/json;x=")),
		"wrong type":    network(echo(200, "text/plain;x=")),
		"not an object": network(echo(200, "application/json;x=")),
		"cut short": network(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			echo(200, "application/json;x=")(w, r)
		}),
		"a transport with URLs in errors": func() (string, http.RoundTripper) {
			return "https://acme.example", vendor(func(r *http.Request) (*http.Response, error) {
				return nil, &url.Error{Op: r.Header.Get("Authorization"), URL: r.URL.String(), Err: errors.New(r.URL.RawQuery)}
			})
		},
		"a transport that panics": func() (string, http.RoundTripper) {
			return "https://acme.example", vendor(func(r *http.Request) (*http.Response, error) {
				panic(fmt.Sprint(r.URL, r.Header))
			})
		},
	}
	for name, failure := range failures {
		for _, token := range tokens {
			secret := providers.NewSecret(token)
			for kind, credential := range map[string]upstream.Credential{
				"bearer": upstream.Bearer(secret), "basic": upstream.Basic("accountgraph", secret),
				"query": upstream.QueryParameter("api_token", secret),
			} {
				t.Run(name+"/"+kind, func(t *testing.T) {
					t.Parallel()
					baseURL, transport := failure()
					output := collectOutput(t, upstream.Config{
						Provider: &model.Provider{Name: "acme", BaseURL: baseURL}, Credential: credential,
						Transport: transport, VendorCode: codeField, Timeout: 300 * time.Millisecond,
						Rand: func() float64 { return 0 },
					})
					for _, form := range forms(token) {
						if strings.Contains(output, form) {
							t.Errorf("%q in:\n%s", form, output)
						}
					}
				})
			}
		}
	}
}

// collectOutput makes a call that fails and returns all output about it.
func collectOutput(t *testing.T, c upstream.Config) string {
	t.Helper()
	var output bytes.Buffer
	var mu sync.Mutex
	log := []*slog.Logger{
		slog.New(slog.NewJSONHandler(&output, &slog.HandlerOptions{Level: slog.LevelDebug})),
		slog.New(slog.NewTextHandler(&output, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	c.Observe = func(call operation.Call) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&output, "%v %+v %#v\n", call, call, call)
	}
	client := connect(t, c)
	ctx, trace := withBudget(context.Background(), 5)
	_, err := upstream.Read(ctx, client, upstream.Request{Path: "/p", Query: "a=1"}, func(body []byte) (int, error) {
		return 0, fmt.Errorf("decode: %s", body)
	})
	if err == nil {
		t.Fatal("nothing failed")
	}
	mu.Lock()
	defer mu.Unlock()
	for _, v := range []any{err, *err.(*providers.Error), trace.Calls(), c.Credential, errors.Unwrap(err)} {
		fmt.Fprintf(&output, "%v %+v %#v\n", v, v, v)
		for _, l := range log {
			l.Error("failed", "what", v)
		}
	}
	return output.String()
}

func forms(token string) []string {
	basic := base64.StdEncoding.EncodeToString([]byte("accountgraph:" + token))
	return []string{
		token, url.QueryEscape(token), url.PathEscape(token), basic, hex.EncodeToString([]byte(token)),
		base64.StdEncoding.EncodeToString([]byte(token)), base64.RawURLEncoding.EncodeToString([]byte(token)),
		token[:12], "api_token",
	}
}

func TestVendorCode_WithCredentialIsDiscarded(t *testing.T) {
	const short = "abc-123"
	for word, want := range map[string]string{
		"NOT_FOUND":               "NOT_FOUND",
		short:                     "",
		"x" + short:               "",
		"TOKEN." + short + ".BAD": "",
		base64.RawURLEncoding.EncodeToString([]byte(short)): "",
		"x.YWJjLTEyMw": "",
	} {
		for kind, credential := range map[string]upstream.Credential{
			"bearer": upstream.Bearer(providers.NewSecret(short)), "basic": upstream.Basic("u", providers.NewSecret(short)),
			"query": upstream.QueryParameter("key", providers.NewSecret(short)),
			"none":  func(*http.Request) {},
		} {
			if kind == "none" && want == "" {
				continue
			}
			client := connect(t, upstream.Config{
				Credential: credential, VendorCode: func([]byte) string { return word },
				Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(400, "{}"), nil }),
			})
			_, err := read(t.Context(), client, "/p")
			if got := wantKind(t, err, providers.BadResponse).VendorCode; got != want {
				t.Errorf("%s: %q becomes %q, want %q", kind, word, got, want)
			}
		}
	}
	long := strings.Repeat("Abc123-", 20)
	client := connect(t, upstream.Config{
		Credential: upstream.Bearer(providers.NewSecret(long)), VendorCode: func([]byte) string { return long[7:63] },
		Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(400, "{}"), nil }),
	})
	_, err := read(t.Context(), client, "/p")
	if got := wantKind(t, err, providers.BadResponse).VendorCode; got != "" {
		t.Errorf("the code contains a part of the credential: %q", got)
	}
}

func TestVendorCode_Panics(t *testing.T) {
	var given int
	client := connect(t, upstream.Config{
		VendorCode: func(body []byte) string {
			given = len(body)
			panic("no object")
		},
		Transport: vendor(func(*http.Request) (*http.Response, error) {
			res := reply(400, "")
			res.Body, res.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", 1<<20))), -1
			return res, nil
		}),
	})
	_, err := read(t.Context(), client, "/p")
	if e := wantKind(t, err, providers.BadResponse); e.VendorCode != "" || given != 64<<10 {
		t.Errorf("the code is %q, of %d bytes", e.VendorCode, given)
	}
}
