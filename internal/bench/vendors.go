package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/accountgraph/accountgraph/internal/demo"
)

// serveVendors runs the simulated vendors, and prints the address of an endpoint that
// controls them.
func serveVendors(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("vendors", flag.ContinueOnError)
	delay := flags.Duration("delay", 0, "latency of each response")
	users := flags.Int("users", 0, "the number of users of each vendor; 0 is that of the demo")
	concurrent := flags.Int("concurrent", 0, "maxConcurrent of the configuration; 0 is the default")
	if err := flags.Parse(args); err != nil {
		return err
	}
	running, err := demo.StartSized(0, *users)
	if err != nil {
		return err
	}
	defer running.Stop()
	running.Delay(*delay)
	for i := range running.All {
		if *concurrent > 0 {
			running.All[i].Keys = append(running.All[i].Keys, fmt.Sprint("maxConcurrent: ", *concurrent))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /configuration", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, running.Config()) })
	mux.HandleFunc("POST /delay", func(_ http.ResponseWriter, r *http.Request) {
		if d, err := time.ParseDuration(r.URL.Query().Get("d")); err == nil {
			running.Delay(d)
		}
	})
	mux.HandleFunc("POST /calls", func(w http.ResponseWriter, _ *http.Request) {
		calls := 0
		for _, v := range running.All {
			calls += len(v.Control.TakeCalls())
		}
		fmt.Fprint(w, calls)
	})
	return serve(mux, stdout)
}

// vendorProcess is the subprocess with the simulated vendors.
type vendorProcess struct {
	*process
	// configuration is the configuration for them.
	configuration string
}

// startVendors runs the vendors of the demo for a load. A limit below the number of its
// connections would dominate the measurement.
func startVendors(delay time.Duration) (*vendorProcess, error) {
	return runVendors("-delay", delay.String(), "-concurrent", "64")
}

// startSized runs vendors with so many users each, 0 for those of the demo, and the default
// limits.
func startSized(delay time.Duration, users int) (*vendorProcess, error) {
	return runVendors("-delay", delay.String(), "-users", strconv.Itoa(users))
}

func runVendors(args ...string) (*vendorProcess, error) {
	p, err := start("vendors", args...)
	if err != nil {
		return nil, err
	}
	v := &vendorProcess{process: p}
	if v.configuration, err = get(p, "/configuration"); err != nil {
		p.stop()
		return nil, err
	}
	return v, nil
}

// calls returns how many calls the vendors have received since the last time.
func (v *vendorProcess) calls() (int, error) {
	text, err := readBody(http.Post("http://"+v.address+"/calls", "", nil))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// delay sets the latency of the vendors.
func (v *vendorProcess) delay(d time.Duration) error {
	_, err := readBody(http.Post("http://"+v.address+"/delay?d="+d.String(), "", nil))
	return err
}

// get reads a text from a subprocess.
func get(p *process, path string) (string, error) {
	return readBody(http.Get("http://" + p.address + path))
}

func readBody(r *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.Status, text)
	}
	return string(text), err
}
