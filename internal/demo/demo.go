// Package demo runs the simulated vendors and describes them as a configuration,
// so that the server can be tried with nothing else on the machine.
//
// It starts the simulators and knows no vendor's API.
package demo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// Token is the credential that every simulated vendor accepts, and nobody else.
const Token = "demo-token"

// FirstPort is the default of Start's first port.
const FirstPort = 8081

// LastFirstPort is the highest first port that leaves one for every vendor.
func LastFirstPort() int { return math.MaxUint16 + 1 - len(vendors.All()) }

// Vendor is one simulated vendor that is running.
type Vendor struct {
	// Name is the provider's name, and the vendor as configurations spell it.
	Name string
	// BaseURL is the URL of its API.
	BaseURL string
	// Keys are further lines of its configuration, each `key: value`.
	Keys []string
	// Control makes it misbehave, for tests.
	Control *fakevendor.Control
}

// Vendors are the simulated vendors, running on loopback.
type Vendors struct {
	All     []Vendor
	servers []*http.Server
}

// Start runs the simulated vendors on loopback: on consecutive ports from firstPort
// on, or on free ones when that is 0. Stop ends them.
func Start(firstPort int) (*Vendors, error) { return StartSized(firstPort, 0) }

// StartSized runs them with so many users each, but no fewer than those that Start runs.
func StartSized(firstPort, users int) (*Vendors, error) {
	v := &Vendors{}
	for i, row := range vendors.All() {
		port := 0
		if firstPort != 0 {
			port = firstPort + i
		}
		address := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", address)
		if err != nil {
			v.Stop()
			return nil, fmt.Errorf("the simulated %s cannot listen on %s: %w", row.Word(), address, errors.Unwrap(err))
		}
		simulator := row.SimulateSized(Token, users)
		server := &http.Server{Handler: simulator.Handler, ReadHeaderTimeout: 3 * time.Second}
		go func() {
			// Serve returns ErrServerClosed after Stop.
			if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
				panic(err)
			}
		}()
		v.servers = append(v.servers, server)
		v.All = append(v.All, Vendor{
			Name: row.Word(), BaseURL: "http://" + listener.Addr().String() + simulator.BasePath,
			Keys: keys(row, simulator.Options), Control: simulator.Control,
		})
	}
	return v, nil
}

// keys are the lines of a vendor's own configuration keys, in the order of its row.
func keys(row vendors.Vendor, o config.Options) []string {
	var lines []string
	for _, key := range row.Keys {
		switch {
		case o[key.Name] == nil:
		case key.List:
			lines = append(lines, quoted(key.Name, o.List(key.Name)...))
		default:
			lines = append(lines, key.Name+": "+o.Text(key.Name))
		}
	}
	return lines
}

func quoted(key string, values ...string) string {
	return fmt.Sprintf(`%s: ["%s"]`, key, strings.Join(values, `", "`))
}

// Delay delays every response.
func (v *Vendors) Delay(d time.Duration) {
	for _, vendor := range v.All {
		vendor.Control.Delay(d)
	}
}

// StopRecording stops the recording of requests.
func (v *Vendors) StopRecording() {
	for _, vendor := range v.All {
		vendor.Control.StopRecording()
	}
}

// Vendor returns one of the vendors by name.
func (v *Vendors) Vendor(name string) Vendor {
	for _, vendor := range v.All {
		if vendor.Name == name {
			return vendor
		}
	}
	return Vendor{}
}

// Stop ends the simulated vendors at once.
func (v *Vendors) Stop() {
	for _, s := range v.servers {
		_ = s.Shutdown(closed())
	}
}

// closed is a context that has ended: Shutdown does not wait for requests in flight.
func closed() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// Config is the configuration file for these vendors.
func (v *Vendors) Config() string {
	var b strings.Builder
	b.WriteString("providers:\n")
	for _, vendor := range v.All {
		fmt.Fprintf(&b, "  - name: %s\n    vendor: %s\n    baseURL: %s\n    token: %s\n", vendor.Name, vendor.Name, vendor.BaseURL, Token)
		for _, key := range vendor.Keys {
			fmt.Fprintf(&b, "    %s\n", key)
		}
	}
	return b.String()
}
