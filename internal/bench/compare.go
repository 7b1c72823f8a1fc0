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
	c, err := startServers(s, modes, stdout)
	if err != nil {
		return err
	}
	defer c.stop()
	v, targets, all := c.vendors, c.targets, c.scenarios
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

// servers are what is compared.
type servers struct {
	vendors   *vendorProcess
	targets   []target
	scenarios []scenario
	redis     *process
}

// startServers starts the vendors, accountgraph in each mode, and the baselines.
func startServers(s settings, modes []mode, stdout io.Writer) (_ *servers, err error) {
	c := &servers{}
	defer func() {
		if err != nil {
			c.stop()
		}
	}()
	if c.vendors, err = startVendors(s.delay); err != nil {
		return nil, err
	}
	if c.redis, err = startRedis(); err != nil {
		return nil, err
	}
	add := func(one target, err error) error {
		if err == nil {
			c.targets = append(c.targets, one)
		}
		return err
	}
	for _, m := range modes {
		if m.redis && c.redis == nil {
			fmt.Fprintf(stdout, "redis-server is not in PATH: %s is not measured.\n", m.name)
			continue
		}
		if err := add(startAccountgraph(c.vendors, m, c.redis)); err != nil {
			return nil, err
		}
	}
	if c.scenarios, err = scenarios(c.targets[0].url()); err != nil {
		return nil, err
	}
	if err := add(startGqlgenBaseline(c.vendors, gqlgenBaseline, batchWait)); err != nil {
		return nil, err
	}
	return c, add(startStaticBaseline(c.targets[0], c.scenarios))
}

func (c *servers) stop() {
	for _, one := range c.targets {
		one.stop()
	}
	if c.redis != nil {
		c.redis.stop()
	}
	if c.vendors != nil {
		c.vendors.stop()
	}
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
			f, err := s.measure(v, load{target: one, scenario: sc, clients: clients, want: want})
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
