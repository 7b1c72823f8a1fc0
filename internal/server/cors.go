package server

import (
	"net/http"
	"slices"
	"time"

	"github.com/rs/cors"

	"github.com/accountgraph/accountgraph/internal/config"
)

// corsMaxAge is how long a browser caches the response to a preflight.
const corsMaxAge = 10 * time.Minute

// corsHeaders are the headers that browser clients and their tracing libraries send; a
// gateway needs no CORS.
var corsHeaders = []string{
	"Accept", "Accountgraph-Trace", "Apollo-Require-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version",
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
	return cors.New(cors.Options{
		AllowedOrigins: c.Server.CORS.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: headers,
		ExposedHeaders: []string{"WWW-Authenticate", "Retry-After", "RateLimit", "RateLimit-Policy"},
		MaxAge:         int(corsMaxAge.Seconds()),
	}).Handler(h)
}
