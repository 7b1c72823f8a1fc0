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
	if err := flags.Parse(args); err != nil {
		return err
	}
	running, err := demo.Start(0)
	if err != nil {
		return err
	}
	defer running.Stop()
	for i := range running.All {
		running.All[i].Control.Delay(*delay)
		// A limit below the number of connections of the load would dominate the
		// measurement.
		running.All[i].Keys = append(running.All[i].Keys, "maxConcurrent: 64")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /configuration", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, running.Config()) })
	mux.HandleFunc("GET /softwareone", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, running.Vendor("softwareone").BaseURL)
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
	// configuration is the configuration for them, baseURL the URL of SoftwareOne.
	configuration, baseURL string
}

func startVendors(delay time.Duration) (*vendorProcess, error) {
	p, err := start("vendors", "-delay", delay.String())
	if err != nil {
		return nil, err
	}
	v := &vendorProcess{process: p}
	if v.configuration, err = get(p, "/configuration"); err == nil {
		v.baseURL, err = get(p, "/softwareone")
	}
	if err != nil {
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
