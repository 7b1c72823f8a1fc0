package process_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/demo"
)

// response is a GraphQL response.
type response struct {
	Data       map[string]any
	Errors     []graphError
	Extensions map[string]any
	// text is the body.
	text string
}

type graphError struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

// client returns a client that opens a connection for each request, and uses no proxy.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: waitTimeout}
}

// get requests a path of the server.
func (p *process) get(path string) (int, http.Header, string) {
	p.t.Helper()
	res, err := client().Get("http://" + p.address + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(body)
}

// query sends a query, with headers of the form "name: value".
func (p *process) query(query string, headers ...string) response {
	p.t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		p.t.Fatal(err)
	}
	status, a, err := post(client(), p.address, string(body), headers...)
	if err != nil || status != http.StatusOK {
		p.t.Errorf("%s: %d, %v\n%s", query, status, err, a.text)
	}
	return a
}

// post sends a request body to /graphql.
func post(c *http.Client, address, body string, headers ...string) (status int, a response, err error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql", strings.NewReader(body))
	if err != nil {
		return 0, a, err
	}
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	res, err := c.Do(r)
	if err != nil {
		return 0, a, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, a, err
	}
	a.text = string(text)
	return res.StatusCode, a, json.Unmarshal(text, &a)
}

// value returns a value in the data by a path of keys and indexes, as in
// "users.nodes.0.id", or nil.
func (a response) value(path string) any {
	var value any = a.Data
	for key := range strings.SplitSeq(path, ".") {
		switch in := value.(type) {
		case map[string]any:
			value = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(in) {
				return nil
			}
			value = in[i]
		default:
			return nil
		}
	}
	return value
}

// metric returns the value of a series of /metrics, given with its labels.
func (p *process) metric(series string) (float64, bool) {
	p.t.Helper()
	_, _, text := p.get("/metrics")
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, series+" "); found {
			number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return number, err == nil
		}
	}
	return 0, false
}

// startVendors runs the simulated vendors in the test process.
func startVendors(t *testing.T) *demo.Vendors {
	t.Helper()
	v, err := demo.Start(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Stop)
	return v
}

// listenAnywhere configures a server to listen on a free port.
const listenAnywhere = "server: {listen: 127.0.0.1:0}\n"
