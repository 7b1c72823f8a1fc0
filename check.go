package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
)

type checkCommand struct {
	Config string `help:"The configuration file (default: ${config})." default:"${config}" placeholder:"FILE"`
}

// Run calls every provider once, and reads the keys of callers' tokens, and prints
// a table. It fails when one of these fails.
func (c checkCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.load(c.Config)
	if err != nil {
		return err
	}
	// What fails is in the table, and so not in a log.
	quiet := &program{env: p.env, stdout: p.stdout, stderr: p.stderr, log: slog.New(slog.DiscardHandler)}
	door, err := quiet.door(cfg)
	if err != nil {
		return err
	}
	_, all, err := openAll(cfg, nil, func(upstream.Call) {})
	if err != nil {
		return err
	}
	results, took := make([]error, len(all)), make([]time.Duration, len(all))
	var wg sync.WaitGroup
	for i, provider := range all {
		wg.Go(func() {
			if cfg.Providers[i].Token.Empty() {
				return
			}
			start := time.Now()
			results[i] = provider.Check(ctx)
			took[i] = time.Since(start)
		})
	}
	wg.Wait()
	keys := door.Authenticator.Check(ctx)
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROVIDER\tVENDOR\tBASE URL\tTIME\tRESULT")
	bad := 0
	for i, provider := range all {
		info, result := provider.Connection(), "ok"
		switch {
		case cfg.Providers[i].Token.Empty():
			result = "not checked: callers bring the credential"
		case results[i] != nil:
			result = strings.TrimPrefix(results[i].Error(), info.Name+": ")
			bad++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", info.Name, info.Vendor, info.BaseURL, took[i].Round(time.Millisecond), result)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	switch {
	case keys != nil:
		fmt.Fprintf(p.stdout, "The keys of callers' tokens: %v\n", keys)
	case door.Authenticator.UsesJWT():
		fmt.Fprintln(p.stdout, "The keys of callers' tokens: ok")
	}
	switch {
	case bad > 0:
		return errors.New(plural(bad, "provider failed", "providers failed"))
	case keys != nil:
		return errors.New("the keys of callers' tokens cannot be read")
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
