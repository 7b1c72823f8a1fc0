// Command bench measures the product against two yardsticks, all over the same
// simulated vendors: plain gqlgen with timer dataloaders, which is how the same
// graph is usually written, and a handler that only writes the finished bytes.
//
// Vendors, server and load each are a process of their own, so that the processor
// time of the server is its own. It judges no result: what is fast enough depends
// on the machine. It fails where a server answers anything but what it should.
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

// run measures, or is one of the processes that are measured.
func run(args []string, stdout io.Writer) error {
	if len(args) > 0 {
		if role, ok := roles[args[0]]; ok {
			return role(args[1:], stdout)
		}
	}
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.DurationVar(&s.cell, "cell", 3*time.Second, "how long to measure one cell of the table")
	flags.IntVar(&s.rounds, "rounds", 3, "how often to measure each; the table has the medians")
	flags.DurationVar(&s.delay, "delay", 5*time.Millisecond, "how long a vendor takes to answer")
	flags.StringVar(&s.only, "only", "", "measure the query with this letter alone")
	flags.StringVar(&s.profiles, "profiles", "", "write processor and allocation profiles into this folder")
	timers := flags.Bool("timers", false, "measure how batches are sent, by level and by timers")
	short := flags.Bool("short", false, "one quick round, to see that everything runs")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *short {
		s.cell, s.rounds = 30*time.Millisecond, 1
	}
	if *timers {
		return compareTimers(s, stdout)
	}
	return compareServers(s, stdout)
}

// settings are how much is measured.
type settings struct {
	cell, delay    time.Duration
	rounds         int
	only, profiles string
}

// warmUp is how long load runs before it counts.
func (s settings) warmUp() time.Duration { return s.cell / 6 }
