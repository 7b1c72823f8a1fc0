package resolvers

import (
	"context"
	"encoding/json"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// execution is how an operation ended. Several requests may share it, so that
// nobody changes it.
type execution struct {
	// refused is why it was not begun.
	refused    gqlerror.List
	data       json.RawMessage
	errors     gqlerror.List
	extensions json.RawMessage
	// fresh is how long whoever asked may keep the answer.
	fresh time.Duration
}

// execute executes an operation, or takes part in what is executed for others who
// ask the same, or has been. The error is that the request was given up.
func (d *door) execute(ctx context.Context, kind ast.Operation, params *graphql.RawParams, exec graphql.GraphExecutor) (execution, responsecache.Source, error) {
	perform := func(ctx context.Context) responsecache.Entry[execution] {
		e := d.perform(ctx, params, exec)
		return responsecache.Entry[execution]{Value: e, FreshFor: e.fresh, Size: len(e.data) + len(e.extensions)}
	}
	if !shareable(kind, params) {
		e := perform(ctx).Value
		return e, responsecache.Miss, ctx.Err()
	}
	made, source, err := d.answers.Get(ctx, questionOf(auth.From(ctx), params), perform)
	if err == nil {
		made.Value.fresh = made.FreshFor
	}
	return made.Value, source, err
}

// shareable reports whether who asks the same may get the same answer. A trace
// tells of one execution.
func shareable(kind ast.Operation, params *graphql.RawParams) bool {
	return kind == ast.Query && params.Headers.Get(traceHeader) != "1"
}

// questionOf names all that an answer depends on.
func questionOf(caller *auth.Caller, params *graphql.RawParams) responsecache.Key {
	return responsecache.NewKey(
		[]byte(caller.Key()), []byte(params.Headers.Get(tagsHeader)),
		[]byte(params.Query), []byte(params.OperationName), marshal(params.Variables),
	)
}

// perform has the operation validated and executed.
func (d *door) perform(ctx context.Context, params *graphql.RawParams, exec graphql.GraphExecutor) execution {
	oc, errs := exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		shown := make(gqlerror.List, len(errs))
		for i, err := range errs {
			if oc.Operation != nil {
				err = uncoerced(err)
			}
			shown[i] = present(ctx, err)
		}
		return execution{refused: d.told(shown)}
	}
	handle, ctx := exec.DispatchOperation(ctx, oc)
	response := handle(ctx)
	if response == nil { // the context has ended
		return execution{refused: gqlerror.List{refusal(Timeout, "the request was given up")}}
	}
	e := execution{data: response.Data, errors: response.Errors, fresh: freshFor(oc, response)}
	if len(response.Extensions) > 0 {
		e.extensions = marshal(response.Extensions)
	}
	return e
}
