package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Check tests a configuration against the vendors, the JWKS and Redis, without serving.
type Check struct {
	config        *config.Config
	providers     []providers.Provider
	authenticator *auth.Authenticator
}

// NewCheck builds what New builds, but without cache and log. Its errors are errors
// of the configuration.
func NewCheck(o Options) (*Check, error) {
	authenticator, err := openAuthenticator(o.Config.Server.Auth, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if _, err := openManifest(o.Config, o.Schema); err != nil {
		return nil, err
	}
	all, err := openProviders(o.Config, nil, o.VendorTransport, observers{})
	if err != nil {
		return nil, err
	}
	return &Check{o.Config, all, authenticator}, nil
}

// Run calls every provider once, fetches the JWKS, connects to Redis, and writes a table. It
// fails when one of these fails.
func (c *Check) Run(ctx context.Context, w io.Writer) error {
	results := c.checkProviders(ctx)
	keys := c.authenticator.Check(ctx)
	redis := pagecache.CheckRedis(ctx, cacheConfig(c.config))
	failed, err := c.writeTable(w, results)
	if err != nil {
		return err
	}
	if c.authenticator.UsesJWT() {
		writeResult(w, "JWKS", keys)
	}
	if !c.config.Cache.Redis.Empty() {
		writeResult(w, "Redis", redis)
	}
	switch {
	case failed == 1:
		return errors.New("1 provider failed")
	case failed > 1:
		return fmt.Errorf("%d providers failed", failed)
	case keys != nil:
		return errors.New("the JWKS cannot be read")
	case redis != nil:
		return errors.New("the cache cannot use Redis")
	}
	return nil
}

func writeResult(w io.Writer, what string, err error) {
	if err == nil {
		fmt.Fprintf(w, "%s: ok\n", what)
		return
	}
	fmt.Fprintf(w, "%s: %v\n", what, err)
}

// checkResult is the outcome for one provider.
type checkResult struct {
	skipped bool
	err     error
	elapsed time.Duration
}

// checkProviders calls the providers concurrently. A provider without a token is
// skipped.
func (c *Check) checkProviders(ctx context.Context) []checkResult {
	results := make([]checkResult, len(c.providers))
	var wg sync.WaitGroup
	for i, provider := range c.providers {
		if c.config.Providers[i].Token.Empty() {
			results[i].skipped = true
			continue
		}
		wg.Go(func() {
			start := time.Now()
			err := provider.Check(ctx)
			results[i] = checkResult{err: err, elapsed: time.Since(start)}
		})
	}
	wg.Wait()
	return results
}

// writeTable writes a row per provider, and returns how many failed.
func (c *Check) writeTable(w io.Writer, results []checkResult) (failed int, err error) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROVIDER\tVENDOR\tBASE URL\tTIME\tRESULT")
	for i, provider := range c.providers {
		connection, text := provider.Connection(), "ok"
		switch r := results[i]; {
		case r.skipped:
			text = "skipped: uses caller credentials"
		case r.err != nil:
			text = strings.TrimPrefix(r.err.Error(), connection.Name+": ")
			failed++
		}
		elapsed := results[i].elapsed.Round(time.Millisecond)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", connection.Name, connection.Vendor, connection.BaseURL, elapsed, text)
	}
	return failed, table.Flush()
}
