package transport

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/operation"
)

// Protect returns a handler that passes on the requests of callers that the endpoint
// accepts, and have the method POST: it checks headers, origin and credentials, and bounds the
// body. It refuses others as the endpoint does, and reports them as requests. Every request and
// response has an X-Request-Id.
func (h *Handler) Protect(next http.Handler) http.Handler {
	t := h.transport
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &protectedRequest{start: time.Now()}
		p.request.ID = t.identify(w, r)
		ctx := graphql.WithOperationContext(r.Context(), &graphql.OperationContext{Headers: r.Header})
		res := &response{vary: t.varyHeader, mediaType: jsonType, limits: &t.options.Limits}
		if r.Method != http.MethodPost {
			res.allow = http.MethodPost
			res.fail(http.StatusMethodNotAllowed, apierror.New(apierror.BadRequest, "the method must be POST"))
			t.finish(w, res, p.request.ID, p.start)
			return
		}
		caller, refused := t.authenticate(ctx, res, r, t.access.Load().authenticator)
		if refused != nil {
			res.fail(refused.status, refused.errors...)
			t.finish(w, res, p.request.ID, p.start)
			return
		}
		p.request.CallerID, p.request.Client = caller.ID(), clientName(r.Header)
		r.Body = boundBody(w, r, t.options.Limits.Documents.Body)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), protectedKey{}, p)))
	})
}

// protectedRequest is a request that Protect has passed on.
type protectedRequest struct {
	request operation.Request
	start   time.Time
	// observed reports whether the request has been reported.
	observed atomic.Bool
}

// protectedKey is the context key of a *protectedRequest.
type protectedKey struct{}

// protectedFrom returns the request that Protect has passed on with this context, or nil.
func protectedFrom(ctx context.Context) *protectedRequest {
	p, _ := ctx.Value(protectedKey{}).(*protectedRequest)
	return p
}

// Refused reports that a request which Protect has passed on is refused, with the status of its
// response and a code. It does nothing if the endpoint has executed an operation of the request,
// which it reports itself.
func (h *Handler) Refused(ctx context.Context, status int, code string) {
	p := protectedFrom(ctx)
	if p == nil || !p.observed.CompareAndSwap(false, true) {
		return
	}
	r := p.request
	r.Status, r.Codes, r.Took = status, []string{code}, time.Since(p.start)
	h.transport.options.ObserveRequest(r)
}
