package process_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// internalError is a vendor that fails whatever it is asked.
var internalError = fakevendor.Fault{Path: "/", Status: 500, ContentType: "text/html", Body: "<h1>inner workings</h1>"}

// TestServe_VendorFails holds that a vendor that fails costs what depends on it, and
// nothing else.
func TestServe_VendorFails(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+v.Config()))
	v.Vendor("softwareone").Control.Add(internalError)
	a := p.query(`{
		well: users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } }
		ill: users(first: 1, filter: {providers: ["softwareone"]}) { nodes { id } }
		all: users(first: 3) { nodes { id } }
		providers { name status }
	}`)
	if a.value("well.nodes.0.id") == nil || a.value("all.nodes.2.id") == nil {
		t.Errorf("what the others have is missing: %s", a.text)
	}
	if a.value("ill") != nil {
		t.Errorf("there is data of a vendor that gave none: %s", a.text)
	}
	failed := func(path ...any) graphError {
		return graphError{"softwareone: unavailable (HTTP 500)", path, map[string]any{
			"code": "UPSTREAM_UNAVAILABLE", "provider": "softwareone", "vendor": "SOFTWAREONE", "httpStatus": 500.0,
		}}
	}
	if diff := cmp.Diff([]graphError{failed("ill"), failed("all")}, sortByRoot(a.Errors, "ill", "all")); diff != "" {
		t.Error(diff)
	}
}

// TestServe_VendorFailsInList holds that an error names the element of the list that
// it belongs to.
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
		t.Errorf("what did not fail is missing: %s", a.text)
	}
	if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "UPSTREAM_UNAVAILABLE" || a.Errors[0].Extensions["provider"] != "activeplatform" ||
		len(a.Errors[0].Path) < 4 || !cmp.Equal(a.Errors[0].Path[:4], []any{"users", "nodes", 1.0, "memberships"}) {
		t.Errorf("the errors are %+v", a.Errors)
	}
}

// sortByRoot orders errors by the root field that they belong to.
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

// TestServe_RedisUnreachable holds that a server without the Redis it was given says that
// it is ready, and is.
func TestServe_RedisUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+"cache: {redis: 'redis://"+nobody+"'}\n"+startVendors(t).Config()))
	for range 2 {
		a := p.query(`{ users(first: 1, filter: {providers: ["blendvision"]}) { nodes { id } } }`)
		if len(a.Errors) > 0 || a.value("users.nodes.0.id") == nil {
			t.Error(a.text)
		}
	}
	p.waitStderr(`redis does not answer and is left alone`)
	if status, _, body := p.get("/readyz"); status != http.StatusOK || body != "ready\n" {
		t.Errorf("/readyz: %d %q", status, body)
	}
}
