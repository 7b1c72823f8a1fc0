package main

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// observabilityQuery is a page with persons' other logins.
const observabilityQuery = `query Page { users(first: 20) { nodes { id name email memberships(first: 5) { nodes { id role account { name } } } } } }`

// compareObservability prints what the access line, which is on by default, and traces at 10 %
// cost in CPU time of the server, as a ratio to a server without both.
func compareObservability(s settings, stdout io.Writer) error {
	v, err := startVendors(0)
	if err != nil {
		return err
	}
	defer v.stop()
	collector, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	})}
	go func() { _ = server.Serve(collector) }()
	defer func() { _ = server.Close() }()
	traces := fmt.Sprintf("traces: {endpoint: 'http://%s', sampling: 0.1}", collector.Addr())
	fmt.Fprintf(stdout, "%s\n\nCPU time of the server. Least of %s of %v, after %v of warm-up.\n", describeMachine(), plural(s.rounds, "round"), s.cell, s.warmUp())
	sc := scenario{"O", "a page of users with memberships", body(observabilityQuery, nil)}
	for _, source := range []struct{ name, limits string }{
		{"executed, pages in memory", "limits: {responseCacheBytes: 0}\n"},
		{"from the response cache", ""},
	} {
		rows, err := s.observability(v, sc, source.limits, traces)
		if err != nil {
			return err
		}
		lines := [][]string{{"", "CPU ms/req", "ratio"}}
		for _, r := range rows {
			lines = append(lines, []string{r.name, fmt.Sprintf("%.4f", float64(r.cpu)/float64(time.Millisecond)), fmt.Sprintf("%.3f", float64(r.cpu)/float64(rows[0].cpu))})
		}
		fmt.Fprintf(stdout, "\n%s, %s\n\n%s", sc.title, source.name, table(lines))
	}
	return nil
}

func (s settings) observability(v *vendorProcess, sc scenario, limits, traces string) ([]row, error) {
	var targets []target
	defer func() {
		for _, s := range targets {
			s.stop()
		}
	}()
	for _, variant := range []struct{ name, telemetry string }{
		{"neither", "log: {requests: 0}"},
		{"the access line", "log: {requests: 1}"},
		{"traces at 10 %", "log: {requests: 0}, " + traces},
		{"both", "log: {requests: 1}, " + traces},
	} {
		configuration := "cache: {fresh: 5m}\n" + limits + "telemetry: {" + variant.telemetry + "}\n" + v.configuration
		p, err := start("program", "-log", "-configuration", configuration)
		if err != nil {
			return nil, err
		}
		targets = append(targets, target{name: variant.name, process: p})
	}
	if err := verifyResponses(targets, []scenario{sc}); err != nil {
		return nil, err
	}
	rounds := make([][]measurement, len(targets))
	for range s.rounds {
		for i, one := range targets {
			want, err := post(one.url(), sc.body)
			if err != nil {
				return nil, err
			}
			l := load{target: one, scenario: sc, clients: 1, want: want}
			if _, err := l.run(s.warmUp()); err != nil {
				return nil, err
			}
			before := one.threadTime()
			took, err := l.run(s.cell)
			if err != nil {
				return nil, err
			}
			rounds[i] = append(rounds[i], measurement{cpu: (one.threadTime() - before) / time.Duration(len(took))})
		}
	}
	rows := make([]row, len(targets))
	for i, one := range targets {
		// Other programs add to the time, and never take from it.
		rows[i] = row{one.name, slices.MinFunc(rounds[i], func(a, b measurement) int { return cmp.Compare(a.cpu, b.cpu) })}
	}
	return rows, nil
}
