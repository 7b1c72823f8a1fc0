package server

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/internal/access"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/graphiql"
	"github.com/accountgraph/accountgraph/internal/mcp"
)

// routes returns the handler of the public listener. While the server is stopping,
// /readyz fails and every response closes its connection. tools is nil if there is no MCP server.
func routes(c *config.Config, graphQL, tools, metrics http.Handler, stopping *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", graphQL)
	if tools != nil {
		mux.Handle(mcp.Path, tools)
	}
	addHealth(mux, stopping)
	if c.Server.Admin == "" {
		mux.Handle("GET /metrics", metrics)
	}
	if c.Server.GraphiQL {
		ui := graphiql.Handler()
		mux.Handle("GET /{$}", ui)
		mux.Handle("GET /graphiql/", ui)
	}
	if c.Server.Access {
		page := access.Handler()
		mux.Handle("GET "+access.Path, page)
		mux.Handle("GET "+access.Prefix, page)
		mux.Handle("GET "+access.Prefix+"{$}", http.RedirectHandler(access.Path, http.StatusPermanentRedirect))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

// adminRoutes returns the handler of the second listener.
func adminRoutes(metrics http.Handler, stopping *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	addHealth(mux, stopping)
	mux.Handle("GET /metrics", metrics)
	return mux
}

func addHealth(mux *http.ServeMux, stopping *atomic.Bool) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if stopping.Load() {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
}
