package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/providers"
)

func TestProviderLog_OneLineAChange(t *testing.T) {
	var out bytes.Buffer
	l := telemetry.NewProviderLog(telemetry.NewLogger(&out, slog.LevelInfo))
	call := func(provider string, kind providers.Kind, status int) {
		l.Call(operation.Call{Provider: provider, Path: "/users/secret", Source: pagecache.FromVendor, Kind: kind, Status: status})
	}
	call("one", 0, 200)
	for range 3 {
		call("one", providers.Unauthenticated, 401)
		call("two", providers.Unauthenticated, 401)
		call("one", providers.Forbidden, 403)
	}
	l.Call(operation.Call{Provider: "one", Source: pagecache.FromMemory}) // no call
	call("one", 0, 200)
	call("one", 0, 200)
	call("two", providers.Unavailable, 503)
	l.Breaker("two", true)
	l.Breaker("two", false)
	l.Breaker("three", true)
	call("one", providers.Unauthenticated, 401)

	want := []string{
		"ERROR one: the vendor refuses the credential of a provider unauthenticated 401",
		"ERROR two: the vendor refuses the credential of a provider unauthenticated 401",
		"INFO one: the vendor accepts the credential of a provider again <nil> <nil>",
		"WARN two: the circuit breaker of a provider has opened unavailable 503",
		"INFO two: the circuit breaker of a provider has closed <nil> <nil>",
		"WARN three: the circuit breaker of a provider has opened timeout <nil>",
		"ERROR one: the vendor refuses the credential of a provider unauthenticated 401",
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s: %s %v %v", m["level"], m["provider"], m["msg"], m["reason"], m["httpStatus"]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(out.String(), "secret") {
		t.Error("a path is logged")
	}
}

// A reading of an index that fails has one line as long as the reason is the same.
func TestProviderLog_Index(t *testing.T) {
	var out bytes.Buffer
	l := telemetry.NewProviderLog(telemetry.NewLogger(&out, slog.LevelInfo))
	forbidden := fmt.Errorf("reading: %w", &providers.Error{Kind: providers.Forbidden, HTTPStatus: 403, Detail: "organization o1"})
	l.Index("one", nil, 0)
	l.Index("one", forbidden, 4100*time.Millisecond)
	l.Index("one", forbidden, 5*time.Second)
	l.Index("one", &providers.Error{Kind: providers.Unavailable}, 0)
	l.Index("two", errors.New("https://secret.example.com"), 0)
	l.Index("one", nil, 0)
	l.Index("one", nil, 0)
	l.Index("one", forbidden, time.Minute)

	want := []string{
		"WARN one: the index of a provider could not be built forbidden 403 organization o1 5",
		"WARN one: the index of a provider could not be built unavailable <nil> <nil> <nil>",
		"WARN two: the index of a provider could not be built bad_response <nil> <nil> <nil>",
		"INFO one: the index of a provider is built again <nil> <nil> <nil> <nil>",
		"WARN one: the index of a provider could not be built forbidden 403 organization o1 60",
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s: %s %v %v %v %v", m["level"], m["provider"], m["msg"], m["reason"], m["httpStatus"], m["detail"], m["retryAfter"]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
