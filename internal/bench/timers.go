package main

import (
	"fmt"
	"io"
	"time"
)

// fiveLevelsQuery has five levels, each of which needs the ids of the one before:
// accounts, their groups, the groups' users, the groups of the users' accounts, and the
// users of those.
const fiveLevelsQuery = `{
  accounts(first: 5, filter: {providers: ["softwareone"]}) {
    nodes {
      groups(first: 2) {
        nodes {
          users(first: 4) {
            nodes {
              email
              currentAccount {
                groups(first: 2) {
                  nodes {
                    users(first: 4) { nodes { id email } }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}`

// compareTimers prints a table that compares batches by level with batches by timers.
func compareTimers(s settings, stdout io.Writer) error {
	fmt.Fprintf(stdout, "%s\n\nFive levels. Medians over %s of %v, after %v of warm-up.\n", describeMachine(), plural(s.rounds, "round"), s.cell, s.warmUp())
	for _, delay := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond} {
		for _, clients := range s.connections {
			rows, err := s.timers(delay, clients)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "\nVendors respond after %v; %s\n\n%s", delay, plural(clients, "connection"), timersTable(rows))
		}
	}
	return nil
}

func (s settings) timers(delay time.Duration, clients int) ([]row, error) {
	v, err := startVendors(delay)
	if err != nil {
		return nil, err
	}
	defer v.stop()
	var targets []target
	defer func() {
		for _, s := range targets {
			s.stop()
		}
	}()
	one, err := startAccountgraph(v, mode{name: "accountgraph, by level", cache: coldCache, flags: []string{"-isolated"}}, nil)
	if err != nil {
		return nil, err
	}
	targets = append(targets, one)
	for _, wait := range []time.Duration{0, time.Millisecond, 16 * time.Millisecond} {
		one, err := startGqlgenBaseline(v, fmt.Sprintf("plain gqlgen, timer of %v", wait), wait)
		if err != nil {
			return nil, err
		}
		targets = append(targets, one)
	}
	sc := scenario{"L", "five levels", body(fiveLevelsQuery, nil)}
	if err := verifyResponses(targets, []scenario{sc}); err != nil {
		return nil, err
	}
	return s.rows(v, targets, sc, clients)
}

func timersTable(rows []row) string {
	lines := [][]string{{"", "vendor calls/req", "p50 ms", "p99 ms", "req/s", "CPU ms/req"}}
	for _, r := range rows {
		lines = append(lines, []string{
			r.name, fmt.Sprintf("%.2f", r.calls), milliseconds(r.p50), milliseconds(r.p99), fmt.Sprintf("%.0f", r.rate), milliseconds(r.cpu),
		})
	}
	return table(lines)
}
