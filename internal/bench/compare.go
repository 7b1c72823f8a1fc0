package main

import (
	"fmt"
	"io"
	"time"
)

// maxConnections is the highest number of concurrent connections.
const maxConnections = 32

// batchWait is the baseline's batch timer: the shortest that operators would
// configure.
const batchWait = time.Millisecond

// compareServers prints a table of all modes and baselines for each scenario.
func compareServers(s settings, stdout io.Writer) error {
	v, err := startVendors(s.delay)
	if err != nil {
		return err
	}
	defer v.stop()
	redis, err := startRedis()
	if err != nil {
		return err
	}
	if redis != nil {
		defer redis.stop()
	}
	var targets []target
	defer func() {
		for _, s := range targets {
			s.stop()
		}
	}()
	add := func(one target, err error) error {
		if err == nil {
			targets = append(targets, one)
		}
		return err
	}
	for _, m := range modes {
		if m.redis && redis == nil {
			fmt.Fprintf(stdout, "redis-server is not in PATH: %sc is not measured.\n", m.name)
			continue
		}
		if err := add(startAccountgraph(v, m, redis)); err != nil {
			return err
		}
	}
	all, err := scenarios(targets[0].url())
	if err != nil {
		return err
	}
	if err := add(startGqlgenBaseline(v, gqlgenBaseline, batchWait)); err != nil {
		return err
	}
	if err := add(startStaticBaseline(targets[0], all)); err != nil {
		return err
	}
	if err := verifyResponses(targets, all); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\nVendors respond after %v. Medians over %s of %v, after %v of warm-up.\n", describeMachine(), s.delay, plural(s.rounds, "round"), s.cell, s.warmUp())
	for _, sc := range all {
		if s.only != "" && s.only != sc.letter {
			continue
		}
		for _, clients := range s.connections {
			rows, err := s.rows(v, targets, sc, clients)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "\n%s: %s; %s\n\n%s", sc.letter, sc.title, plural(clients, "connection"), serversTable(rows))
		}
	}
	return nil
}

// row is a line of a table.
type row struct {
	name string
	measurement
}

// rows measures each target in turn, round by round, so that other load on the machine
// affects all of them.
func (s settings) rows(v *vendorProcess, targets []target, sc scenario, clients int) ([]row, error) {
	rounds := make([][]measurement, len(targets))
	for range s.rounds {
		for i, one := range targets {
			want, err := post(one.url(), sc.body)
			if err != nil {
				return nil, err
			}
			f, err := s.measure(v, load{one, sc, clients, want})
			if err != nil {
				return nil, err
			}
			rounds[i] = append(rounds[i], f)
		}
	}
	rows := make([]row, len(targets))
	for i, one := range targets {
		rows[i] = row{one.name, medianOf(rounds[i])}
	}
	return rows, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
