package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/resolvers"
)

// serveAccountgraph runs accountgraph with a configuration.
func serveAccountgraph(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("accountgraph", flag.ContinueOnError)
	text := flags.String("configuration", "", "the text of the configuration")
	isolated := flags.Bool("isolated", false, "also serve a separate instance per connection at /0/graphql, /1/graphql, …")
	noMemory := flags.Bool("no-memory", false, "disable the in-memory page cache")
	responseCache := flags.Bool("response-cache", false, "enable the response cache")
	if err := flags.Parse(args); err != nil {
		return err
	}
	defer server.TuneGC(func(string) (string, bool) { return "", false })()
	c, err := parse(*text)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	paths := []string{"/graphql"}
	for i := range maxConnections {
		if *isolated {
			paths = append(paths, fmt.Sprintf("/%d/graphql", i))
		}
	}
	for _, path := range paths {
		handler, err := newHandler(c, *noMemory, *responseCache)
		if err != nil {
			return err
		}
		mux.Handle(path, handler)
	}
	return serve(instrumented(mux), stdout)
}

// parse parses the text of a configuration.
func parse(text string) (*config.Config, error) {
	return config.Parse("benchmark", []byte(text), func(string) (string, bool) { return "", false }, vendors.Config())
}

// newHandler returns the handler of /graphql, wired as the program wires it.
func newHandler(c *config.Config, noMemory, responseCache bool) (http.Handler, error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	pages := pagecache.Config{Redis: c.Cache.Redis, Key: c.Cache.Key, Fresh: c.Cache.Fresh, Stale: c.Cache.Stale, Log: log}
	if noMemory {
		pages.MaxBytes = 1 // too little for any page
	}
	cache, err := pagecache.Open(pages)
	if err != nil {
		return nil, err
	}
	var all []providers.Provider
	for _, p := range c.Providers {
		opened, err := vendors.Open(p, upstream.Config{Cache: cache})
		if err != nil {
			return nil, err
		}
		all = append(all, opened)
	}
	o := transport.Options{
		Schema: resolvers.New(), Directory: directory.New(all...),
		Log: log, Introspection: true, Authenticator: auth.AllowAll(auth.PersonalRead), CacheVersion: cache.Version,
	}
	if responseCache {
		o.ResponseBytes = transport.DefaultResponseBytes
	}
	return transport.NewHandler(o), nil
}
