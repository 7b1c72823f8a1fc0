package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/resolvers"
)

// serveProgram runs the server as the program does, with its indexes and caches.
func serveProgram(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("program", flag.ContinueOnError)
	text := flags.String("configuration", "", "the text of the configuration")
	logging := flags.Bool("log", false, "write the log as the program does, to the null device")
	if err := flags.Parse(args); err != nil {
		return err
	}
	defer server.TuneGC(func(string) (string, bool) { return "", false })()
	c, err := parse("server: {listen: 127.0.0.1:0}\n" + *text)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if *logging {
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer func() { _ = null.Close() }()
		log = telemetry.NewLogger(null, slog.LevelInfo)
	}
	s, err := server.New(server.Options{Config: c, Schema: resolvers.New(), Log: log, Simulated: true})
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return s.Run(ctx, func(address string) { fmt.Fprintln(stdout, address) })
}

// answer is the response to a query that was sent with a trace.
type answer struct {
	Data       json.RawMessage
	Errors     []struct{ Extensions struct{ Code string } }
	Extensions struct{ Upstream []call }
	took       time.Duration
	// received is the number of calls that the vendors received, if they were counted.
	received int
}

// call is a row of the trace. Times are in milliseconds.
type call struct {
	Source    string
	Start, MS float64
}

// ask sends a query to a server.
func ask(p *process, query string, variables map[string]any) (answer, error) {
	request, err := http.NewRequest(http.MethodPost, "http://"+p.address+"/graphql", strings.NewReader(body(query, variables)))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accountgraph-Trace", "1")
	start := time.Now()
	text, err := readBody(http.DefaultClient.Do(request))
	if err != nil {
		return answer{}, err
	}
	a := answer{took: time.Since(start)}
	return a, json.Unmarshal([]byte(text), &a)
}

// isComplete reports whether nothing is missing.
func (a answer) isComplete() bool { return len(a.Errors) == 0 }

// calls returns the number of vendor calls.
func (a answer) calls() int {
	n := 0
	for _, c := range a.Extensions.Upstream {
		if c.Source == "VENDOR" {
			n++
		}
	}
	return n
}

// chain returns the largest number of vendor calls of which each starts at or after the end
// of the one before.
func (a answer) chain() int {
	for n, end := 0, 0.0; ; n++ {
		next := -1.0
		for _, c := range a.Extensions.Upstream {
			if c.Source == "VENDOR" && c.Start >= end && (next < 0 || c.Start+c.MS < next) {
				next = c.Start + c.MS
			}
		}
		if next < 0 {
			return n
		}
		end = next
	}
}
