package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figures are what is measured of a server under a load.
type figures struct {
	// rate is requests a second.
	rate     float64
	p50, p99 time.Duration
	// processor, calls and bytes are what one request takes: of the server's
	// processor time, of vendor calls, of allocations.
	processor time.Duration
	calls     float64
	bytes     float64
	// resident is the server's memory at the end.
	resident int64
}

// measure loads a server: to warm up first, then to count.
func (s settings) measure(v *vendorProcess, l load) (figures, error) {
	if _, err := l.run(s.warmUp()); err != nil {
		return figures{}, err
	}
	finish := s.profile(l)
	if _, err := v.calls(); err != nil {
		return figures{}, err
	}
	before, err := allocatedBy(l.subject)
	if err != nil {
		return figures{}, err
	}
	processor, began := l.subject.processorTime(), time.Now()
	took, err := l.run(s.cell)
	if err != nil {
		return figures{}, err
	}
	elapsed, n := time.Since(began), float64(len(took))
	f := figures{rate: n / elapsed.Seconds(), resident: l.subject.resident()}
	f.processor = time.Duration(float64(l.subject.processorTime()-processor) / n)
	calls, err := v.calls()
	if err != nil {
		return f, err
	}
	f.calls = float64(calls) / n
	after, err := allocatedBy(l.subject)
	if err != nil {
		return f, err
	}
	f.bytes = float64(after-before) / n
	slices.Sort(took)
	f.p50, f.p99 = took[len(took)/2], took[len(took)*99/100]
	return f, finish()
}

// allocatedBy is how many bytes a server has allocated since it began.
func allocatedBy(s subject) (int64, error) {
	text, err := get(s.process, "/allocated")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// profile begins to profile a server, if that is wanted; what it returns ends it.
func (s settings) profile(l load) (finish func() error) {
	if s.profiles == "" {
		return func() error { return nil }
	}
	name := fmt.Sprintf("%s %s %d", l.subject.name, l.question.letter, l.clients)
	name = filepath.Join(s.profiles, strings.NewReplacer(",", "", " ", "-", "/", "-").Replace(name))
	done := make(chan error, 1)
	go func() {
		done <- save(l.subject, name+".cpu", fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(s.cell.Seconds()))))
	}()
	return func() error {
		if err := <-done; err != nil {
			return err
		}
		return save(l.subject, name+".allocs", "/debug/pprof/allocs")
	}
}

func save(s subject, file, path string) error {
	profile, err := get(s.process, path)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(profile), 0o644) //nolint:gosec // a profile is no secret
}

// medianOf is the median of each figure; the machine is shared, and one round is
// chance.
func medianOf(rounds []figures) figures {
	return figures{
		rate:      median(rounds, func(f figures) float64 { return f.rate }),
		p50:       median(rounds, func(f figures) time.Duration { return f.p50 }),
		p99:       median(rounds, func(f figures) time.Duration { return f.p99 }),
		processor: median(rounds, func(f figures) time.Duration { return f.processor }),
		calls:     median(rounds, func(f figures) float64 { return f.calls }),
		bytes:     median(rounds, func(f figures) float64 { return f.bytes }),
		resident:  median(rounds, func(f figures) int64 { return f.resident }),
	}
}

func median[V cmp.Ordered](rounds []figures, of func(figures) V) V {
	values := make([]V, len(rounds))
	for i, f := range rounds {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
