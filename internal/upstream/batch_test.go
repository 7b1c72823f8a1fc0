package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// things requests objects that are strings, n per call.
func things(n int) upstream.BatchRequest[string] {
	return upstream.BatchRequest[string]{
		Kind:    "things",
		PerCall: n,
		Request: func(ids []string) (upstream.Request, error) {
			for _, id := range ids {
				if _, err := upstream.Path(id); err != nil {
					return upstream.Request{}, err
				}
			}
			return upstream.Request{Path: "/things", Query: strings.Join(ids, ",")}, nil
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			var rows map[string]json.RawMessage
			return rows, json.Unmarshal(body, &rows)
		},
		Decode: func(row []byte) (string, error) {
			var s string
			return s, json.Unmarshal(row, &s)
		},
	}
}

// fakeThings returns the requested things except for "none"; it records the calls.
func fakeThings(calls *[]string) vendor {
	return func(r *http.Request) (*http.Response, error) {
		*calls = append(*calls, r.URL.RawQuery)
		rows := map[string]any{}
		for _, id := range strings.Split(r.URL.RawQuery, ",") {
			switch id {
			case "none":
			case "odd":
				rows[id] = 7
			default:
				rows[id] = "the " + id
			}
		}
		body, err := json.Marshal(rows)
		return reply(200, string(body)), err
	}
}

func TestBatch_CombinesIDs(t *testing.T) {
	var calls []string
	client := connect(t, upstream.Config{MaxConcurrent: 1, Transport: fakeThings(&calls)})
	found := things(3).Get(t.Context(), client, []string{"e", "b", "none", "a", "b", "c", "a"})
	want := map[string]string{"a": "the a", "b": "the b", "c": "the c", "e": "the e"}
	if !maps.Equal(found.Objects, want) || len(found.Failed) != 0 {
		t.Errorf("found %v, failed %v", found.Objects, found.Failed)
	}
	slices.Sort(calls)
	if !slices.Equal(calls, []string{"a,b,c", "e,none"}) {
		t.Errorf("the calls are %q", calls)
	}
	found = things(3).Get(t.Context(), client, nil)
	if len(found.Objects) != 0 || len(found.Failed) != 0 || len(calls) != 2 {
		t.Error("no ids, but a call or a result")
	}
}

// An object that was not requested makes those that are missing failures, not absent. Vendors may
// write an id in another way.
func TestBatch_UnrequestedObject(t *testing.T) {
	for name, c := range map[string]struct {
		body          string
		unfiltered    bool
		found, failed []string
	}{
		"none":                    {`{}`, false, nil, nil},
		"one":                     {`{"a1": "x"}`, false, []string{"a1"}, nil},
		"another":                 {`{"c3": "x"}`, false, nil, []string{"a1", "b2"}},
		"one and another":         {`{"a1": "x", "c3": "x"}`, false, []string{"a1"}, []string{"b2"}},
		"all and another":         {`{"a1": "x", "b2": "x", "c3": "x"}`, false, []string{"a1", "b2"}, nil},
		"one in another case":     {`{"A1": "x"}`, false, nil, nil},
		"one with spaces":         {`{"a1 ": "x"}`, false, nil, nil},
		"one with zeros":          {`{"0a1": "x"}`, false, nil, nil},
		"one in another alphabet": {`{"á1": "x"}`, false, nil, nil},
		"both of one spelling":    {`{"a1": "x", "A1": "x", "B2": "x"}`, false, []string{"a1"}, nil},
		"another that is allowed": {`{"c3": "x"}`, true, nil, nil},
	} {
		for kind, o := range map[string]upstream.BatchRequest[string]{"rows": things(10), "objects": things(10)} {
			if o.Unfiltered = c.unfiltered; kind == "objects" {
				o.Objects = func(body []byte) (map[string]string, error) {
					var objects map[string]string
					return objects, json.Unmarshal(body, &objects)
				}
			}
			o.More = func([]byte) bool { return name == "another" } // would be requested again
			client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(200, c.body), nil })})
			found := o.Get(t.Context(), client, []string{"a1", "b2"})
			if got := slices.Sorted(maps.Keys(found.Objects)); !slices.Equal(got, c.found) {
				t.Errorf("%s, %s: found %q, want %q", name, kind, got, c.found)
			}
			if got := slices.Sorted(maps.Keys(found.Failed)); !slices.Equal(got, c.failed) {
				t.Errorf("%s, %s: failed %v, want %q", name, kind, found.Failed, c.failed)
			}
			for _, err := range found.Failed {
				if e := wantKind(t, err, providers.BadResponse); e.HTTPStatus != 200 || e.Detail != "the response has an object that was not requested" {
					t.Errorf("%s, %s: %v", name, kind, err)
				}
			}
		}
	}
}

func TestBatch_InvalidIDFailsAlone(t *testing.T) {
	var calls []string
	client := connect(t, upstream.Config{Transport: fakeThings(&calls)})
	found := things(10).Get(t.Context(), client, []string{"a", "..", "b", "x/y", "odd"})
	if !maps.Equal(found.Objects, map[string]string{"a": "the a", "b": "the b"}) {
		t.Errorf("found %v", found.Objects)
	}
	if len(found.Failed) != 3 {
		t.Fatalf("failed: %v", found.Failed)
	}
	if e := wantKind(t, found.Failed[".."], providers.InvalidID); e.Provider == nil {
		t.Error("the error names no provider")
	}
	wantKind(t, found.Failed["x/y"], providers.InvalidID)
	wantKind(t, found.Failed["odd"], providers.BadResponse)
	if !slices.Equal(calls, []string{"a,b,odd"}) {
		t.Errorf("the calls are %q", calls)
	}
}

func TestBatch_IDsThatCannotBeCombined(t *testing.T) {
	client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
		t.Error("the vendor was called")
		return nil, nil
	})})
	o := things(10)
	o.Request = func(ids []string) (upstream.Request, error) {
		if len(ids) > 1 {
			return upstream.Request{}, &providers.Error{Kind: providers.InvalidArgument}
		}
		return upstream.Request{Path: "/p"}, nil
	}
	if found := o.Get(t.Context(), client, []string{"a", "b"}); len(found.Failed) != 2 {
		t.Errorf("failed: %v", found.Failed)
	}
}

// partialThings returns the first n of the requested things, without those that are gone.
// The response tells how many of them exist.
func partialThings(n int, calls *[]string, gone ...string) vendor {
	var mu sync.Mutex
	return func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		*calls = append(*calls, r.URL.RawQuery)
		mu.Unlock()
		rows := map[string]string{}
		ids := slices.DeleteFunc(strings.Split(r.URL.RawQuery, ","), func(id string) bool { return slices.Contains(gone, id) })
		for _, id := range ids[:min(n, len(ids))] {
			rows[id] = "the " + id
		}
		body, err := json.Marshal(map[string]any{"total": len(ids), "rows": rows})
		return reply(200, string(body)), err
	}
}

// partial requests things, n per call, from partialThings.
func partial(n int) upstream.BatchRequest[string] {
	type response struct {
		Total int
		Rows  map[string]json.RawMessage
	}
	o := things(n)
	o.Rows = func(body []byte) (map[string]json.RawMessage, error) {
		var r response
		err := json.Unmarshal(body, &r)
		return r.Rows, err
	}
	o.More = func(body []byte) bool {
		var r response
		return json.Unmarshal(body, &r) == nil && r.Total > len(r.Rows)
	}
	return o
}

// Objects that a response lacks although the vendor has them are requested again, as many
// per call as the response had. Those that do not exist are not.
func TestBatch_RequestsTheRest(t *testing.T) {
	ids := []string{"a", "b", "c", "d", "e", "f", "g"}
	for name, c := range map[string]struct {
		perResponse int
		gone, calls []string
	}{
		"all at once":        {9, nil, []string{"a,b,c,d,e,f,g"}},
		"three at a time":    {3, nil, []string{"a,b,c,d,e,f,g", "d,e,f", "g"}},
		"some do not exist":  {9, []string{"b", "g"}, []string{"a,b,c,d,e,f,g"}},
		"both":               {3, []string{"a", "g"}, []string{"a,b,c,d,e,f,g", "a,e,f", "g"}},
		"none of them exist": {3, ids, []string{"a,b,c,d,e,f,g"}},
	} {
		var calls []string
		client := connect(t, upstream.Config{Transport: partialThings(c.perResponse, &calls, c.gone...)})
		found := partial(10).Get(t.Context(), client, ids)
		want := map[string]string{}
		for _, id := range ids {
			if !slices.Contains(c.gone, id) {
				want[id] = "the " + id
			}
		}
		slices.Sort(calls)
		if !maps.Equal(found.Objects, want) || len(found.Failed) > 0 || !slices.Equal(calls, c.calls) {
			t.Errorf("%s: found %v, failed %v, calls %q; want the calls %q", name, found.Objects, found.Failed, calls, c.calls)
		}
	}
}

// A vendor that claims to have more and sends none of it ends the requests: the rest fails,
// and what came is returned.
func TestBatch_VendorHoldsBackTheRest(t *testing.T) {
	for name, more := range map[string]func([]byte) bool{
		"always": func([]byte) bool { return true },
		"never":  nil,
		"panics": func([]byte) bool { panic("more") },
	} {
		var calls []string
		client := connect(t, upstream.Config{Transport: partialThings(9, &calls, "b", "c")})
		o := partial(10)
		o.More = more
		found := o.Get(t.Context(), client, []string{"a", "b", "c"})
		if !maps.Equal(found.Objects, map[string]string{"a": "the a"}) {
			t.Errorf("%s: found %v", name, found.Objects)
		}
		if name != "always" {
			if len(found.Failed) > 0 || len(calls) != 1 {
				t.Errorf("%s: failed %v, calls %q", name, found.Failed, calls)
			}
			continue
		}
		if len(found.Failed) != 2 || len(calls) != 3 {
			t.Errorf("%s: failed %v, calls %q", name, found.Failed, calls)
		}
		for _, err := range found.Failed {
			wantKind(t, err, providers.Incomplete)
		}
	}
}

func TestBatch_Failures(t *testing.T) {
	broken := errors.New("broken " + token)
	for name, c := range map[string]struct {
		change func(*upstream.BatchRequest[string])
		status int
		body   string
		want   providers.Kind
	}{
		"404 is absence":      {func(o *upstream.BatchRequest[string]) { o.PerCall = 1 }, 404, "{}", 0},
		"410 is absence":      {func(o *upstream.BatchRequest[string]) { o.PerCall = 1 }, 410, "{}", 0},
		"a list that is gone": {func(*upstream.BatchRequest[string]) {}, 404, "{}", providers.NotFound},
		"403":                 {func(*upstream.BatchRequest[string]) {}, 403, "{}", providers.Forbidden},
		"not JSON":            {func(*upstream.BatchRequest[string]) {}, 200, "{", providers.BadResponse},
		"null":                {func(*upstream.BatchRequest[string]) {}, 200, "null", 0},
		"rows that fail": {func(o *upstream.BatchRequest[string]) {
			o.Rows = func([]byte) (map[string]json.RawMessage, error) { return nil, broken }
		}, 200, "{}", providers.BadResponse},
		"rows that panic": {func(o *upstream.BatchRequest[string]) { o.Rows = nil }, 200, "{}", providers.BadResponse},
		"no rows": {func(o *upstream.BatchRequest[string]) {
			o.Rows = func([]byte) (map[string]json.RawMessage, error) { return nil, nil }
		}, 200, "{}", 0},
		"decode that panics": {func(o *upstream.BatchRequest[string]) {
			o.Decode = func(b []byte) (string, error) { return string(b[99]), nil }
		}, 200, `{"a":1,"b":1}`, providers.BadResponse},
		"request that fails": {func(o *upstream.BatchRequest[string]) {
			o.Request = func([]string) (upstream.Request, error) { return upstream.Request{}, broken }
		}, 200, "{}", providers.InvalidArgument},
		"request that panics": {func(o *upstream.BatchRequest[string]) {
			o.Request = func(ids []string) (upstream.Request, error) { panic(ids[9]) }
		}, 200, "{}", providers.InvalidArgument},
		"request of no path": {func(o *upstream.BatchRequest[string]) {
			o.Request = func([]string) (upstream.Request, error) { return upstream.Request{}, nil }
		}, 200, "{}", providers.InvalidArgument},
		"no ids in a call": {func(o *upstream.BatchRequest[string]) { o.PerCall = 0 }, 403, "{}", providers.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) { return reply(c.status, c.body), nil })})
			o := things(5)
			c.change(&o)
			found := o.Get(t.Context(), client, []string{"a", "b"})
			if len(found.Objects) != 0 {
				t.Errorf("found %v", found.Objects)
			}
			if c.want == 0 {
				if len(found.Failed) != 0 {
					t.Errorf("failed: %v", found.Failed)
				}
				return
			}
			for _, id := range []string{"a", "b"} {
				wantKind(t, found.Failed[id], c.want)
			}
		})
	}
}

func TestBatch_ContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := connect(t, upstream.Config{MaxConcurrent: 4, Transport: vendor(func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return reply(200, fmt.Sprintf(`{%q:"x"}`, r.URL.RawQuery)), nil
		})})
		ids := make([]string, 100)
		for i := range ids {
			ids[i] = fmt.Sprint("id", i)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3500*time.Millisecond, cancel)
		found := things(1).Get(ctx, client, ids)
		if len(found.Objects) != 12 || len(found.Failed) != 88 {
			t.Errorf("%d objects and %d failures of 100", len(found.Objects), len(found.Failed))
		}
		for _, err := range found.Failed {
			wantKind(t, err, providers.Canceled)
		}
	})
}
