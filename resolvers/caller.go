package resolvers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/internal/auth"
)

// enter looks at a request's headers and finds out who asks. The context that it
// returns carries the caller.
func (d *door) enter(ctx context.Context, a *answer, r *http.Request) (context.Context, *refused) {
	if refused := admit(r); refused != nil {
		return ctx, refused
	}
	if d.local && !isLocal(r.Host) {
		return ctx, refuses(http.StatusForbidden, Forbidden, "without server.auth, only who asks for loopback by its own name is answered")
	}
	if d.origins.Check(r) != nil {
		return ctx, refuses(http.StatusBadRequest, CSRFPrevention, "pages of this origin may not ask")
	}
	caller, err := d.callers.Authenticate(ctx, r.Header)
	if err != nil {
		// A gateway's secret has no scheme that a challenge could name.
		a.challenge = "Router-Authorization"
		if d.callers.UsesJWT() {
			a.challenge = "Bearer"
		}
		var refusal *auth.Error
		if errors.As(err, &refusal) && refusal.InvalidToken {
			a.challenge += ` error="invalid_token"`
		}
		return ctx, refuses(http.StatusUnauthorized, Unauthenticated, "%v", err)
	}
	if len(d.lent) > 0 {
		tokens, refused := borrow(d.lent, r.Header)
		if refused != nil {
			return ctx, refused
		}
		own := *caller // who has no token of their own shares it with others
		own.Credentials, caller = tokens, &own
	}
	return auth.With(ctx, caller), nil
}

// isLocal reports whether a request's host is loopback by its own name. A page may
// have its own name stand for loopback, and is then, to a browser, this server's.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// originsOf refuses what a browser sends for pages of other sites than these, and
// says so. The content type of a POST keeps such pages out already, as long as
// nothing before this server answers browsers in its name.
func originsOf(others []string) *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	for _, origin := range others {
		// An origin that cannot be read is not trusted.
		_ = p.AddTrustedOrigin(origin)
	}
	return p
}

// forGateways refuses an operation that asks for what only gateways may have.
func forGateways(ctx context.Context, field string) *refused {
	if field == "" || auth.From(ctx).Trusted {
		return nil
	}
	return refuses(http.StatusForbidden, Forbidden, "%s is for the gateway", field)
}

// told are the errors of a document as its author is told them. Where clients may
// not read the schema, validation, which quotes it, must not read it to them.
func (d *door) told(errs gqlerror.List) gqlerror.List {
	if d.introspection || codeOf(errs[0]) != ValidationFailed {
		return errs
	}
	return gqlerror.List{refusal(ValidationFailed, "the document does not fit the schema")}
}
