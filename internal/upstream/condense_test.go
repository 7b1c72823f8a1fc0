package upstream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// lines condenses a body to the first letter of each line. A line that begins with ! is
// malformed.
func lines(body io.Reader) ([]byte, error) {
	var first []byte
	s := bufio.NewScanner(body)
	for s.Scan() {
		if s.Text()[0] == '!' {
			return first, errors.New("malformed")
		}
		first = append(first, s.Text()[0])
	}
	return first, s.Err()
}

func readCondensed(ctx context.Context, c *upstream.Client, condense func(io.Reader) ([]byte, error)) (string, error) {
	reply, err := upstream.Read(ctx, c, upstream.Request{Path: "/p", Condense: condense, Format: "lines 1"}, text)
	return reply.Value, err
}

// parts is a body that comes in parts, and ends with an error.
type parts struct {
	parts []string
	end   error
	// read is called with the number of bytes before each part.
	read func(before int)
	n    int
}

func (p *parts) Read(b []byte) (int, error) {
	if p.read != nil {
		p.read(p.n)
	}
	if len(p.parts) == 0 {
		return 0, p.end
	}
	n := copy(b, p.parts[0])
	if p.parts[0] = p.parts[0][n:]; p.parts[0] == "" {
		p.parts = p.parts[1:]
	}
	p.n += n
	return n, nil
}

func (*parts) Close() error { return nil }

func responding(body *parts) vendor {
	return func(*http.Request) (*http.Response, error) {
		res := reply(200, "")
		res.Body, res.ContentLength = body, -1
		return res, nil
	}
}

// The body is condensed while it arrives: little of it is read before it is needed.
func TestCondense_WhileTheBodyArrives(t *testing.T) {
	const rows = 1 << 16
	row := "r" + strings.Repeat("x", 1022) + "\n"
	condensed, most := 0, 0
	body := &parts{parts: []string{strings.Repeat(row, rows)}, end: io.EOF, read: func(before int) { most = max(most, before-condensed*len(row)) }}
	client := connect(t, upstream.Config{MaxBody: 128 << 20, Transport: responding(body)})
	got, err := readCondensed(t.Context(), client, func(body io.Reader) ([]byte, error) {
		s := bufio.NewScanner(body)
		for s.Scan() {
			condensed++
		}
		return []byte(fmt.Sprint(condensed)), s.Err()
	})
	if err != nil || got != fmt.Sprint(rows) {
		t.Errorf("read %s rows, %v", got, err)
	}
	if most > 256<<10 {
		t.Errorf("%d bytes were read that were not condensed yet", most)
	}
}

// What is wrong with a body as a whole is an error, whatever was condensed of it, and
// nothing of it is cached.
func TestCondense_RejectsWhatIsNotWhole(t *testing.T) {
	for name, c := range map[string]struct {
		parts  []string
		end    error
		detail string
		calls  int
	}{
		"cut short":               {[]string{"a\nb\n"}, io.ErrUnexpectedEOF, "response body is truncated", 2},
		"connection lost":         {[]string{"a\nb\n"}, errors.New("reset"), "response body is truncated", 2},
		"too large":               {[]string{"a\n" + strings.Repeat("b", 1<<20)}, io.EOF, "response is larger than maxBody, 1 MiB", 1},
		"not UTF-8":               {[]string{"a\n", "b\xff\n"}, io.EOF, "response is not UTF-8", 1},
		"half a rune":             {[]string{"a\n", "b\xc5"}, io.EOF, "response is not UTF-8", 1},
		"malformed":               {[]string{"a\n!\nb\n"}, io.EOF, "", 1},
		"malformed and cut short": {[]string{"a\n!\nb\n"}, io.ErrUnexpectedEOF, "response body is truncated", 2},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			cache, err := pagecache.Open(pagecache.Config{Fresh: time.Hour, Stale: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			defer cache.Close()
			client := connect(t, upstream.Config{MaxBody: 1 << 20, Cache: cache, Rand: func() float64 { return 0 }, Transport: vendor(func(r *http.Request) (*http.Response, error) {
				calls++
				return responding(&parts{parts: append([]string(nil), c.parts...), end: c.end})(r)
			})})
			for range 2 {
				got, err := readCondensed(t.Context(), client, lines)
				if e := wantKind(t, err, providers.BadResponse); e.Detail != c.detail || got != "" {
					t.Errorf("%q, %q; want the detail %q", got, e.Detail, c.detail)
				}
			}
			if calls != 2*c.calls {
				t.Errorf("%d calls, want %d: a rejected response is not cached", calls, 2*c.calls)
			}
			if s := client.Status(); s != "DOWN" {
				t.Errorf("the status is %s", s)
			}
		})
	}
}

// An attempt that failed leaves nothing behind.
func TestCondense_BeginsAgain(t *testing.T) {
	calls := 0
	client := connect(t, upstream.Config{Rand: func() float64 { return 0 }, Transport: vendor(func(r *http.Request) (*http.Response, error) {
		calls++
		if calls == 1 {
			return responding(&parts{parts: []string{"a\nb\n"}, end: io.ErrUnexpectedEOF})(r)
		}
		return responding(&parts{parts: []string{"c\n"}, end: io.EOF})(r)
	})})
	if got, err := readCondensed(t.Context(), client, lines); got != "c" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestCondense_Panic(t *testing.T) {
	client := connect(t, upstream.Config{Transport: responding(&parts{parts: []string{"a\n"}, end: io.EOF})})
	_, err := readCondensed(t.Context(), client, func(io.Reader) ([]byte, error) { panic("a row") })
	wantKind(t, err, providers.BadResponse)
}

// A text in parts is UTF-8 where the whole is, wherever the parts end.
func FuzzBody_UTF8(f *testing.F) {
	f.Add("Łukasz 保健 \U0001f600", 3)
	f.Add("\xc5", 1)
	f.Add("a\xff\xc5\x81", 2)
	f.Fuzz(func(t *testing.T, body string, size int) {
		size = max(size&7, 1)
		p := &parts{end: io.EOF}
		for rest := body; rest != ""; {
			n := min(size, len(rest))
			p.parts, rest = append(p.parts, rest[:n]), rest[n:]
		}
		client := connect(t, upstream.Config{Transport: responding(p)})
		got, err := read(t.Context(), client, "/p")
		if valid := utf8.ValidString(body); valid != (err == nil) || valid && got != body {
			t.Errorf("%q in parts of %d: %q, %v", body, size, got, err)
		}
	})
}
