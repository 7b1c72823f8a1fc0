package differential_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/differential"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

func startVendors(t *testing.T) *demo.Vendors { return startVendorsWith(t, 0) }

// startVendorsWith runs vendors with so many users each, but no fewer than the demo's.
func startVendorsWith(t *testing.T, users int) *demo.Vendors {
	t.Helper()
	simulated, err := demo.StartSized(0, users)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	return simulated
}

func configuration(t *testing.T, simulated *demo.Vendors, cache string) *config.Config {
	t.Helper()
	text := "server: {listen: 127.0.0.1:0}\ncache: {" + cache + "}\n" + simulated.Config()
	c, err := config.Parse("test", []byte(text), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// startServer runs a server with these cache settings, and returns its URL.
func startServer(t *testing.T, simulated *demo.Vendors, cache string) client {
	t.Helper()
	return run(t, configuration(t, simulated, cache), nil)
}

// startServerWithIndex runs a server that uses these indexes.
func startServerWithIndex(t *testing.T, simulated *demo.Vendors, index config.Index) client {
	t.Helper()
	return run(t, withIndex(t, simulated, index), nil)
}

func withIndex(t *testing.T, simulated *demo.Vendors, index config.Index) *config.Config {
	t.Helper()
	c := configuration(t, simulated, "fresh: 5m")
	for i := range c.Providers {
		c.Providers[i].Index = index
	}
	return c
}

// run runs a server that calls the vendors by a transport; it may be nil.
func run(t *testing.T, c *config.Config, vendors http.RoundTripper) client {
	t.Helper()
	s, err := server.New(server.Options{
		Config: c, Schema: resolvers.New(), Log: slog.New(slog.DiscardHandler), Simulated: true, VendorTransport: vendors,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	address := make(chan string, 1)
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx, func(a string) { address <- a }); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
		s.Close()
	})
	return client("http://" + <-address + "/graphql")
}

func readWorld(t *testing.T, simulated *demo.Vendors) *differential.World {
	t.Helper()
	var all []differential.Vendor
	for _, p := range configuration(t, simulated, "").Providers {
		all = append(all, differential.Vendor{
			Name: p.Name, BaseURL: p.BaseURL, Token: p.Token.Reveal(),
			Tenants: slices.Concat(p.Options.List("billingAccounts"), p.Options.List("organizations")),
		})
	}
	w, err := differential.Read(all)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// client sends queries to a URL.
type client string

type response struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
}

// retried are the codes after which a query is sent again: what was read is cached.
var retried = []string{"BUDGET_EXCEEDED", "TIMEOUT", "UPSTREAM_TIMEOUT", "UPSTREAM_INDEXING"}

// post returns the response to a query. A query that needs more vendor calls than one
// operation may make, or more time, is sent again.
func (c client) post(t *testing.T, q differential.Query) response {
	t.Helper()
	var r response
	for range 10 {
		r = c.send(t, http.MethodPost, string(c), q.JSON())
		if !slices.ContainsFunc(codes(r), func(code string) bool { return slices.Contains(retried, code) }) {
			break
		}
	}
	return r
}

func (c client) get(t *testing.T, q differential.Query) response {
	t.Helper()
	variables, err := json.Marshal(q.Variables)
	if err != nil {
		t.Fatal(err)
	}
	return c.send(t, http.MethodGet, string(c)+"?"+url.Values{"query": {q.Document}, "variables": {string(variables)}}.Encode(), nil)
}

func (c client) send(t *testing.T, method, target string, body []byte) (r response) {
	t.Helper()
	request, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	return r
}

func codes(r response) []string {
	var all []string
	for _, e := range r.Errors {
		all = append(all, e.Extensions.Code)
	}
	return all
}

// request is a query as it can be sent again.
func request(q differential.Query) string {
	variables, _ := json.Marshal(q.Variables)
	return fmt.Sprintf("%s\nvariables: %s", q.Document, variables)
}
