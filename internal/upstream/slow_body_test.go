package upstream_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// slowBody is a body of spaces that arrives in parts, one every 100 ms, until size bytes have
// arrived or its request ends.
type slowBody struct {
	request    *http.Request
	part, size int
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.size <= 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(100 * time.Millisecond):
	case <-b.request.Context().Done():
		return 0, b.request.Context().Err()
	}
	n := copy(p, strings.Repeat("x", min(b.part, b.size)))
	b.size -= n
	return n, nil
}

func (b *slowBody) Close() error { return nil }

// sending returns a vendor whose bodies are what next returns, and which hangs if that is nil.
func sending(status int, next func(calls int64) *slowBody) vendor {
	var calls atomic.Int64
	return func(r *http.Request) (*http.Response, error) {
		body := next(calls.Add(1))
		if body == nil {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		body.request = r
		res := reply(status, "")
		res.Body, res.ContentLength = body, -1
		return res, nil
	}
}

const withoutEnd = 1 << 31

// A vendor that sends a header and then hardly anything hangs, as one that sends nothing.
func TestBreaker_DrippingVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{Transport: sending(200, func(int64) *slowBody {
			return &slowBody{part: 1, size: withoutEnd}
		})})
		for i, want := range []struct {
			kind providers.Kind
			took time.Duration
		}{
			{providers.Timeout, 9 * time.Second},
			{providers.CircuitOpen, 2500 * time.Millisecond},
			{providers.CircuitOpen, 0},
		} {
			if kind, took := readFor(t, client, "/p"+strings.Repeat("i", i)); kind != want.kind || took != want.took {
				t.Errorf("read %d: %v after %v, want %v after %v", i, kind, took, want.kind, want.took)
			}
			synctest.Wait()
		}
		pass(10 * time.Second)
	})
}

// The beginning of a body is no sign that the rest arrives.
func TestBreaker_VendorStopsInTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{Transport: vendor(func(r *http.Request) (*http.Response, error) {
			res := reply(200, "")
			res.ContentLength = -1
			res.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader(strings.Repeat("x", 8<<10)), &slowBody{request: r, part: 1, size: withoutEnd}), res.Body}
			return res, nil
		})})
		if kind, _ := readFor(t, client, "/1"); kind != providers.Timeout {
			t.Fatalf("the first read: %v", kind)
		}
		synctest.Wait()
		if kind, took := readFor(t, client, "/2"); kind != providers.CircuitOpen || took != 2500*time.Millisecond {
			t.Errorf("the second read: %v after %v, want an open circuit 2.5 s after the last part", kind, took)
		}
		pass(10 * time.Second)
	})
}

// A body that advances is not cut off, also after a call that hung, and one that does not end in
// time is a failure, but no sign of a vendor that hangs.
func TestBreaker_LongBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{Transport: sending(200, func(calls int64) *slowBody {
			switch calls {
			case 1:
				return nil
			case 2:
				return &slowBody{part: 512, size: 30 << 10}
			}
			return &slowBody{part: 1 << 10, size: withoutEnd}
		})})
		if kind, _ := readFor(t, client, "/1"); kind != providers.Timeout {
			t.Fatalf("the first read: %v", kind)
		}
		synctest.Wait()
		if kind, took := readFor(t, client, "/2"); kind != 0 || took != 6*time.Second {
			t.Fatalf("a body of 6 s: %v after %v", kind, took)
		}
		for i := range 3 {
			if kind, took := readFor(t, client, "/long"+strings.Repeat("i", i)); kind != providers.Timeout || took != 9*time.Second {
				t.Errorf("a body of more than 10 s: %v after %v", kind, took)
			}
			synctest.Wait()
		}
		pass(10 * time.Second)
	})
}

// The body of an error, which only has a code, is not waited for.
func TestRoundTrip_SlowErrorBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{Transport: sending(404, func(int64) *slowBody {
			return &slowBody{part: 1, size: withoutEnd}
		})})
		if kind, took := readFor(t, client, "/p"); kind != providers.NotFound || took != 2500*time.Millisecond {
			t.Errorf("%v after %v", kind, took)
		}
	})
}
