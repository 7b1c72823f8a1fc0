package readahead_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/readahead"
)

// The calls of an uninterrupted context go on when their pages are not wanted any more: Stop waits
// for them.
func TestReader_Uninterrupted(t *testing.T) {
	for _, uninterrupted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if uninterrupted {
				ctx = readahead.Uninterrupted(ctx)
			}
			v := &vendor{pages: 3, counted: true, start: time.Now()}
			r := readahead.New(ctx, 8, v.read)
			if _, err := r.Page("", 3); err != nil {
				t.Fatal(err)
			}
			r.Stop()
			want := 2
			if uninterrupted {
				want = 0
			}
			if v.canceled != want || v.ended != 3 {
				t.Errorf("uninterrupted %t: %d of %d calls were canceled, want %d", uninterrupted, v.canceled, v.ended, want)
			}
		})
	}
}
