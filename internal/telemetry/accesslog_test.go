package telemetry_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/telemetry"
)

func TestAccessLog_Line(t *testing.T) {
	var written bytes.Buffer
	log := telemetry.NewAccessLog(telemetry.NewLogger(&written, slog.LevelInfo), 1, nil, []byte("key"))
	log.Request(operation.Request{
		ID: "r-1", Type: "query", Name: "Everywhere", Document: "query Everywhere { __typename }", CallerID: "\x01\xff", Client: "app",
		Status: 200, Codes: []string{"UPSTREAM_TIMEOUT"}, Took: 12500 * time.Microsecond, From: "executed", TraceID: "4bf9",
		Reads: map[operation.Read]int{
			{Provider: "a", Source: pagecache.FromVendor}: 2, {Provider: "b", Source: pagecache.FromVendor}: 1, {Provider: "b", Source: pagecache.FromMemory}: 4,
		},
	})
	entries := lines(t, &written)
	want := []map[string]any{{
		"level": "INFO", "msg": "request", "requestId": "r-1", "status": 200.0, "type": "query", "operation": "Everywhere",
		"client": "app", "from": "executed", "codes": []any{"UPSTREAM_TIMEOUT"}, "ms": 12.5,
		"vendorCalls": 3.0, "sources": map[string]any{"VENDOR": 3.0, "MEMORY": 4.0}, "traceId": "4bf9",
	}}
	if len(entries) == 1 {
		hash, _ := entries[0]["hash"].(string)
		if len(hash) != 64 {
			t.Errorf("hash: %q", hash)
		}
		if caller, _ := entries[0]["caller"].(string); len(caller) != 32 {
			t.Errorf("caller: %q", caller)
		}
		want[0]["caller"] = entries[0]["caller"]
		want[0]["hash"], want[0]["time"] = hash, entries[0]["time"]
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

// Who knows an address cannot find its lines: the hash of a caller depends on a key. Servers with
// the same key agree.
func TestAccessLog_CallerIsKeyed(t *testing.T) {
	callerOf := func(key, id string) any {
		var written bytes.Buffer
		telemetry.NewAccessLog(telemetry.NewLogger(&written, slog.LevelInfo), 1, nil, []byte(key)).Request(operation.Request{CallerID: id})
		return lines(t, &written)[0]["caller"]
	}
	a := callerOf("one", "a")
	if a != callerOf("one", "a") || a == callerOf("two", "a") || a == callerOf("one", "b") || a == nil {
		t.Errorf("%v: one key %v, another %v, another caller %v", a, callerOf("one", "a"), callerOf("two", "a"), callerOf("one", "b"))
	}
}

func TestAccessLog_Sampling(t *testing.T) {
	count := func(sampling float64, r operation.Request) int {
		var written bytes.Buffer
		n := 0
		log := telemetry.NewAccessLog(telemetry.NewLogger(&written, slog.LevelInfo), sampling, func() float64 { n++; return float64(n%10) / 10 }, nil)
		for range 100 {
			log.Request(r)
		}
		return len(lines(t, &written))
	}
	ok, failed := operation.Request{Status: 200}, operation.Request{Status: 200, Codes: []string{"FORBIDDEN", "INTERNAL_SERVER_ERROR"}}
	for _, test := range []struct {
		sampling float64
		request  operation.Request
		want     int
	}{{0, ok, 0}, {0.3, ok, 30}, {1, ok, 100}, {0, failed, 100}} {
		if got := count(test.sampling, test.request); got != test.want {
			t.Errorf("%d lines of %v, want %d", got, test, test.want)
		}
	}
}

func TestLevel_Toggle(t *testing.T) {
	var written bytes.Buffer
	level := telemetry.NewLevel()
	log := telemetry.NewLogger(&written, level)
	level.Configure("warn")
	log.Info("hidden")
	level.Toggle(log)
	log.Debug("seen")
	level.Toggle(log)
	log.Info("hidden")
	for _, want := range []string{`"log level switched","to":"DEBUG"`, `"seen"`, `"log level switched","to":"WARN"`} {
		if strings.Count(written.String(), want) != 1 {
			t.Errorf("no %s in\n%s", want, &written)
		}
	}
	if strings.Contains(written.String(), "hidden") {
		t.Errorf("the level is ignored:\n%s", &written)
	}
}
