package resolvers_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// quiet is the handler of a server without providers.
func quiet() http.Handler {
	return newHandler(directory.New(), transport.Options{Log: slog.New(slog.DiscardHandler), Introspection: true, Authenticator: auth.AllowAll()})
}

func post(h http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// FuzzDoor sends any body. The server does not fail, its answer is JSON, and what
// it executes means the same to a usual reader of JSON.
func FuzzDoor(f *testing.F) {
	for _, body := range []string{
		good, "", "[]", `{"query":"{__typename}","variables":{"a":[{"b":1.5e3}]},"operationName":null}`,
		`{"query":"{__typename}","query":"{a}"}`, `{"query":"{_entities(representations:[{__typename:\"User\",id:1},null]){__typename}}"}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[{"__typename":"User","id":{"a":1}},{}]}}`,
		`{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[1,null,"a",[]]}}`,
		`{"query":"query($f:UserFilter){users(first:1,filter:$f){nodes{id}}}","variables":{"f":{"status":["X"]}}}`,
	} {
		f.Add(body)
	}
	h := quiet()
	f.Fuzz(func(t *testing.T, body string) {
		w := post(h, body)
		var answer struct{ Data json.RawMessage }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code >= http.StatusInternalServerError {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "INTERNAL_SERVER_ERROR") {
			t.Errorf("failed: %s", w.Body)
		}
		if answer.Data == nil {
			return
		}
		var usual map[string]any
		if err := json.Unmarshal([]byte(body), &usual); err != nil || usual["query"] == nil {
			t.Errorf("executed, but %v", err)
		}
	})
}

// TestHostileBodies holds that large bodies are refused before they cost anything.
func TestHostileBodies(t *testing.T) {
	const entities = `{"query": "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", "variables": {"r": [`
	many := func(n int) string { return entities + strings.Repeat("{},", n) + "{}]}}" }
	tests := []struct {
		name, body string
		status     int
	}{
		{"100,000 representations", many(100_000), http.StatusRequestEntityTooLarge},
		{"80,000 representations", many(80_000), http.StatusBadRequest},
		{"5000 representations", many(5000), http.StatusBadRequest},
		{"100 MB", strings.Repeat(" ", 100<<20), http.StatusRequestEntityTooLarge},
		{"lists 100,000 deep", strings.Repeat(`{"a":`, 40_000), http.StatusBadRequest},
		{"names", `{"query": "{ __typename }", "variables": {` + strings.Repeat(`"a":0,`, 40_000) + `"a":0}}`, http.StatusBadRequest},
		{"a batch of 6000", "[" + strings.Repeat(good+",", 6000) + good + "]", http.StatusBadRequest},
	}
	h := quiet()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fastest := time.Hour
			for range 5 {
				start := time.Now()
				if w := post(h, test.body); w.Code != test.status {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
				fastest = min(fastest, time.Since(start))
			}
			if fastest > bound() {
				t.Errorf("%d bytes took %s", len(test.body), fastest)
			}
		})
	}
}

// bound is how long a hostile body may take: 10 ms, ten times that where the race
// detector is watching.
func bound() time.Duration {
	info, _ := debug.ReadBuildInfo()
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 100 * time.Millisecond
	}
	return 10 * time.Millisecond
}
