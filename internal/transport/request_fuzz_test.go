package transport_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/transport"
)

func post(h http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// FuzzRequest_Body sends any body. The response is JSON without an internal error,
// and encoding/json decodes what was executed as well.
func FuzzRequest_Body(f *testing.F) {
	for _, body := range []string{
		typenameQuery, "", "[]", `{"query":"{__typename}","variables":{"a":[{"b":1.5e3}]},"operationName":null}`,
		`{"query":"{__typename}","query":"{a}"}`, `{"query":"{_entities(representations:[{__typename:\"User\",id:1},null]){__typename}}"}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[{"__typename":"User","id":{"a":1}},{}]}}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[1,null,"a",[]]}}`,
		`{"query":"query($f:UserFilter){users(first:1,filter:$f){nodes{id}}}","variables":{"f":{"status":["X"]}}}`,
	} {
		f.Add(body)
	}
	h := newHandler(transport.Options{Log: slog.New(slog.DiscardHandler), Introspection: true, Authenticator: auth.AllowAll()})
	f.Fuzz(func(t *testing.T, body string) {
		w := post(h, body)
		var response struct{ Data json.RawMessage }
		if err := json.Unmarshal(w.Body.Bytes(), &response); err != nil || w.Code >= http.StatusInternalServerError {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "INTERNAL_SERVER_ERROR") {
			t.Errorf("internal error: %s", w.Body)
		}
		if response.Data == nil {
			return
		}
		var decoded map[string]any
		if err := json.Unmarshal([]byte(body), &decoded); err != nil || decoded["query"] == nil {
			t.Errorf("executed, but %v", err)
		}
	})
}

// Rejecting a large body costs little: the server reads no more of it than the limit, allocates
// a small multiple of that, and takes no longer than encoding/json, on the same machine, takes to
// decode a list of the limit's length.
func TestRequest_HostileBodies(t *testing.T) {
	const entities = `{"query": "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", "variables": {"r": [`
	many := func(n int) string { return entities + strings.Repeat("{},", n) + "{}]}}" }
	limit := complexity.DefaultLimits().Body
	list := []byte("[" + strings.Repeat("{},", limit/3-1) + "{}]")
	tests := []struct {
		name, body string
		status     int
	}{
		{"100,000 representations", many(100_000), http.StatusRequestEntityTooLarge},
		{"80,000 representations", many(80_000), http.StatusBadRequest},
		{"5000 representations", many(5000), http.StatusBadRequest},
		{"100 MB", strings.Repeat(" ", 100<<20), http.StatusRequestEntityTooLarge},
		{"40,000 nested objects", strings.Repeat(`{"a":`, 40_000), http.StatusBadRequest},
		{"40,000 duplicate names", `{"query": "{ __typename }", "variables": {` + strings.Repeat(`"a":0,`, 40_000) + `"a":0}}`, http.StatusBadRequest},
		{"batch of 6000", "[" + strings.Repeat(typenameQuery+",", 6000) + typenameQuery + "]", http.StatusBadRequest},
	}
	h := newHandler(transport.Options{Log: slog.New(slog.DiscardHandler), Introspection: true, Authenticator: auth.AllowAll()})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			read, allocated, slowdown := 0, uint64(math.MaxUint64), math.Inf(1)
			most := uint64(8 * limit)
			// The least of each counts: other goroutines and programs disturb some rounds, and with
			// the race detector a sync.Pool drops buffers now and then.
			for round := 0; round < 3 || round < 10 && (slowdown > 1 || allocated > most); round++ {
				body := strings.NewReader(test.body)
				r := httptest.NewRequest(http.MethodPost, "/graphql", io.NopCloser(body)) // of unknown length
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				bytes, duration := measure(func() { h.ServeHTTP(w, r) })
				if w.Code != test.status {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
				_, baseline := measure(func() {
					if err := json.Unmarshal(list, new(any)); err != nil {
						t.Fatal(err)
					}
				})
				read, allocated = len(test.body)-body.Len(), min(allocated, bytes)
				slowdown = min(slowdown, duration.Seconds()/baseline.Seconds())
			}
			if most := limit + 1; read > most {
				t.Errorf("%d bytes of the body were read, want at most %d", read, most)
			}
			if allocated > most {
				t.Errorf("%d bytes were allocated, want at most %d", allocated, most)
			}
			if slowdown > 1 {
				t.Errorf("rejecting took %.1f times as long as decoding %d bytes", slowdown, limit)
			}
		})
	}
}

// measure returns what the process allocates while f runs, and how long f takes.
func measure(f func()) (allocated uint64, duration time.Duration) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	duration = time.Since(start)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, duration
}
