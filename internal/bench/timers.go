package main

import (
	"fmt"
	"io"
	"time"
)

// levels is a question in five levels, each of which needs what the one before it
// brought: accounts, their groups, the groups' users, the groups of the users'
// accounts, and the users of those.
const levels = `{
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

// compareTimers prints the table of batches sent by level and by timers.
func compareTimers(s settings, stdout io.Writer) error {
	fmt.Fprintf(stdout, "%s\n\nFive levels. Medians over %s of %v, after %v of warm-up.\n", machine(), counted(s.rounds, "round"), s.cell, s.warmUp())
	for _, delay := range []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond} {
		for _, clients := range connections {
			rows, err := s.timers(delay, clients)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "\nVendors answer after %v; %s\n\n%s", delay, counted(clients, "connection"), timersTable(rows))
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
	var subjects []subject
	defer func() {
		for _, s := range subjects {
			s.stop()
		}
	}()
	one, err := startProduct(v, mode{name: "accountgraph, by level", cache: nothingKept, flags: []string{"-apart"}}, nil)
	if err != nil {
		return nil, err
	}
	subjects = append(subjects, one)
	for _, wait := range []time.Duration{0, time.Millisecond, 16 * time.Millisecond} {
		one, err := startPlain(v, fmt.Sprintf("plain gqlgen, timer of %v", wait), wait)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, one)
	}
	q := question{"L", "five levels", body(levels, nil)}
	if err := agree(subjects, []question{q}); err != nil {
		return nil, err
	}
	return s.rows(v, subjects, q, clients)
}

func timersTable(rows []row) string {
	lines := [][]string{{"", "vendor calls/req", "p50 ms", "p99 ms", "req/s", "CPU ms/req"}}
	for _, r := range rows {
		lines = append(lines, []string{
			r.name, fmt.Sprintf("%.2f", r.calls), milliseconds(r.p50), milliseconds(r.p99), fmt.Sprintf("%.0f", r.rate), milliseconds(r.processor),
		})
	}
	return table(lines)
}
