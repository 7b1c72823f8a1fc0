package transport_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// A long response is compressed as its client accepts, and the same after that; its other
// headers stay.
func TestTransport_Compression(t *testing.T) {
	h := newHandler(transport.Options{Authenticator: auth.AllowAll(), Introspection: true, Compress: true, Log: slog.New(slog.DiscardHandler)})
	send := func(query, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query": "`+query+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	const long, short = "{ __schema { types { name description } } }", "{ __typename }"
	want := send(long, "").Body.String()
	for accept, coding := range map[string]string{
		"": "", "identity": "", "*": "", "br": "", "gzip": "gzip", "zstd": "zstd", "gzip, deflate, br, zstd": "zstd", "GZIP": "gzip",
		"gzip;q=1.0, zstd;q=0.5": "gzip", "zstd;q=0, gzip;q=0.1": "gzip", "gzip;q=0": "", "gzip;q=x": "",
	} {
		w := send(long, accept)
		if got := w.Header().Get("Content-Encoding"); got != coding {
			t.Errorf("%q: %q, want %q", accept, got, coding)
			continue
		}
		if got := decompress(t, coding, w.Body.Bytes()); got != want {
			t.Errorf("%q: another body: %.100s", accept, got)
		}
		if coding != "" && w.Body.Len() > len(want)/2 {
			t.Errorf("%q: %d bytes of %d", accept, w.Body.Len(), len(want))
		}
		if !slices.Contains(w.Header().Values("Vary"), "Accept-Encoding") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%q: Vary %q, Cache-Control %q", accept, w.Header().Values("Vary"), w.Header().Get("Cache-Control"))
		}
	}
	if w := send(short, "zstd"); w.Header().Get("Content-Encoding") != "" || w.Body.String() != `{"data":{"__typename":"Query"}}`+"\n" {
		t.Errorf("a short response: %v %s", w.Header(), w.Body)
	}
}

func decompress(t *testing.T, coding string, body []byte) string {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
