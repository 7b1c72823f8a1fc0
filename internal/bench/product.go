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
	"github.com/accountgraph/accountgraph/internal/heap"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/resolvers"
)

// serveProduct runs the product with a configuration.
func serveProduct(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("product", flag.ContinueOnError)
	text := flags.String("configuration", "", "the text of the configuration")
	apart := flags.Bool("apart", false, "also run one at /0/graphql, /1/graphql, … for each connection of the load")
	forget := flags.Bool("forget", false, "keep nothing in memory")
	answers := flags.Bool("answers", false, "keep finished answers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	heap.Settle(func(string) (string, bool) { return "", false })
	c, err := config.Parse("benchmark", []byte(*text), func(string) (string, bool) { return "", false })
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	paths := []string{"/graphql"}
	for i := range connections[len(connections)-1] {
		if *apart {
			paths = append(paths, fmt.Sprintf("/%d/graphql", i))
		}
	}
	for _, path := range paths {
		handler, err := product(c, *forget, *answers)
		if err != nil {
			return err
		}
		mux.Handle(path, handler)
	}
	return serve(observed(mux), stdout)
}

// product is what the program serves at /graphql, put together as it does that.
func product(c *config.Config, forget, answers bool) (http.Handler, error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	kept := pagecache.Config{Redis: c.Cache.Redis, Key: c.Cache.Key, Fresh: c.Cache.Fresh, Stale: c.Cache.Stale, Log: log}
	if forget {
		kept.MaxBytes = 1 // which is too little for anything
	}
	cache, err := pagecache.Open(kept)
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
	o := resolvers.Options{
		Log: log, Introspection: true, Authenticator: auth.AllowAll(auth.PersonalRead), Version: cache.Version,
	}
	if answers {
		o.AnswerBytes = resolvers.DefaultAnswerBytes
	}
	return resolvers.Handler(directory.New(all...), o), nil
}
