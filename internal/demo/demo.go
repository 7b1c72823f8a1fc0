// Package demo runs the four simulated vendors and describes them as a
// configuration, so that the server shows what it does with nothing else on the
// machine.
//
// It knows how to start the simulators, not how to ask them.
package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// Token is what every simulated vendor accepts. It opens nothing else.
const Token = "demo-token"

// FirstPort is where Start listens when it is told to use fixed ports: the four
// from here on.
const FirstPort = 8081

// LastFirstPort leaves room for the other three.
const LastFirstPort = 65535 - 3

// Vendor is one simulated vendor that is running.
type Vendor struct {
	// Name is the provider's name, and the vendor's word in a configuration.
	Name string
	// BaseURL is where its API is.
	BaseURL string
	// Keys are further lines of its configuration, each `key: value`.
	Keys []string
	// Control makes it misbehave, for tests.
	Control *fakevendor.Control
}

// Vendors are the four simulated vendors, running on loopback.
type Vendors struct {
	All     []Vendor
	servers []*http.Server
}

// Start runs the simulated vendors on loopback: on the four ports from firstPort
// on, or on free ones when that is 0. Stop ends them.
func Start(firstPort int) (*Vendors, error) {
	softwareone := softwareonefake.New(Token)
	activityinfo := activityinfofake.New(Token)
	activeplatform := activeplatformfake.New(Token)
	blendvision := blendvisionfake.New(Token)
	cast := []struct {
		Vendor
		handler http.Handler
	}{
		{Vendor{Name: "softwareone", BaseURL: "/public", Control: &softwareone.Control}, softwareone},
		{Vendor{Name: "activityinfo", Keys: []string{quoted("billingAccounts", activityinfofake.FirstAccount)}, Control: &activityinfo.Control}, activityinfo},
		{Vendor{Name: "activeplatform", Control: &activeplatform.Control}, activeplatform},
		{Vendor{Name: "blendvision", Keys: []string{quoted("organizations", blendvision.Organizations()...)}, Control: &blendvision.Control}, blendvision},
	}
	v := &Vendors{}
	for i, c := range cast {
		port := 0
		if firstPort != 0 {
			port = firstPort + i
		}
		address := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", address)
		if err != nil {
			v.Stop()
			return nil, fmt.Errorf("the simulated %s cannot listen on %s: %w", c.Name, address, errors.Unwrap(err))
		}
		server := &http.Server{Handler: c.handler, ReadHeaderTimeout: 3 * time.Second}
		go func() {
			// Serve ends with ErrServerClosed when Stop is called.
			if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
				panic(err)
			}
		}()
		c.BaseURL = "http://" + listener.Addr().String() + c.BaseURL
		v.All = append(v.All, c.Vendor)
		v.servers = append(v.servers, server)
	}
	return v, nil
}

func quoted(key string, values ...string) string {
	return fmt.Sprintf(`%s: ["%s"]`, key, strings.Join(values, `", "`))
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

// closed is a context that has ended: nobody waits for a simulated answer.
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
