package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/accountgraph/accountgraph/internal/bench/baseline"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
)

// serveGqlgenBaseline runs the baseline written with gqlgen and dataloader only.
func serveGqlgenBaseline(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("plain", flag.ContinueOnError)
	text := flags.String("configuration", "", "the text of a configuration for accountgraph")
	wait := flags.Duration("wait", time.Millisecond, "how long a batch waits for more keys")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, err := parse(*text)
	if err != nil {
		return err
	}
	return serve(instrumented(baseline.Handler(vendorsOf(c), *wait)), stdout)
}

// vendorsOf returns the vendors of a configuration.
func vendorsOf(c *config.Config) baseline.Vendors {
	v := baseline.Vendors{Token: demo.Token}
	for _, p := range c.Providers {
		switch p.Name {
		case "softwareone":
			v.SoftwareOne = p.BaseURL
		case "activityinfo":
			v.ActivityInfo, v.BillingAccounts = p.BaseURL, p.Options.List("billingAccounts")
		case "activeplatform":
			v.ActivePlatform = p.BaseURL
		case "blendvision":
			v.BlendVision, v.Organizations = p.BaseURL, p.Options.List("organizations")
		}
	}
	return v
}

// serveStaticBaseline runs a handler that writes the responses that another server gave
// to the request bodies in args. It is the upper bound for a server over net/http.
func serveStaticBaseline(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	from := flags.String("from", "", "the URL of the other server")
	if err := flags.Parse(args); err != nil {
		return err
	}
	responses := map[string][]byte{}
	for _, body := range flags.Args() {
		response, err := post(*from, body)
		if err != nil {
			return err
		}
		responses[body] = response
	}
	return serve(instrumented(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		response := responses[string(body)]
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(response)))
		_, _ = w.Write(response)
	})), stdout)
}
