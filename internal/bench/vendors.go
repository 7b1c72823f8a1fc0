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

// serveVendors runs the simulated vendors; the printed address is that of their
// control.
func serveVendors(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("vendors", flag.ContinueOnError)
	delay := flags.Duration("delay", 0, "how long an answer takes")
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
		// The load has 32 connections, and a bound below that would be measured
		// instead of the server.
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

// vendorProcess is the process with the simulated vendors, as the others see it.
type vendorProcess struct {
	*process
	// configuration is theirs, baseURL that of SoftwareOne.
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

// calls is how many the vendors have received since it was called last.
func (v *vendorProcess) calls() (int, error) {
	text, err := answered(http.Post("http://"+v.address+"/calls", "", nil))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// get asks a process for a text.
func get(p *process, path string) (string, error) {
	return answered(http.Get("http://" + p.address + path))
}

func answered(r *http.Response, err error) (string, error) {
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
