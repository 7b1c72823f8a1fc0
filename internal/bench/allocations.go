package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// compareAllocations prints a table of what a request allocates, for each mode of
// accountgraph and each baseline. One client sends the requests, which makes the figures
// independent of the other load of the machine.
func compareAllocations(s settings, stdout io.Writer) error {
	s.delay = 0
	c, err := startServers(s, slices.DeleteFunc(slices.Clone(modes), func(m mode) bool { return m.shares }), stdout)
	if err != nil {
		return err
	}
	defer c.stop()
	if err := verifyResponses(c.targets, c.scenarios); err != nil {
		return err
	}
	lines := [][]string{{""}}
	for _, one := range c.targets {
		line := []string{one.name}
		for _, sc := range c.scenarios {
			if s.only != "" && s.only != sc.letter {
				continue
			}
			if len(lines) == 1 {
				lines[0] = append(lines[0], sc.letter+" kB", "objects", "CPU ms", "calls")
			}
			want, err := post(one.url(), sc.body)
			if err != nil {
				return err
			}
			f, err := s.measureAllocations(c.vendors, load{target: one, scenario: sc, clients: 1, want: want, requests: s.requests})
			if err != nil {
				return err
			}
			line = append(line, fmt.Sprintf("%.1f", f.bytes/1000), fmt.Sprintf("%.0f", f.objects), milliseconds(f.cpu), fmt.Sprintf("%.2f", f.calls))
		}
		lines = append(lines, line)
	}
	fmt.Fprintf(stdout, "%s\n\nAllocations, CPU time and vendor calls of one request: means over %d requests of one connection.\n\n%s",
		describeMachine(), s.requests, table(lines))
	return nil
}

// measureAllocations measures a number of requests, after a sixth of that.
func (s settings) measureAllocations(v *vendorProcess, l load) (measurement, error) {
	s.cell = time.Hour // the number of requests ends the load
	warmUp := l
	warmUp.requests = max(2, l.requests/6)
	if _, err := warmUp.run(s.cell); err != nil {
		return measurement{}, err
	}
	f, err := s.measureWarm(v, l)
	if err != nil || s.profiles == "" {
		return f, err
	}
	return f, save(l.target, s.profileName(l)+".allocs", "/debug/pprof/allocs")
}
