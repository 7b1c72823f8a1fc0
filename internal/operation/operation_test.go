package operation_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// What a dry run reads ahead is read to its end, although nobody needs it any more, so that the
// calls that would begin are counted. Other operations end what they read ahead.
func TestWith_DryRun(t *testing.T) {
	for _, test := range []struct {
		operation *operation.Operation
		canceled  bool
	}{{&operation.Operation{}, true}, {&operation.Operation{DryRun: operation.NewDryRun()}, false}} {
		synctest.Test(t, func(t *testing.T) {
			canceled := make(chan bool, 1)
			r := readahead.New(operation.With(t.Context(), test.operation), 2, func(ctx context.Context, token string) (*providers.Page[int], error) {
				if token == "" {
					return &providers.Page[int]{Next: "2", Ahead: []providers.Ahead{{Token: "2"}}}, nil
				}
				<-time.After(time.Second)
				canceled <- ctx.Err() != nil
				return &providers.Page[int]{}, nil
			})
			if _, err := r.Page("", 2); err != nil {
				t.Fatal(err)
			}
			r.Stop()
			if got := <-canceled; got != test.canceled {
				t.Errorf("dry run %t: canceled %t", test.operation.DryRun != nil, got)
			}
		})
	}
}
