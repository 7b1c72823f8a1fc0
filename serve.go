package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/graphiql"
	"github.com/accountgraph/accountgraph/internal/heap"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/resolvers"
)

// configFile is read when no other is named.
const configFile = "accountgraph.yaml"

type serveCommand struct {
	Config string `help:"The configuration file (default: ${config})." default:"${config}" placeholder:"FILE"`
	Listen string `help:"The address to listen on, instead of the configured one." placeholder:"HOST:PORT"`
}

// Run serves the graph until the program is told to stop.
func (c serveCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.load(c.Config)
	if err != nil {
		return err
	}
	return p.serve(ctx, cfg, c.Listen, func(address string) {
		fmt.Fprintf(p.stdout, "accountgraph listens on http://%s\n", address)
	})
}

// load reads the configuration.
func (p *program) load(path string) (*config.Config, error) {
	cfg, err := config.Load(path, p.env)
	switch {
	case err == nil:
		return cfg, nil
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("there is no configuration %s; --config names another, and `accountgraph demo` needs none", path)
	case errors.As(err, new(*config.Error)):
		err = fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return nil, refusal{err}
}

type demoCommand struct {
	Listen string `help:"The address to listen on." default:"127.0.0.1:8080"`
}

// Run serves the graph of the simulated vendors until the program is told to stop.
func (c demoCommand) Run(ctx context.Context, p *program) error {
	vendors, err := demo.Start(0)
	if err != nil {
		return err
	}
	defer vendors.Stop()
	cfg, err := config.Parse("demo", []byte(vendors.Config()), p.env)
	if err != nil {
		return err
	}
	p.simulated = true
	return p.serve(ctx, cfg, c.Listen, func(address string) { fmt.Fprint(p.stdout, welcome(address)) })
}

func welcome(address string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "accountgraph demo: four simulated vendors, one graph.\n\n  GraphiQL  http://%[1]s/\n  GraphQL   http://%[1]s/graphql\n\nThree queries to try:\n", address)
	for _, query := range demo.Queries {
		fmt.Fprintf(&b, "\n  curl -s http://%s/graphql -H 'content-type: application/json' -d '{\"query\":\"%s\"}'\n", address, strings.ReplaceAll(query, `"`, `\"`))
	}
	b.WriteString("\nCtrl-C stops it.\n")
	return b.String()
}

// The bounds of an HTTP exchange with a client.
const (
	readHeaderTimeout = 3 * time.Second
	readTimeout       = 5 * time.Second
	writeTimeout      = 20 * time.Second
	idleTimeout       = 30 * time.Second
	maxHeaderBytes    = 16 << 10
)

// The bounds of stopping.
const (
	// notice is how long a server that is stopping still lets clients in: whoever
	// balances load sees it in /readyz, and clients that keep their connections are
	// told to let go of them.
	notice = time.Second
	// drain is how long requests in flight may take after that: as long as the
	// longest operation, 10 s, and a little to write its answer.
	drain = 11 * time.Second
)

// serve runs the server until ctx ends, and lets requests in flight finish.
// started is told the address that it listens on.
func (p *program) serve(ctx context.Context, cfg *config.Config, listen string, started func(address string)) error {
	if listen != "" {
		if err := cfg.Server.ListenOn(listen); err != nil {
			return refusal{fmt.Errorf("--listen: %w", err)}
		}
	}
	door, err := p.door(cfg)
	if err != nil {
		return err
	}
	heap.Settle(p.env)
	metrics := telemetry.NewMetrics(names(cfg))
	cache, err := pagecache.Open(pagecache.Config{
		Redis: cfg.Cache.Redis, Key: cfg.Cache.Key, Fresh: cfg.Cache.Fresh, Stale: cfg.Cache.Stale,
		Log: p.log, Observe: metrics.CacheEvent,
	})
	if err != nil {
		return refusal{err}
	}
	defer cache.Close()
	door.AnswerBytes, door.Version = resolvers.DefaultAnswerBytes, cache.Version
	d, _, err := openAll(cfg, cache, metrics.VendorCall)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.Server.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", cfg.Server.Listen, errors.Unwrap(err))
	}
	var stopping atomic.Bool
	server := &http.Server{
		Handler: p.routes(cfg, d, door, metrics, &stopping), ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	started(listener.Addr().String())
	p.log.Info("listening", "address", listener.Addr().String(), "providers", len(cfg.Providers), "documents", door.Documents.Trusted.Len(), "pid", os.Getpid())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping.Store(true)
	p.log.Info("stopping")
	select {
	case err := <-failed:
		return err
	case <-time.After(notice):
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if server.Shutdown(bound) != nil {
		return errors.New("stopped before every request had its answer")
	}
	return nil
}

// routes are the paths of the server. Once it is stopping, each answer is the
// last of its connection.
func (p *program) routes(
	cfg *config.Config, d *directory.Directory, door resolvers.Options, metrics *telemetry.Metrics, stopping *atomic.Bool,
) http.Handler {
	mux := http.NewServeMux()
	door.Observe, door.Answered = metrics.Request, metrics.Response
	mux.Handle("/graphql", shared(door, resolvers.Handler(d, door)))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if stopping.Load() {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", metrics.Handler())
	if cfg.Server.GraphiQL {
		ui := graphiql.Handler()
		mux.Handle("GET /{$}", ui)
		mux.Handle("GET /graphiql/", ui)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

func names(c *config.Config) []string {
	names := make([]string, len(c.Providers))
	for i, p := range c.Providers {
		names[i] = p.Name
	}
	return names
}
