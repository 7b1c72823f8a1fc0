package vendors_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// leavingBody is a body at whose end the client leaves.
type leavingBody struct {
	io.Reader
	leave func()
}

func (b leavingBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF { //nolint:errorlint // never wrapped
		b.leave()
	}
	return n, err
}

func (leavingBody) Close() error { return nil }

// The decoding of a response of 32 MiB ends when the client has gone: hardly anything of it is
// copied or decoded.
func TestPage_DecodingEndsWithTheClient(t *testing.T) {
	name := strings.Repeat("n", 40<<10)
	rows := func(row string) string {
		row = strings.Replace(row, "One", name, 1)
		return strings.Repeat(row+",", (32<<20)/len(row)) + row
	}
	for word, body := range map[string]string{
		"activeplatform": "[" + rows(`{"id":7,"email":"someone@example.com","first_name":"Some","last_name":"One","status":"active"}`) + "]",
		"blendvision":    `{"accounts":[` + rows(`{"id":"a","username":"someone@example.com","name":"Some One","status":"ACTIVE"}`) + `],"pagination":{"total_items":1}}`,
		"softwareone":    `{"data":[` + rows(`{"id":"USR-0000-0001","email":"someone@example.com","name":"Some One","status":"Active"}`) + `],"$meta":{"pagination":{"offset":0,"limit":100,"total":1}}}`,
	} {
		t.Run(word, func(t *testing.T) {
			for _, v := range vendors.All() {
				if v.Word() != word {
					continue
				}
				simulator := v.Simulate("the-token")
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var left runtime.MemStats
				var calls atomic.Int64
				transport := roundTripper(func(r *http.Request) (*http.Response, error) {
					if calls.Add(1) > 1 {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					reader := leavingBody{strings.NewReader(body), func() {
						runtime.ReadMemStats(&left)
						cancel()
					}}
					return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: reader, ContentLength: -1}, nil
				})
				p, err := vendors.Open(parse(t, v, "http://127.0.0.1:1"+simulator.BasePath, "token: the-token", simulator.Options), upstream.Config{Transport: transport})
				if err != nil {
					t.Fatal(err)
				}
				before := runtime.NumGoroutine()
				if _, err := p.Collections().Users.Page(ctx, providers.Query{}, ""); err == nil {
					t.Error("a page, although the client has gone")
				}
				for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
					<-time.After(time.Millisecond)
				}
				var ended runtime.MemStats
				runtime.ReadMemStats(&ended)
				if left.TotalAlloc == 0 {
					t.Fatal("the vendor was not called")
				}
				if used := (ended.TotalAlloc - left.TotalAlloc) >> 20; used > 8 {
					t.Errorf("%d MiB were allocated after the client had gone", used)
				}
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }
