package server

import (
	"net/http"
	"time"

	"github.com/rs/cors"

	"github.com/accountgraph/accountgraph/internal/config"
)

// corsMaxAge is how long a browser caches the response to a preflight.
const corsMaxAge = 10 * time.Minute

// withCORS allows the configured origins. rs/cors treats an empty list as *, so skip
// it. The allowed headers are those of browser clients; a gateway needs no CORS.
func withCORS(c *config.Config, h http.Handler) http.Handler {
	if len(c.Server.CORS.Origins) == 0 {
		return h
	}
	headers := []string{
		"Accept", "Accountgraph-Trace", "Apollo-Require-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version",
		"Authorization", "Content-Type", "GraphQL-Require-Preflight", "X-Apollo-Operation-Name", "X-Request-Id",
	}
	for _, credential := range callerCredentials(c.Providers) {
		headers = append(headers, credential.Header)
	}
	return cors.New(cors.Options{
		AllowedOrigins: c.Server.CORS.Origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: headers,
		ExposedHeaders: []string{"WWW-Authenticate"},
		MaxAge:         int(corsMaxAge.Seconds()),
	}).Handler(h)
}
