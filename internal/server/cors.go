package server

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rs/cors"

	"github.com/accountgraph/accountgraph/internal/config"
)

// corsMaxAge is how long a browser caches the response to a preflight.
const corsMaxAge = 10 * time.Minute

// corsHeaders are the headers that browser clients and their tracing libraries send; a
// gateway needs no CORS.
var corsHeaders = []string{
	"Accept", "Accountgraph-Cost", "Accountgraph-Dry-Run", "Accountgraph-Trace", "Apollo-Require-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version",
	"Authorization", "Baggage", "Cache-Control", "Content-Type", "GraphQL-Require-Preflight", "Pragma", "Sentry-Trace",
	"Traceparent", "Tracestate", "X-Apollo-Operation-Name", "X-Request-Id", "X-Requested-With",
}

// withCORS allows the configured origins. rs/cors treats an empty list as *, so skip
// it.
func withCORS(c *config.Config, h http.Handler) http.Handler {
	if len(c.Server.CORS.Origins) == 0 {
		return h
	}
	headers := slices.Concat(corsHeaders, c.Server.CORS.Headers)
	for _, credential := range callerCredentials(c.Providers) {
		headers = append(headers, credential.Header)
	}
	handler := cors.New(cors.Options{
		AllowedOrigins: c.Server.CORS.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: headers,
		ExposedHeaders: []string{"WWW-Authenticate", "Retry-After", "X-Request-Id", "RateLimit", "RateLimit-Policy"},
		MaxAge:         int(corsMaxAge.Seconds()),
	}).Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		normalizeRequestHeaders(r.Header)
		handler.ServeHTTP(w, r)
	})
}

// normalizeRequestHeaders sorts the names in Access-Control-Request-Headers, as browsers
// do. rs/cors rejects every other order.
func normalizeRequestHeaders(h http.Header) {
	const name = "Access-Control-Request-Headers"
	if len(h[name]) == 0 {
		return
	}
	names := strings.FieldsFunc(strings.ToLower(strings.Join(h[name], ",")), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	slices.Sort(names)
	h.Set(name, strings.Join(slices.Compact(names), ","))
}
