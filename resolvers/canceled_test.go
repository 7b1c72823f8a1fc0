package resolvers_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/resolvers"
)

// An operation whose client has gone resolves no more elements of a list, and its response
// has an error, so that nobody takes it for a complete one. After its deadline it goes on: the
// client gets what was read.
func TestExecution_StopsWithoutClient(t *testing.T) {
	d := directory.New(openProviders(t, startVendors(t), nil)...)
	for name, test := range map[string]struct {
		// end is how the context ends.
		end  error
		most int
		all  bool
	}{
		"client has gone":     {context.Canceled, 10, false},
		"deadline has passed": {context.DeadlineExceeded, 1000, true},
		"client waits":        {nil, 1000, true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := &ending{Context: t.Context(), end: test.end}
			exec := executor.New(resolvers.New())
			exec.AroundFields(func(c context.Context, next graphql.Resolver) (any, error) {
				defer ctx.loaded.Store(true)
				return next(c)
			})
			started := graphql.StartOperationTrace(ctx)
			oc, errs := exec.CreateOperationContext(started, &graphql.RawParams{Query: "{ users(first: 60) { nodes { id provider { name } } } }"})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			op := operation.New(oc, &auth.Caller{Anonymous: true}, d, 50)
			run, dispatched := exec.DispatchOperation(operation.With(started, op), oc)
			response := run(dispatched)
			if checks := int(ctx.checks.Load()); checks > test.most || test.all && checks < 60 {
				t.Errorf("%d elements were written", checks)
			}
			if complete := len(response.Errors) == 0; complete != test.all {
				t.Errorf("errors: %v", response.Errors)
			}
		})
	}
}

// ending is a context that ends with its tenth check after the list was loaded: each element of
// the list checks it.
type ending struct {
	context.Context
	end    error
	loaded atomic.Bool
	checks atomic.Int64
}

func (e *ending) Err() error {
	if e.loaded.Load() && e.checks.Add(1) >= 10 {
		return e.end
	}
	return e.Context.Err()
}
