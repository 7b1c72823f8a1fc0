package transport

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
)

// authenticate checks the headers of a request and identifies its caller. On
// failure it may set the challenge of the response.
func (t *transport) authenticate(ctx context.Context, res *response, r *http.Request, a *auth.Authenticator) (*auth.Caller, *httpError) {
	if err := checkHeaders(r); err != nil {
		return nil, err
	}
	if t.options.LoopbackOnly && !isLoopbackHost(r.Host) {
		return nil, reject(http.StatusForbidden, apierror.Forbidden, "without server.auth, the Host header must be localhost, 127.0.0.1 or [::1]")
	}
	declared := r
	if r.Method != http.MethodPost {
		// Check accepts every GET, and this one would be executed.
		post := *r
		post.Method = http.MethodPost
		declared = &post
	}
	if t.origins.Check(declared) != nil {
		return nil, reject(http.StatusBadRequest, apierror.CSRFPrevention, "cross-origin request blocked")
	}
	caller, err := a.Authenticate(ctx, r.Header)
	if err != nil {
		res.challenge = challenge(a, err)
		return nil, reject(http.StatusUnauthorized, apierror.Unauthenticated, "%v", err)
	}
	if len(t.options.CallerCredentials) == 0 {
		if caller.Anonymous {
			caller = t.anonymous.withAddress(caller, r.RemoteAddr)
		}
		return caller, nil
	}
	credentials, rejected := callerCredentials(t.options.CallerCredentials, r.Header)
	if rejected != nil {
		return nil, rejected
	}
	return caller.WithCredentials(credentials, clientAddress(r.RemoteAddr)), nil
}

// anonymousCaller identifies anonymous callers by their address. It keeps the one of the latest
// request: often, a gateway or a proxy sends many. Safe for concurrent use.
type anonymousCaller struct {
	latest atomic.Pointer[identifiedCaller]
}

// identifiedCaller is what anonymous is with an address. It is immutable.
type identifiedCaller struct {
	anonymous, identified *auth.Caller
	// host is the address as net/http gives it, without the port.
	host string
}

// withAddress returns the caller with the address of the other end of its connection.
func (a *anonymousCaller) withAddress(anonymous *auth.Caller, remote string) *auth.Caller {
	host := remote[:max(strings.LastIndexByte(remote, ':'), 0)]
	if latest := a.latest.Load(); latest != nil && latest.anonymous == anonymous && latest.host == host {
		return latest.identified
	}
	identified := anonymous.WithCredentials(nil, clientAddress(remote))
	a.latest.Store(&identifiedCaller{anonymous, identified, host})
	return identified
}

// clientAddress returns the IP address of a connection's other end: of IPv6 the first 64
// bits, which are one client's network.
func clientAddress(remote string) string {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	ip := address.Addr().Unmap()
	if ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}

// challenge is the WWW-Authenticate header for a failed authentication. The
// gateway's secret has no registered scheme, so its header is named instead.
func challenge(a *auth.Authenticator, err error) string {
	scheme := "Router-Authorization"
	if a.UsesJWT() {
		scheme = "Bearer"
	}
	var failure *auth.Error
	if errors.As(err, &failure) && failure.InvalidToken {
		scheme += ` error="invalid_token"`
	}
	return scheme
}

// isLoopbackHost reports whether a Host header names the loopback interface. By DNS
// rebinding, a page's own host name can resolve to loopback as well.
func isLoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// trustedOrigins rejects what a browser declares as cross-origin, except from these
// origins. The content type of a POST blocks such requests already, unless a proxy
// answers the CORS preflight for this server.
func trustedOrigins(origins []string) *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	for _, origin := range origins {
		// A malformed origin is not trusted.
		_ = p.AddTrustedOrigin(origin)
	}
	return p
}

// hidesSDL reports whether nobody may read the SDL: introspection is off, and no gateway
// can authenticate.
func (t *transport) hidesSDL(a *access) bool {
	return !t.options.Introspection && !a.authenticator.UsesGateway()
}

// schemaWithoutSDL returns the schema without the field of the SDL and its type, so that a
// document that selects it is refused like one that selects any unknown field.
func schemaWithoutSDL(schema *ast.Schema) *ast.Schema {
	without, query := *schema, *schema.Query
	query.Fields = slices.DeleteFunc(slices.Clone(query.Fields), func(f *ast.FieldDefinition) bool { return f.Name == "_service" })
	without.Types = maps.Clone(schema.Types)
	delete(without.Types, "_Service")
	without.Types[query.Name], without.Query = &query, &query
	return &without
}

// requireGateway rejects an operation that selects a field for gateways, unless the
// caller is trusted as one. field is "" without such a field.
func requireGateway(caller *auth.Caller, field string) *httpError {
	if field == "" || caller.Trusted {
		return nil
	}
	return reject(http.StatusForbidden, apierror.Forbidden, "%s is only available to the gateway", field)
}
