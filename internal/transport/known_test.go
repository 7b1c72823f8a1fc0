package transport_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/responsecache"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// cached returns options with which every response is cached. The function returns where
// the last one came from.
func cached() (transport.Options, func() responsecache.Source) {
	var last responsecache.Source
	return transport.Options{
		Authenticator: auth.AllowAll(), ResponseBytes: 1 << 20, Log: slog.New(slog.DiscardHandler),
		ObserveSource: func(source responsecache.Source) { last = source },
		Prefetch: func(ctx context.Context, _ *loaders.Loaders, _ loaders.Selection) {
			operation.From(ctx).Trace.LimitFreshness(time.Minute)
		},
	}, func() responsecache.Source { return last }
}

// A body that was served to the gateway is not served to the caller whose token the gateway
// forwarded.
func TestKnownRequests_GatewayField(t *testing.T) {
	o, source := cached()
	o.Authenticator = newAuthenticator(t)
	s := newTestServer(t, o)
	const body = `{"query": "{ _service { sdl } }"}`
	gateway := tokenHeader(t)
	gateway.Set("Router-Authorization", gatewaySecret)
	for _, want := range []responsecache.Source{responsecache.Miss, responsecache.Hit} {
		res, members := s.send(t, testRequest{body: body, header: gateway})
		if got := outcome(t, res, members); got != "200 data" || source() != want {
			t.Fatalf("the gateway: %s, %s", got, source())
		}
	}
	res, members := s.send(t, testRequest{body: body, header: tokenHeader(t)})
	if got := outcome(t, res, members); got != "403 FORBIDDEN" {
		t.Errorf("the caller itself: %s", got)
	}
}

// A body that names a trusted document means what the current manifest says.
func TestKnownRequests_Reload(t *testing.T) {
	o, source := cached()
	o.Documents = transport.Documents{Trusted: manifest(t)}
	h := newHandler(o).(*transport.Handler)
	body := requestBody(t, "", trustedID, "")
	for _, want := range []responsecache.Source{responsecache.Miss, responsecache.Hit} {
		if w := post(h, body); !strings.Contains(w.Body.String(), `"data"`) || source() != want {
			t.Fatalf("%s, %s", w.Body, source())
		}
	}
	h.Reload(o.Authenticator, nil)
	if w := post(h, body); !strings.Contains(w.Body.String(), "PersistedQueryNotFound") {
		t.Errorf("after the manifest was removed: %s", w.Body)
	}
}

// Bodies that mean the same share a response; those with other values do not.
func TestKnownRequests_Variables(t *testing.T) {
	o, source := cached()
	h := newHandler(o)
	request := func(variables string) string {
		return `{"query": "query ($f: UserFilter, $b: Boolean = true) { __typename @include(if: $b) users(filter: $f) { totalCount } }", "variables": ` + variables + `}`
	}
	for _, step := range []struct {
		variables string
		want      responsecache.Source
	}{
		{`{"f": {"name": "1", "status": ["ACTIVE"]}}`, responsecache.Miss},
		{`{"f": {"status": ["ACTIVE"], "name": "1"}}`, responsecache.Hit},
		{`{"f": {"status": "ACTIVE", "name": "1"}}`, responsecache.Hit},
		{`{"f": {"name": "1", "status": ["ACTIVE"]}, "b": true}`, responsecache.Miss},
		{`{"f": {"name": "1", "status": ["ACTIVE"]}, "b": false}`, responsecache.Miss},
		{`{"f": {"name": "1", "status": []}}`, responsecache.Miss},
		{`{"f": {"name": "1", "status": null}}`, responsecache.Miss},
		{`{"f": {"name": "", "status": null}}`, responsecache.Miss},
		{`{"f": null}`, responsecache.Miss},
		{`{}`, responsecache.Miss},
		{`null`, responsecache.Hit},
	} {
		if w := post(h, request(step.variables)); !strings.Contains(w.Body.String(), `"data"`) || source() != step.want {
			t.Errorf("%s: %s, want %s: %s", step.variables, source(), step.want, w.Body)
		}
		if w := post(h, request(step.variables)); source() != responsecache.Hit {
			t.Errorf("%s again: %s: %s", step.variables, source(), w.Body)
		}
	}
}

// BenchmarkCachedResponse serves a request with a hundred addresses from the response cache.
func BenchmarkCachedResponse(b *testing.B) {
	o, source := cached()
	h := newHandler(o)
	var body strings.Builder
	body.WriteString(`{"query":"query($e: [String!]!) { peopleByEmail(emails: $e) { name } }","variables":{"e":[`)
	for i := range 100 {
		fmt.Fprintf(&body, `"person%04d@globex.example",`, i)
	}
	text := strings.TrimSuffix(body.String(), ",") + "]}}"
	post(h, text)
	b.ReportAllocs()
	for b.Loop() {
		post(h, text)
	}
	if source() != responsecache.Hit {
		b.Fatal(source())
	}
}
