package upstream_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// listOf returns a list with n times an element.
func listOf(element string, n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
}

// Each bound is exact: what just fits is read.
func TestBounds_OfResponses(t *testing.T) {
	id := strings.Repeat("i", model.MaxID)
	long := strings.Repeat("t", 64<<10)
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, c := range map[string]struct{ fits, exceeds, detail string }{
		"rows":               {listOf(`{"id":"7"}`, 1000), listOf(`{"id":"7"}`, 1001), "response has more than 1000 rows"},
		"spaced rows":        {listOf(" { } ", 1000), listOf(" { } ", 1001), "response has more than 1000 rows"},
		"rows in an object":  {`{"data":` + listOf("{}", 1000) + "}", `{"data":` + listOf("{}", 1001) + "}", "response has more than 1000 rows"},
		"two lists":          {`{"a":` + listOf("{}", 1000) + `,"b":` + listOf("{}", 1000) + "}", `{"a":` + listOf("{}", 1000) + `,"b":` + listOf("{}", 1001) + "}", "response has more than 1000 rows"},
		"many lists":         {"{" + strings.Repeat(`"a":`+listOf("1", 1000)+",", 100) + `"b":[1]}`, "{" + strings.Repeat(`"a":`+listOf("1", 1000)+",", 101) + `"b":[1]}`, "response has more than 100000 rows in lists of its rows"},
		"lists of rows":      {listOf(`{"users":`+listOf("{}", 1000)+"}", 100), listOf(`{"users":`+listOf("{}", 1001)+"}", 100), "response has more than 100000 rows in lists of its rows"},
		"lists within lists": {"[" + listOf("[]", 50_000) + "]", "[" + listOf("[]", 50_001) + "]", "response has more than 100000 rows in lists of its rows"},
		"an id":              {`{"id":"` + id + `"}`, `{"id":"` + id + `i"}`, "response has an id of more than 2048 bytes"},
		"an id of another":   {`[{"user_id": "` + id + `"}]`, `[{"userId" : "` + id + `i"}]`, "response has an id of more than 2048 bytes"},
		"an escaped key":     {`{"i\u0064":"` + id + `"}`, `{"i\u0064":"` + id + `i"}`, "response has an id of more than 2048 bytes"},
		"a name":             {`{"id":"7","name":"` + long + `"}`, `{"id":"7","name":"` + long + `t"}`, "response has a text of more than 64 KiB"},
		"a text in a list":   {`{"id":"7","names":["` + long + `"]}`, `{"id":"7","names":["` + long + `t"]}`, "response has a text of more than 64 KiB"},
		"a text of escapes":  {`{"id":"7","name":"` + strings.Repeat(`\"`, 32<<10) + `"}`, `{"id":"7","name":"` + strings.Repeat(`\\`, 32<<10) + `t"}`, "response has a text of more than 64 KiB"},
		"a key":              {`{"` + long + `":1}`, `{"` + long + `t":1}`, "response has a text of more than 64 KiB"},
		"a number":           {"[-1" + strings.Repeat("0", 1022) + "]", "[-1" + strings.Repeat("0", 1023) + "]", "response has a number of more than 1024 digits"},
		"nesting":            {deep(100), deep(101), "response has more than 100 arrays and objects within each other"},
		"members":            {"{" + strings.Repeat(`"a":1,`, 9_999) + `"a":1}`, "{" + strings.Repeat(`"a":1,`, 10_000) + `"a":1}`, "response has more than 10000 members of objects in a row"},
		"white space":        {`{"a":` + strings.Repeat(" ", 64<<10) + `1}`, `{"a":` + strings.Repeat("\t", 64<<10) + ` 1}`, "response has more than 64 KiB of white space in a row"},
		"white spaces":       {"[" + strings.Repeat(strings.Repeat(" ", 40<<10)+"1,", 3) + `" "]`, "[1" + strings.Repeat(" ", 64<<10) + "\n]", "response has more than 64 KiB of white space in a row"},
		"rows as a text":     {`{"name":"` + strings.Repeat(`[,],{:},`, 1000) + `"}`, `{"a":` + listOf(`"]"`, 1001) + "}", "response has more than 1000 rows"},
	} {
		for _, spread := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in parts: %t", name, spread), func(t *testing.T) {
				if !json.Valid([]byte(c.fits)) || !json.Valid([]byte(c.exceeds)) {
					t.Fatal("no JSON")
				}
				if got, err := respond(t, c.fits, spread); err != nil || got != c.fits {
					t.Errorf("what fits is rejected: %v", err)
				}
				got, err := respond(t, c.exceeds, spread)
				if e := wantKind(t, err, providers.BadResponse); e.Detail != c.detail || got != "" {
					t.Errorf("the detail is %q, want %q", e.Detail, c.detail)
				}
			})
		}
	}
}

// respond reads a response, byte by byte if it is spread.
func respond(t *testing.T, body string, spread bool) (string, error) {
	t.Helper()
	return read(t.Context(), connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
		res := reply(200, body)
		if spread {
			res.Body = io.NopCloser(oneByte{strings.NewReader(body)})
		}
		return res, nil
	})}), "/p")
}

// oneByte reads one byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:1]) }

// A response that exceeds the bounds is read no further, and is not requested again.
func TestBounds_EndTheReading(t *testing.T) {
	calls, most := 0, 0
	client := connect(t, upstream.Config{Transport: vendor(func(r *http.Request) (*http.Response, error) {
		calls++
		return responding(&parts{parts: []string{listOf("{}", 10<<20)}, end: io.EOF, read: func(before int) { most = max(most, before) }})(r)
	})})
	_, err := read(t.Context(), client, "/p")
	wantKind(t, err, providers.BadResponse)
	if most > 64<<10 || calls != 1 {
		t.Errorf("%d bytes were read in %d calls", most, calls)
	}
}

// A request may expect more rows, also where the response is condensed while it arrives.
func TestBounds_OfTheRequest(t *testing.T) {
	body := listOf("{}", 3000)
	client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(200, body), nil })})
	for name, condense := range map[string]func(io.Reader) ([]byte, error){"whole": nil, "condensed": io.ReadAll} {
		for rows, want := range map[int]providers.Kind{3000: 0, 2999: providers.BadResponse} {
			_, err := upstream.Read(t.Context(), client, upstream.Request{Path: fmt.Sprint("/", name, rows), MaxRows: rows, Condense: condense}, text)
			if kind := providers.KindOf(err); kind != want {
				t.Errorf("%s, %d rows: %v", name, rows, err)
			}
		}
	}
}

// A value of Redis that exceeds the bounds is not decoded: the vendor is asked.
func TestBounds_OfValuesFromRedis(t *testing.T) {
	row := `{"id":"7","name":"` + strings.Repeat("n", 65<<10) + `"}`
	for name, c := range map[string]struct {
		// stored is in Redis, valid is what the vendor sends.
		stored, valid string
		calls         int
	}{
		"within the bounds": {`[{"id":"7"}]`, `[{"id":"8"}]`, 1},
		"a long text":       {row, `{"id":"7","name":"n"}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				redis := new(redistest.Fake)
				replica := func(response string, condense func(io.Reader) ([]byte, error)) (string, error) {
					cache, err := pagecache.Open(pagecache.Config{
						Redis: providers.NewSecret("redis://127.0.0.1:6379"), Key: providers.NewSecret(strings.Repeat("k", 32)), Dial: redis.Dial, Fresh: time.Hour, Stale: time.Hour,
					})
					if err != nil {
						t.Fatal(err)
					}
					defer cache.Close()
					synctest.Wait() // until it has subscribed to invalidations
					client := connect(t, upstream.Config{Cache: cache, Transport: vendor(func(*http.Request) (*http.Response, error) {
						calls++
						return reply(200, response), nil
					})})
					got, err := upstream.Read(t.Context(), client, upstream.Request{Path: "/p", Condense: condense}, text)
					synctest.Wait()
					return got.Value, err
				}
				// What Condense returns is not bounded.
				stored := func(io.Reader) ([]byte, error) { return []byte(c.stored), nil }
				if got, err := replica(`{}`, stored); err != nil || got != c.stored {
					t.Fatal(got, err)
				}
				got, err := replica(c.valid, nil)
				want := map[int]string{1: c.stored, 2: c.valid}[c.calls]
				if err != nil || got != want || calls != c.calls {
					t.Errorf("read %.40q, %v by %d calls; want %.40q by %d", got, err, calls, want, c.calls)
				}
			})
		})
	}
}

// No valid JSON within the bounds is rejected, wherever its parts end.
func FuzzBounds(f *testing.F) {
	f.Add(`{"id":"7","tags":["a","\\",-1.5e3,true,null,[],{}]}`, uint8(3))
	f.Add(`[{"id":"\"[,"}]`, uint8(1))
	f.Fuzz(func(t *testing.T, body string, size uint8) {
		if !json.Valid([]byte(body)) || len(body) > 1000 || strings.Count(body, "[")+strings.Count(body, "{") > 100 {
			return
		}
		var all [][]byte
		for rest := []byte(body); len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			all, rest = append(all, rest[:n]), rest[n:]
		}
		client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			res := reply(200, body)
			res.ContentLength = -1
			readers := make([]io.Reader, len(all))
			for i, part := range all {
				readers[i] = bytes.NewReader(part)
			}
			res.Body = io.NopCloser(io.MultiReader(readers...))
			return res, nil
		})})
		if got, err := read(t.Context(), client, "/p"); err != nil && providers.KindOf(err) == providers.BadResponse &&
			strings.Contains(err.(*providers.Error).Detail, "more than") || err == nil && got != body {
			t.Errorf("%q: %v", body, err)
		}
	})
}
