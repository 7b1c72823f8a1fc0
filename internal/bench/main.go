// Command bench measures accountgraph against two baselines over the same simulated
// vendors: plain gqlgen with timer dataloaders, the usual way to write this graph, and
// a handler that writes finished bytes.
//
// Vendors, server and load are separate processes, so that the CPU time of the server
// can be measured. The command fails if a response differs from the expected one. It
// does not judge the results, which depend on the machine, except numbers of vendor calls.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures, or runs the subprocess that the first argument names.
func run(args []string, stdout io.Writer) error {
	if len(args) > 0 {
		if subprocess, ok := subprocesses[args[0]]; ok {
			return subprocess(args[1:], stdout)
		}
	}
	s := settings{
		connections: []int{1, maxConnections}, firstDelay: firstDelay, requests: 300,
		sizes: []int{1_000, 10_000, 100_000}, delays: []time.Duration{5 * time.Millisecond, 100 * time.Millisecond},
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.DurationVar(&s.cell, "cell", 3*time.Second, "duration of one measurement")
	flags.IntVar(&s.rounds, "rounds", 3, "number of measurements of each cell; the table shows the medians")
	flags.DurationVar(&s.delay, "delay", 5*time.Millisecond, "latency of the vendors")
	flags.StringVar(&s.only, "only", "", "measure only the query with this letter")
	flags.StringVar(&s.profiles, "profiles", "", "write CPU and allocation profiles into this folder")
	timers := flags.Bool("timers", false, "compare batches by level with batches by timers")
	first := flags.Bool("first", false, "compare the first person after a start")
	allocations := flags.Bool("allocations", false, "measure what requests allocate, with one connection")
	growth := flags.Bool("growth", false, "measure 1,000, 10,000 and 100,000 users at each vendor")
	observability := flags.Bool("observability", false, "measure what traces and the line of each request cost")
	short := flags.Bool("short", false, "one quick round with few connections, as a test")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *short {
		s.cell, s.rounds, s.connections, s.requests = 30*time.Millisecond, 1, []int{1, 2}, 3
		s.firstDelay, s.sizes, s.delays = time.Millisecond, []int{10_000}, []time.Duration{time.Millisecond}
	}
	switch {
	case *timers:
		return compareTimers(s, stdout)
	case *observability:
		return compareObservability(s, stdout)
	case *first:
		return compareFirst(s, stdout)
	case *allocations:
		return compareAllocations(s, stdout)
	case *growth:
		return measureGrowth(s, stdout)
	}
	return compareServers(s, stdout)
}

// settings are the command line.
type settings struct {
	// cell is the duration of one measurement, delay the latency of the vendors.
	cell, delay time.Duration
	rounds      int
	// requests is the number of requests of a cell of the table of allocations.
	requests int
	// connections are the numbers of concurrent connections to measure with.
	connections []int
	// only is the letter of the only scenario, "" for all; profiles the folder for
	// profiles, "" for none.
	only, profiles string
	// firstDelay is the latency of the vendors for first queries; sizes are the numbers of
	// users and delays the latencies with which growth is measured.
	firstDelay time.Duration
	sizes      []int
	delays     []time.Duration
}

// warmUp is how long load runs before measuring starts.
func (s settings) warmUp() time.Duration { return s.cell / 6 }
