package upstream_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// long makes a body so long that it is split step by step.
func long(body string) []byte { return []byte(body + strings.Repeat(" ", 1<<20)) }

// A long array has the elements that encoding/json finds.
func TestSplitArray(t *testing.T) {
	for _, body := range []string{
		`[]`, `[1]`, `[{"a": [1, 2]}, null, "x"]`, `null`, ` [ "a" , "b" ] `,
		`{}`, `"x"`, `[1`, `[1,]`, `[1] 2`, `[1]]`, `[{]`, `nul`, ``, `[1 2]`,
	} {
		var want []json.RawMessage
		wantErr := json.Unmarshal([]byte(body), &want)
		got, err := upstream.SplitArray(t.Context(), long(body))
		if (err != nil) != (wantErr != nil) || err == nil && !cmp.Equal(got, want) {
			t.Errorf("%s: %s, %v; want %s, %v", body, got, err, want, wantErr)
		}
	}
}

// A long object without its list, and the list, hold what encoding/json finds in the object.
func TestSplitList(t *testing.T) {
	type page struct {
		Rows []json.RawMessage
		A    any
	}
	for _, body := range []string{
		`{}`, `{"rows": []}`, `{"a": 1, "rows": [1, {"b": []}], "c": "x"}`, `{"rows": null, "a": {"rows": [1]}}`, `{"rows" :[1]}`,
		`{"rows": [1], "rows": [2]}`, `{"ROWS": [1]}`, `{"rows": {}}`, `{"rows": "x"}`, `{"\u0072ows": [1], "a\"b": 2}`,
		`[]`, `null`, `{"rows": [1}`, `{"rows": [1]`, `{"rows": [1]} x`, `{"a": 1,}`, `{1: 2}`, `{"a"}`, ``,
	} {
		var want, got page
		wantErr := json.Unmarshal([]byte(body), &want)
		object, rows, err := upstream.SplitList(t.Context(), long(body), "rows")
		if err == nil {
			if err = json.Unmarshal(object, &got); rows != nil {
				got.Rows = rows
			}
		}
		if body == "null" {
			wantErr = err // a response is never null
		}
		if (err != nil) != (wantErr != nil) || err == nil && !cmp.Equal(got, want) {
			t.Errorf("%s: %s, %v; want %s, %v", body, got, err, want, wantErr)
		}
	}
}

func TestSplit_EndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := upstream.SplitArray(ctx, long("[1]")); err != context.Canceled {
		t.Errorf("the array: %v", err)
	}
	if _, _, err := upstream.SplitList(ctx, long(`{"rows": [1]}`), "rows"); err != context.Canceled {
		t.Errorf("the list: %v", err)
	}
}

// The decoding of a response ends when its last reader has left, and not before. Then it says
// nothing about the vendor.
func TestReadList_EndsWithItsLastReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(fakeVendor)
		m.status.Store(200)
		client := connect(t, upstream.Config{Transport: m})
		var ended atomic.Int64 // nanoseconds since start
		start := time.Now()
		decode := func(ctx context.Context, _ []byte) (string, error) {
			select {
			case <-ctx.Done():
				ended.Store(int64(time.Since(start)))
				return "", ctx.Err()
			case <-time.After(time.Hour):
				return "", nil
			}
		}
		leave := func(after time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			go func() {
				defer cancel()
				_, err := upstream.ReadList(ctx, client, upstream.Request{Path: "/p"}, decode)
				wantKind(t, err, providers.Timeout)
			}()
			synctest.Wait()
		}
		leave(time.Second)
		leave(2 * time.Second)
		pass(1500 * time.Millisecond)
		if ended.Load() != 0 {
			t.Error("decoding has ended although a reader waits")
		}
		pass(time.Second)
		if got := time.Duration(ended.Load()); got != 1800*time.Millisecond {
			t.Errorf("decoding has ended after %v, want 1.8s", got)
		}
		if got := client.Status(); got != model.ProviderUp {
			t.Errorf("the vendor is %v", got)
		}
	})
}
