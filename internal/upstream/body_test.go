package upstream_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestRoundTrip_LimitsBody(t *testing.T) {
	const limit = 8 << 20
	for name, c := range map[string]struct {
		write func(w http.ResponseWriter)
		fits  bool
	}{
		"length, at the limit":  {func(w http.ResponseWriter) { withLength(w, limit) }, true},
		"length, above":         {func(w http.ResponseWriter) { withLength(w, limit+1) }, false},
		"chunked, at the limit": {func(w http.ResponseWriter) { letters(w, limit) }, true},
		"chunked, above":        {func(w http.ResponseWriter) { letters(w, limit+1) }, false},
		"gzip, at the limit":    {func(w http.ResponseWriter) { compressed(w, limit) }, true},
		"gzip bomb of 64 MiB":   {func(w http.ResponseWriter) { compressed(w, 64<<20) }, false},
		"a length of 1 Pibit":   {func(w http.ResponseWriter) { w.Header().Set("Content-Length", fmt.Sprint(1<<50)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, upstream.Config{MaxBody: limit, Provider: serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				c.write(w)
			})})
			got, err := read(t.Context(), client, "/p")
			if c.fits {
				if err != nil || len(got) != limit {
					t.Fatalf("read %d bytes, %v", len(got), err)
				}
				return
			}
			if e := wantKind(t, err, providers.BadResponse); e.Detail != "response is larger than maxBody, 8 MiB" {
				t.Errorf("the detail is %q", e.Detail)
			}
		})
	}
}

// Large responses that arrive at the same time do not add up: beyond one and a half times
// maxBody, a call fails, and the others go on.
func TestRoundTrip_LargeBodiesAtTheSameTime(t *testing.T) {
	const limit = 8 << 20
	release := make(chan struct{})
	client := connect(t, upstream.Config{MaxBody: limit, Provider: serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		compressed(w, limit-1)
		_ = http.NewResponseController(w).Flush()
		<-release
	})})
	kinds := make(chan providers.Kind, 2)
	for _, path := range []string{"/a", "/b"} {
		go func() {
			_, err := read(t.Context(), client, path)
			kinds <- providers.KindOf(err)
		}()
	}
	if kind := <-kinds; kind != providers.Overloaded {
		t.Errorf("the first call that ended: %v", kind)
	}
	close(release)
	if kind := <-kinds; kind != 0 {
		t.Errorf("the other call: %v", kind)
	}
	if _, err := read(t.Context(), client, "/c"); err != nil {
		t.Errorf("a call afterwards: %v", err)
	}
}

func withLength(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Length", fmt.Sprint(n))
	letters(w, n)
}

func compressed(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	letters(z, n)
	_ = z.Close()
}

func letters(w io.Writer, n int) {
	part := []byte(strings.Repeat("x", 64<<10))
	for n > 0 {
		k := min(n, len(part))
		if _, err := w.Write(part[:k]); err != nil {
			return
		}
		n -= k
	}
}

func TestRetry_TruncatedBodyOnce(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"with length": func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100") },
		"chunked":     func(http.ResponseWriter) {},
		"gzip":        func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip") },
	} {
		for _, cuts := range []int64{1, 9} {
			t.Run(fmt.Sprint(name, cuts), func(t *testing.T) {
				var calls atomic.Int64
				client := connect(t, upstream.Config{Rand: func() float64 { return 0 }, Provider: serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					if calls.Add(1) > cuts {
						_, _ = io.WriteString(w, "{}")
						return
					}
					begin(w)
					_, _ = io.WriteString(w, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
					w.(http.Flusher).Flush()
					panic(http.ErrAbortHandler)
				})})
				got, err := read(t.Context(), client, "/p")
				if cuts == 1 {
					if got != "{}" || err != nil {
						t.Errorf("read %q, %v", got, err)
					}
				} else if e := wantKind(t, err, providers.BadResponse); e.Detail != "response body is truncated" {
					t.Errorf("the detail is %q", e.Detail)
				}
				if calls.Load() != 2 {
					t.Errorf("%d calls, want 2", calls.Load())
				}
			})
		}
	}
}

// A body that is not the gzip that its header announces would be the same again.
func TestRetry_InvalidGzip(t *testing.T) {
	for name, body := range map[string]string{
		"no gzip": `{"a": "b", "c": "d"}`, "invalid in it": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff",
	} {
		var calls atomic.Int64
		client := connect(t, upstream.Config{Rand: func() float64 { return 0 }, Provider: serve(t, func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, body)
		})})
		_, err := read(t.Context(), client, "/p")
		if e := wantKind(t, err, providers.BadResponse); e.Detail != "response is not valid gzip" || calls.Load() != 1 {
			t.Errorf("%s: %v, %d calls", name, err, calls.Load())
		}
	}
}

// A body that is not read to its end costs the connection.
func TestConnectionsAreKept(t *testing.T) {
	var connections sync.Map
	client := connect(t, upstream.Config{Provider: serve(t, func(w http.ResponseWriter, r *http.Request) {
		connections.Store(r.RemoteAddr, true)
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/withlength":
			withLength(w, 100<<10)
		case "/api/chunked":
			letters(w, 100<<10)
		case "/api/compressed":
			compressed(w, 100<<10)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"code":"NOT_FOUND"}`)
		}
	})})
	for range 3 {
		for _, path := range []string{"/withlength", "/chunked", "/compressed", "/missing"} {
			_, _ = read(t.Context(), client, path)
		}
	}
	count := 0
	for range connections.Range {
		count++
	}
	if count != 1 {
		t.Errorf("%d connections for calls one after the other, want 1", count)
	}
}

// endless is a body without an end; it counts what was read and who closed it.
type endless struct{ read, closed int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 9<<20 {
		return 0, io.ErrUnexpectedEOF
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error {
	e.closed++
	return nil
}

func TestABodyWithoutAnEndIsLeft(t *testing.T) {
	for _, status := range []int{200, 302, 400} {
		body := new(endless)
		client := connect(t, upstream.Config{MaxBody: 8 << 20, Transport: vendor(func(*http.Request) (*http.Response, error) {
			res := reply(status, "")
			res.Body, res.ContentLength = body, -1
			return res, nil
		})})
		_, err := read(t.Context(), client, "/p")
		wantKind(t, err, providers.BadResponse)
		if body.read > 8<<20+1 || body.closed != 1 {
			t.Errorf("%d: %d bytes were read, closed %d times", status, body.read, body.closed)
		}
	}
}
