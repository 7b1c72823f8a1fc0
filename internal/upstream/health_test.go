package upstream_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
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
		"one refusal of a request":  {[]int{404}, up},
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
				}
				if got := client.Status(); got != c.want {
					t.Errorf("the status is %s, want %s", got, c.want)
				}
			})
		})
	}
}

// A collection that is not found is a failure; an object that is not found is none.
func TestClient_StatusOfMissingCollection(t *testing.T) {
	for status, want := range map[int]model.ProviderStatus{404: model.ProviderDown, 410: model.ProviderDown, 403: model.ProviderUp} {
		client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(status, "{}"), nil })})
		_, _ = upstream.Read(t.Context(), client, upstream.Request{Path: "/users", Collection: true}, func([]byte) (int, error) { return 0, nil })
		if got := client.Status(); got != want {
			t.Errorf("after %d the status is %s, want %s", status, got, want)
		}
	}
}
