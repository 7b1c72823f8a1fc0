package transport

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/apierror"
)

// Protect returns a handler that passes on the requests of callers that the endpoint
// accepts, and have the method POST: it checks headers, origin and credentials, and bounds the
// body. It refuses others as the endpoint does.
func (h *Handler) Protect(next http.Handler) http.Handler {
	t := h.transport
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := graphql.WithOperationContext(r.Context(), &graphql.OperationContext{Headers: r.Header})
		res := &response{vary: t.varyHeader, mediaType: jsonType, limits: t.options.Limits}
		if r.Method != http.MethodPost {
			res.allow = http.MethodPost
			res.fail(http.StatusMethodNotAllowed, apierror.New(apierror.BadRequest, "the method must be POST"))
			res.write(w)
			return
		}
		if _, refused := t.authenticate(ctx, res, r, t.access.Load().authenticator); refused != nil {
			res.fail(refused.status, refused.errors...)
			res.write(w)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, int64(t.options.Limits.Documents.Body))
		next.ServeHTTP(w, r)
	})
}
