package process_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// internalError makes a vendor fail every call.
var internalError = fakevendor.Fault{Path: "/", Status: 500, ContentType: "text/html", Body: "<h1>inner workings</h1>"}

// A failing vendor affects only the fields that need it.
func TestServe_VendorFails(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+v.Config()))
	v.Vendor("softwareone").Control.Add(internalError)
	a := p.query(`{
		ok: users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } }
		failing: users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } }
		all: users(first: 3) { nodes { id } }
		providers { name status }
	}`)
	if a.value("ok.nodes.0.id") == nil || a.value("all.nodes.2.id") == nil {
		t.Errorf("data of the other vendors is missing: %s", a.text)
	}
	if a.value("failing") != nil {
		t.Errorf("data of the failed vendor: %s", a.text)
	}
	failed := func(path ...any) graphError {
		return graphError{"softwareone: unavailable (HTTP 500)", path, map[string]any{
			"code": "UPSTREAM_UNAVAILABLE", "provider": "softwareone", "vendor": "SOFTWAREONE", "httpStatus": 500.0,
		}}
	}
	if diff := cmp.Diff([]graphError{failed("failing"), failed("all")}, sortByRoot(a.Errors, "failing", "all")); diff != "" {
		t.Error(diff)
	}
}

// The path of an error leads to the list element that failed.
func TestServe_VendorFailsInList(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"cache: {fresh: 0s, stale: 0s}\n"+v.Config()))
	const query = `{ users(first: 2, filter: {providers: ["activeplatform"]}) { nodes { vendorId memberships { nodes { role } } } } }`
	a := p.query(query)
	if len(a.Errors) > 0 || a.value("users.nodes.1.vendorId") == nil {
		t.Fatal(a.text)
	}
	second, _ := a.value("users.nodes.1.vendorId").(string)
	v.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/api/vendor/v1/users/" + second + "/", Status: 500})
	a = p.query(query)
	if a.value("users.nodes.0.memberships.nodes") == nil || a.value("users.nodes.1.vendorId") == nil {
		t.Errorf("data of the other elements is missing: %s", a.text)
	}
	if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "UPSTREAM_UNAVAILABLE" || a.Errors[0].Extensions["provider"] != "activeplatform" ||
		len(a.Errors[0].Path) < 4 || !cmp.Equal(a.Errors[0].Path[:4], []any{"users", "nodes", 1.0, "memberships"}) {
		t.Errorf("the errors are %+v", a.Errors)
	}
}

// sortByRoot returns errors in the order of their root fields.
func sortByRoot(errs []graphError, roots ...string) []graphError {
	var ordered []graphError
	for _, root := range roots {
		for _, e := range errs {
			if len(e.Path) > 0 && e.Path[0] == root {
				ordered = append(ordered, e)
			}
		}
	}
	return ordered
}

// A server whose Redis is unreachable is ready and responds.
func TestServe_RedisUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"cache: {redis: 'redis://"+address+"'}\n"+startVendors(t).Config()))
	for range 2 {
		a := p.query(`{ users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } }`)
		if len(a.Errors) > 0 || a.value("users.nodes.0.id") == nil {
			t.Error(a.text)
		}
	}
	p.waitStderr(`redis unavailable, using memory cache only`)
	if status, _, body := p.get("/readyz"); status != http.StatusOK || body != "ready\n" {
		t.Errorf("/readyz: %d %q", status, body)
	}
}
