package process_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// A caching router gets the tags of refresh and purge, and of a vendor that refuses the
// credential, exactly once.
func TestInvalidation_ReachesTheRouter(t *testing.T) {
	t.Parallel()
	requests := make(chan string, 10)
	router := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(body)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(router.Close)
	v := startVendors(t)
	config := fmt.Sprintf("%sgateway: {invalidation: {url: '%s/invalidation', secret: '${SHARED}', subgraph: people}}\n", listenAnywhere, router.URL) + v.Config()
	p := startServer(t, []string{"SHARED=s3cr3t-key"}, "--config", writeFile(t, "a.yaml", config))
	next := func(what string, tags ...string) {
		t.Helper()
		items := make([]string, len(tags))
		for i, tag := range tags {
			items[i] = `{"kind":"cache_tag","subgraphs":["people"],"cache_tag":"` + tag + `"}`
		}
		select {
		case got := <-requests:
			if diff := cmp.Diff("POST /invalidation s3cr3t-key ["+strings.Join(items, ",")+"]", got); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		case <-time.After(waitTimeout):
			t.Fatalf("%s: no request", what)
		}
	}
	p.query(`mutation { refresh(ids: ["softwareone:User:USR-1000-1234", "softwareone:Account:ACC-1000-1234"]) }`)
	next("refresh", "softwareone:User:USR-1000-1234", "softwareone:Account:ACC-1000-1234")
	p.query(`mutation { purge(provider: "blendvision") }`)
	next("purge", "blendvision")
	v.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/", Status: http.StatusUnauthorized})
	p.query(`{ users(first: 1, filter: {providers: ["activeplatform"]}) { nodes { id } } }`)
	next("a refused credential", "activeplatform")
	// They are counted when the server has read the router's response.
	waitFor(t, "4 tags are counted", func() bool {
		sent, _ := p.metric(`accountgraph_invalidations_total{result="sent"}`)
		return sent == 4
	})
	p.signal(syscall.SIGTERM)
	p.exit()
	if len(requests) > 0 || strings.Contains(p.stderr.String(), "s3cr3t") {
		t.Errorf("%d further requests, log: %s", len(requests), &p.stderr)
	}
}
