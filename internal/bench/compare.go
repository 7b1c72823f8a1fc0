package main

import (
	"fmt"
	"io"
	"time"
)

// connections are how many clients ask at once.
var connections = []int{1, 32}

// plainWait is the yardstick's timer: the shortest that a server's operators
// would set.
const plainWait = time.Millisecond

// compareServers prints the table of all modes and yardsticks.
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
	var subjects []subject
	defer func() {
		for _, s := range subjects {
			s.stop()
		}
	}()
	add := func(one subject, err error) error {
		if err == nil {
			subjects = append(subjects, one)
		}
		return err
	}
	for _, m := range modes {
		if m.redis && redis == nil {
			fmt.Fprintf(stdout, "There is no redis-server in PATH: %q is left out.\n", m.name)
			continue
		}
		if err := add(startProduct(v, m, redis)); err != nil {
			return err
		}
	}
	asked, err := questions(subjects[0].url())
	if err != nil {
		return err
	}
	if err := add(startPlain(v, plainName, plainWait)); err != nil {
		return err
	}
	if err := add(startBare(subjects[0], asked)); err != nil {
		return err
	}
	if err := agree(subjects, asked); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\nVendors answer after %v. Medians over %s of %v, after %v of warm-up.\n", machine(), s.delay, counted(s.rounds, "round"), s.cell, s.warmUp())
	for _, q := range asked {
		if s.only != "" && s.only != q.letter {
			continue
		}
		for _, clients := range connections {
			rows, err := s.rows(v, subjects, q, clients)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "\n%s: %s; %s\n\n%s", q.letter, q.title, counted(clients, "connection"), serversTable(rows))
		}
	}
	return nil
}

// row is one line of a table.
type row struct {
	name string
	figures
}

// rows measures each subject in turn, round by round, so that whatever else the
// machine does meanwhile strikes all of them.
func (s settings) rows(v *vendorProcess, subjects []subject, q question, clients int) ([]row, error) {
	rounds := make([][]figures, len(subjects))
	for range s.rounds {
		for i, one := range subjects {
			want, err := post(one.url(), q.body)
			if err != nil {
				return nil, err
			}
			f, err := s.measure(v, load{one, q, clients, want})
			if err != nil {
				return nil, err
			}
			rounds[i] = append(rounds[i], f)
		}
	}
	rows := make([]row, len(subjects))
	for i, one := range subjects {
		rows[i] = row{one.name, medianOf(rounds[i])}
	}
	return rows, nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
