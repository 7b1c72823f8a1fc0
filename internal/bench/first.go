package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"
)

const personQuery = `query($email: String!) { person(email: $email) { users { id } } }`

// firstDelay is the latency of the vendors when first queries are compared.
const firstDelay = 200 * time.Millisecond

// compareFirst prints how long a server takes for the first person after its start, and for
// another one, beside the baseline.
func compareFirst(s settings, stdout io.Writer) error {
	v, err := startSized(s.firstDelay, 0)
	if err != nil {
		return err
	}
	defer v.stop()
	var lines [2]firstLine
	for range s.rounds {
		var data [2][]byte
		for i, run := range []func(*vendorProcess, *firstLine) ([]byte, error){firstOfProgram, firstOfBaseline} {
			if data[i], err = run(v, &lines[i]); err != nil {
				return err
			}
		}
		if !bytes.Equal(data[0], data[1]) {
			return fmt.Errorf("accountgraph responds %s, the baseline %s", data[0], data[1])
		}
	}
	fmt.Fprintf(stdout, "%s\n\nVendors respond after %v. Medians over %s, each with a new server.\n\n", describeMachine(), s.firstDelay, plural(s.rounds, "round"))
	plain := medianTime(lines[1].first)
	rows := [][]string{{"", "first ms", "first : plain", "calls", "longest chain", "another ms", "calls", "longest chain"}}
	for i, name := range []string{"accountgraph", gqlgenBaseline} {
		l := lines[i]
		chains := []string{"-", "-"}
		if i == 0 {
			chains = []string{fmt.Sprint(l.firstChain), fmt.Sprint(l.laterChain)}
		}
		rows = append(rows, []string{
			name, milliseconds(medianTime(l.first)), ratio(float64(medianTime(l.first)), float64(plain)), fmt.Sprint(l.firstCalls), chains[0],
			milliseconds(medianTime(l.later)), fmt.Sprint(l.laterCalls), chains[1],
		})
	}
	fmt.Fprint(stdout, table(rows))
	return nil
}

// firstLine is a line of the table: the times of all rounds, and the most calls and the
// longest chain of any.
type firstLine struct {
	first, later           []time.Duration
	firstCalls, laterCalls int
	firstChain, laterChain int
}

// The addresses of the first and of another person, who have logins at four and at one of
// the vendors.
const firstEmail, anotherEmail = "person123@acme.example", "person005@initech.example"

func firstOfProgram(v *vendorProcess, l *firstLine) ([]byte, error) {
	p, err := start("program", "-configuration", v.configuration)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	return l.measure(v, p)
}

func firstOfBaseline(v *vendorProcess, l *firstLine) ([]byte, error) {
	t, err := startGqlgenBaseline(v, gqlgenBaseline, batchWait)
	if err != nil {
		return nil, err
	}
	defer t.stop()
	return l.measure(v, t.process)
}

// measure asks a new server for two people. It returns the data of both.
func (l *firstLine) measure(v *vendorProcess, p *process) ([]byte, error) {
	if _, err := v.calls(); err != nil {
		return nil, err
	}
	var data []byte
	for i, email := range []string{firstEmail, anotherEmail} {
		a, err := ask(p, personQuery, map[string]any{"email": email})
		if err != nil {
			return nil, err
		}
		calls, err := v.calls()
		if err != nil {
			return nil, err
		}
		if !a.isComplete() {
			return nil, fmt.Errorf("the response has errors: %v", a.Errors)
		}
		data = append(data, a.Data...)
		if i == 0 {
			l.first, l.firstCalls, l.firstChain = append(l.first, a.took), max(l.firstCalls, calls), max(l.firstChain, a.chain())
			continue
		}
		l.later, l.laterCalls, l.laterChain = append(l.later, a.took), max(l.laterCalls, calls), max(l.laterChain, a.chain())
	}
	return data, nil
}

func medianTime(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}
