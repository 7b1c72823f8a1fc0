package resolvers_test

import (
	"context"
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
		end  func(cancel, expire context.CancelFunc)
		most int
		all  bool
	}{
		"client has gone":     {func(cancel, _ context.CancelFunc) { cancel() }, 10, false},
		"deadline has passed": {func(_, expire context.CancelFunc) { expire() }, 1000, true},
		"client waits":        {func(_, _ context.CancelFunc) {}, 1000, true},
	} {
		t.Run(name, func(t *testing.T) {
			parent, cancel := context.WithCancel(t.Context())
			defer cancel()
			ctx := &expiring{Context: parent}
			fields := 0
			exec := executor.New(resolvers.New())
			exec.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) {
				if fields++; fields == 10 {
					test.end(cancel, ctx.Value(expireKey{}).(context.CancelFunc))
				}
				return next(ctx)
			})
			started := graphql.StartOperationTrace(context.WithValue(ctx, expireKey{}, context.CancelFunc(ctx.expire)))
			oc, errs := exec.CreateOperationContext(started, &graphql.RawParams{Query: "{ users(first: 60) { nodes { id provider { name } } } }"})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			op := operation.New(oc, &auth.Caller{Anonymous: true}, d, 50)
			run, dispatched := exec.DispatchOperation(operation.With(started, op), oc)
			response := run(dispatched)
			if fields > test.most || test.all && fields < 60 {
				t.Errorf("%d fields were resolved", fields)
			}
			if complete := len(response.Errors) == 0; complete != test.all {
				t.Errorf("errors: %v", response.Errors)
			}
		})
	}
}

type expireKey struct{}

// expiring is a context whose deadline passes when expire is called.
type expiring struct {
	context.Context
	expired bool
}

func (e *expiring) expire() { e.expired = true }

func (e *expiring) Err() error {
	if e.expired {
		return context.DeadlineExceeded
	}
	return e.Context.Err()
}
