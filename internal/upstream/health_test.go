package upstream_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestClient_Status(t *testing.T) {
	const up, degraded, down = model.ProviderUp, model.ProviderDegraded, model.ProviderDown
	ok := func(n int) (codes []int) {
		for range n {
			codes = append(codes, 200)
		}
		return codes
	}
	for name, c := range map[string]struct {
		codes []int
		want  model.ProviderStatus
	}{
		"no call":                   {nil, model.ProviderUnknown},
		"one answer":                {[]int{200}, up},
		"one missing object":        {[]int{404}, model.ProviderUnknown},
		"missing objects":           {[]int{200, 404, 410}, up},
		"missing objects since":     {[]int{500, 404, 410}, down},
		"refusals of requests":      {[]int{400, 404, 410, 422}, up},
		"no credential":             {[]int{401}, down},
		"not allowed":               {[]int{200, 403}, up},
		"too many calls":            {[]int{200, 429}, degraded},
		"a failure":                 {[]int{500}, down},
		"no connection":             {[]int{0, 0}, down},
		"a redirect":                {[]int{302}, down},
		"an empty answer":           {[]int{204, 200}, degraded},
		"four failures in a row":    {[]int{200, 500, 500, 500, 500}, degraded},
		"five failures in a row":    {[]int{200, 500, 500, 503, 401, 0}, down},
		"back again":                {[]int{500, 500, 500, 500, 500, 200}, degraded},
		"nineteen answers since":    {append([]int{500}, ok(19)...), degraded},
		"twenty answers since":      {append([]int{500}, ok(20)...), up},
		"five failures after many":  {append(ok(33), 500, 500, 500, 500, 500), down},
		"interrupted by one answer": {[]int{500, 500, 500, 200, 500, 500}, degraded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				code := 0
				client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
					if code == 0 {
						return reset()
					}
					return reply(code, "{}"), nil
				})})
				for _, code = range c.codes {
					_, _ = read(t.Context(), client, "/p")
					pass(5 * time.Second) // an open circuit becomes half open
				}
				if got := client.Status(); got != c.want {
					t.Errorf("the status is %s, want %s", got, c.want)
				}
			})
		})
	}
}

// A collection that is not found is a failure, as is an object of the configuration that
// the vendor does not have or does not show.
func TestClient_StatusOfMissingPath(t *testing.T) {
	const up, down, unknown = model.ProviderUp, model.ProviderDown, model.ProviderUnknown
	for status, want := range map[int]map[string]model.ProviderStatus{
		404: {"object": unknown, "collection": down, "configured": down, "caller's": unknown},
		410: {"object": unknown, "collection": down, "configured": down, "caller's": unknown},
		403: {"object": up, "collection": up, "configured": down, "caller's": up},
	} {
		for name, r := range map[string]upstream.Request{
			"object": {Path: "/p"}, "collection": {Path: "/p", Collection: true},
			"configured": {Path: "/p", Configured: true}, "caller's": {Path: "/p", Configured: true},
		} {
			client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(status, "{}"), nil })})
			if name == "caller's" {
				client = client.WithCredential(providers.NewSecret("token of a caller"), upstream.Bearer)
			}
			_, _ = upstream.Read(t.Context(), client, r, func([]byte) (int, error) { return 0, nil })
			if got := client.Status(); got != want[name] {
				t.Errorf("after %d for %s the status is %s, want %s", status, name, got, want[name])
			}
		}
	}
}

// A response that cannot be decoded is a failure.
func TestClient_StatusOfUnreadableResponse(t *testing.T) {
	body := `{"html":"<p>Maintenance</p>"}`
	client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(200, body), nil })})
	decode := func(body []byte) (list []string, err error) { return list, json.Unmarshal(body, &list) }
	readList := func() { _, _ = upstream.Read(t.Context(), client, upstream.Request{Path: "/users"}, decode) }
	objects := upstream.BatchRequest[string]{
		Kind: "user", PerCall: 10,
		Request: func([]string) (upstream.Request, error) { return upstream.Request{Path: "/users"}, nil },
		Rows: func(body []byte) (rows map[string]json.RawMessage, err error) {
			var list []json.RawMessage
			return rows, json.Unmarshal(body, &list)
		},
		Decode: func([]byte) (string, error) { return "", nil },
	}
	readList()
	if got := client.Status(); got != model.ProviderDown {
		t.Errorf("after one unreadable list the status is %s", got)
	}
	body = "[]"
	readList()
	objects.Get(t.Context(), client, []string{"1"})
	if got := client.Status(); got != model.ProviderDegraded {
		t.Errorf("after readable responses the status is %s", got)
	}
	body = "{}"
	for range 3 {
		readList()
	}
	for _, id := range []string{"1", "2"} {
		if objects.Get(t.Context(), client, []string{id}).Failed[id] == nil {
			t.Error("the object does not fail")
		}
	}
	if got := client.Status(); got != model.ProviderDown {
		t.Errorf("after five unreadable responses the status is %s", got)
	}
}
