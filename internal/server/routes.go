package server

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/accountgraph/accountgraph/internal/access"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/graphiql"
	"github.com/accountgraph/accountgraph/internal/landing"
	"github.com/accountgraph/accountgraph/internal/mcp"
)

// routes returns the handler of the public listener. While the server is stopping,
// /readyz fails and every response closes its connection. tools is nil if there is no MCP server.
// sdl is the schema as text.
func routes(c *config.Config, graphQL, tools, metrics http.Handler, sdl string, stopping *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", withLanding(c, graphQL))
	addLanding(mux, c, sdl)
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

// hasLanding reports whether browsers see more of the endpoint than errors. A server without
// GraphiQL and introspection tells nothing of itself.
func hasLanding(c *config.Config) bool { return c.Server.GraphiQL || c.Server.Introspection }

// withLanding adds the landing page to the endpoint.
func withLanding(c *config.Config, graphQL http.Handler) http.Handler {
	if !hasLanding(c) {
		return graphQL
	}
	page := landing.Page{
		GraphiQL: c.Server.GraphiQL, Access: c.Server.Access, MCP: c.MCP.Enabled, Schema: c.Server.Introspection,
		Token: c.Server.Auth.IsSet() && !c.Server.Auth.Open,
	}
	return page.Handler(graphQL)
}

// addLanding adds the files of the landing page, and what introspection may tell: the picture
// of the graph and the schema.
func addLanding(mux *http.ServeMux, c *config.Config, sdl string) {
	if !hasLanding(c) {
		return
	}
	files := landing.Files()
	mux.Handle("GET "+landing.AssetPrefix, files)
	if c.Server.Introspection {
		mux.Handle("GET "+landing.PicturePath, files)
		mux.Handle("GET "+landing.SchemaPath, landing.Schema(sdl))
	}
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
