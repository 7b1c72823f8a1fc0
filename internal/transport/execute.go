package transport

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// result is how an operation ended. Several requests may share it: it is immutable.
type result struct {
	// refused is why an operation was not admitted. It concerns the caller that began it
	// alone.
	refused *httpError
	// rejected holds the errors of an operation that was not executed.
	rejected   gqlerror.List
	data       json.RawMessage
	errors     gqlerror.List
	extensions json.RawMessage
	// fresh is how long the client may cache the response.
	fresh time.Duration
	// coded are the compressed bodies of the response.
	coded *codedBodies
	// reads are what the execution read.
	reads map[operation.Read]int
}

// execute returns the result of the operation with this key: from the response cache, from
// an identical operation in flight, or by executing it. The error is ctx.Err().
func (t *transport) execute(
	ctx context.Context, kind ast.Operation, key responsecache.Key, caller *auth.Caller, params *graphql.RawParams, cost int, charge *charge, exec graphql.GraphExecutor,
) (result, responsecache.Source, error) {
	run := func(ctx context.Context) responsecache.Entry[result] {
		r := t.executeAdmitted(ctx, caller, params, cost, charge, exec)
		return responsecache.Entry[result]{Value: r, FreshFor: r.fresh, Size: len(r.data) + len(r.extensions), Owner: caller.ID()}
	}
	if !isCacheable(kind, params) {
		r := run(ctx).Value
		return r, responsecache.Miss, ctx.Err()
	}
	key = cacheKey(caller, params.Headers, key)
	for {
		entry, source, err := t.responses.Get(ctx, key, run)
		if err != nil || source != responsecache.Coalesced || entry.Value.refused == nil {
			entry.Value.fresh = entry.FreshFor
			return entry.Value, source, err
		}
	}
}

// executeAdmitted executes an operation if its caller's rate allows it, when it is
// admitted.
func (t *transport) executeAdmitted(ctx context.Context, caller *auth.Caller, params *graphql.RawParams, cost int, charge *charge, exec graphql.GraphExecutor) result {
	if refused := charge.spend(ctx); refused != nil {
		return result{refused: refused}
	}
	release, err := t.admission.admit(ctx, caller)
	if err != nil {
		charge.cancel(ctx)
	}
	switch {
	case errors.Is(err, errOverloaded):
		return result{refused: overloaded()}
	case err != nil: // ctx has ended
		return canceled()
	}
	defer release()
	return t.executeOnce(ctx, caller, params, cost, charge, exec)
}

// isCacheable reports whether identical requests may share a result.
func isCacheable(kind ast.Operation, params *graphql.RawParams) bool {
	return kind == ast.Query && !describesExecution(params.Headers)
}

// describesExecution reports whether a request asks for a trace or a cost, which describe one
// execution, so that it shares no result.
func describesExecution(h http.Header) bool { return header(h, traceHeader) == "1" || wantsCost(h) }

// executeOnce validates and executes an operation.
func (t *transport) executeOnce(ctx context.Context, caller *auth.Caller, params *graphql.RawParams, cost int, charge *charge, exec graphql.GraphExecutor) result {
	oc, errs := exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		charge.settle(ctx, operation.NewTrace())
		rejected := make(gqlerror.List, len(errs))
		for i, err := range errs {
			if oc.Operation != nil {
				err = apierror.VariableError(err)
			}
			rejected[i] = apierror.FromError(ctx, err)
		}
		return result{rejected: t.maskErrors(rejected)}
	}
	if err := checkArguments(t.options.Schema.Schema(), oc); err != nil {
		return result{rejected: gqlerror.List{err}}
	}
	op := operation.New(oc, caller, t.options.Directory, t.options.CallsPerProvider)
	op.Place = t.admission.place()
	if isDryRun(params.Headers) {
		return t.dryRun(ctx, oc, op, cost, exec)
	}
	run, ctx := exec.DispatchOperation(operation.With(ctx, op), oc)
	response := run(ctx)
	charge.settle(ctx, op.Trace)
	if response == nil || ctx.Err() == context.Canceled {
		return canceled()
	}
	if wantsCost(params.Headers) {
		setExtension(response, "cost", t.costOf(oc, op, cost))
	}
	r := result{data: response.Data, errors: response.Errors, coded: &codedBodies{}, reads: op.Trace.Reads()}
	if oc.Operation.Operation == ast.Query && len(response.Errors) == 0 {
		r.fresh = op.Trace.FreshFor()
	}
	if len(response.Extensions) > 0 {
		r.extensions = marshal(response.Extensions)
	}
	return r
}

// canceled is the result of an operation that no client waits for.
func canceled() result {
	return result{rejected: gqlerror.List{apierror.New(apierror.Timeout, canceledMessage)}}
}

// maskErrors replaces the errors of documents and variables that the schema does not allow when
// introspection is off: all of one kind are the same, so that they do not tell which names
// exist.
func (t *transport) maskErrors(errs gqlerror.List) gqlerror.List {
	if t.options.Introspection {
		return errs
	}
	switch code := apierror.CodeOf(errs[0]); code {
	case apierror.ValidationFailed:
		return gqlerror.List{apierror.New(code, "the document is not valid against the schema")}
	case apierror.BadUserInput:
		return gqlerror.List{apierror.New(code, "the variables are not valid for the document")}
	}
	return errs
}
