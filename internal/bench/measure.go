package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// measurement is what is measured of a server under load.
type measurement struct {
	// rate is requests per second.
	rate     float64
	p50, p99 time.Duration
	// cpu, calls, bytes and objects are the server's CPU time, vendor calls, allocated
	// bytes and allocated objects per request.
	cpu     time.Duration
	calls   float64
	bytes   float64
	objects float64
	// resident is the server's resident memory at the end, in bytes.
	resident int64
}

// measure warms a server up and measures it.
func (s settings) measure(v *vendorProcess, l load) (measurement, error) {
	if _, err := l.run(s.warmUp()); err != nil {
		return measurement{}, err
	}
	finish := s.profile(l)
	f, err := s.measureWarm(v, l)
	if err != nil {
		return f, err
	}
	return f, finish()
}

// measureWarm measures a server that is warm.
func (s settings) measureWarm(v *vendorProcess, l load) (measurement, error) {
	if _, err := v.calls(); err != nil {
		return measurement{}, err
	}
	bytes, objects, err := allocated(l.target)
	if err != nil {
		return measurement{}, err
	}
	cpu, start := l.target.cpuTime(), time.Now()
	took, err := l.run(s.cell)
	if err != nil {
		return measurement{}, err
	}
	elapsed, n := time.Since(start), float64(len(took))
	f := measurement{rate: n / elapsed.Seconds(), resident: l.target.resident()}
	f.cpu = time.Duration(float64(l.target.cpuTime()-cpu) / n)
	calls, err := v.calls()
	if err != nil {
		return f, err
	}
	f.calls = float64(calls) / n
	bytesAfter, objectsAfter, err := allocated(l.target)
	if err != nil {
		return f, err
	}
	f.bytes, f.objects = float64(bytesAfter-bytes)/n, float64(objectsAfter-objects)/n
	slices.Sort(took)
	f.p50, f.p99 = took[len(took)/2], took[len(took)*99/100]
	return f, nil
}

// allocated returns how many bytes and objects a server has allocated since it started.
func allocated(s target) (bytes, objects int64, err error) {
	text, err := get(s.process, "/allocated")
	if err == nil {
		_, err = fmt.Sscan(text, &bytes, &objects)
	}
	return bytes, objects, err
}

// profile starts profiling a server if the settings name a folder. finish writes the
// profiles.
func (s settings) profile(l load) (finish func() error) {
	if s.profiles == "" {
		return func() error { return nil }
	}
	name := s.profileName(l)
	done := make(chan error, 1)
	go func() {
		done <- save(l.target, name+".cpu", fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(s.cell.Seconds()))))
	}()
	return func() error {
		if err := <-done; err != nil {
			return err
		}
		return save(l.target, name+".allocs", "/debug/pprof/allocs")
	}
}

// profileName returns the name of the files with the profiles, without the extension.
func (s settings) profileName(l load) string {
	name := fmt.Sprintf("%s %s %d", l.target.name, l.scenario.letter, l.clients)
	return filepath.Join(s.profiles, strings.NewReplacer(",", "", " ", "-", "/", "-").Replace(name))
}

func save(s target, file, path string) error {
	profile, err := get(s.process, path)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(profile), 0o644) //nolint:gosec // a profile holds no secret
}

// medianOf returns the median of each figure.
func medianOf(rounds []measurement) measurement {
	return measurement{
		rate:     median(rounds, func(f measurement) float64 { return f.rate }),
		p50:      median(rounds, func(f measurement) time.Duration { return f.p50 }),
		p99:      median(rounds, func(f measurement) time.Duration { return f.p99 }),
		cpu:      median(rounds, func(f measurement) time.Duration { return f.cpu }),
		calls:    median(rounds, func(f measurement) float64 { return f.calls }),
		bytes:    median(rounds, func(f measurement) float64 { return f.bytes }),
		objects:  median(rounds, func(f measurement) float64 { return f.objects }),
		resident: median(rounds, func(f measurement) int64 { return f.resident }),
	}
}

func median[V cmp.Ordered](rounds []measurement, of func(measurement) V) V {
	values := make([]V, len(rounds))
	for i, f := range rounds {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
