package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
)

const data = `{"data":{"a":1}}`

func failure(code string, retryAfter int) string {
	return fmt.Sprintf(`{"data":{"a":null},"errors":[{"message":"m","path":["a"],"extensions":{"code":%q,"retryAfter":%d}}]}`, code, retryAfter)
}

func rejected(code string) string {
	return fmt.Sprintf(`{"errors":[{"message":"m","extensions":{"code":%q}}]}`, code)
}

// script responds with one body after the other, the last one again and again. A body "!"
// closes the connection.
type script struct {
	bodies []string
	calls  int
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body := s.bodies[min(s.calls, len(s.bodies)-1)]
	s.calls++
	if body == "!" {
		return nil, errors.New("connection refused")
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
	}, nil
}

func TestSession_Do(t *testing.T) {
	for _, test := range []struct {
		name   string
		bodies []string
		calls  int
		took   time.Duration
		// code is that of the error of the response or of the request; "" for none.
		code string
	}{
		{"data", []string{data}, 1, 0, ""},
		{"after an overload", []string{rejected("OVERLOADED"), data}, 2, time.Second, ""},
		{"after the time that the server names", []string{failure("UPSTREAM_INDEXING", 7), data}, 2, 7 * time.Second, ""},
		{"an index that takes longer than RetryFor", append(many(failure("UPSTREAM_INDEXING", 15), 20), data), 21, 300 * time.Second, ""},
		{"after a vendor failed", []string{failure("UPSTREAM_UNAVAILABLE", 0), failure("UPSTREAM_TIMEOUT", 0), data}, 3, 3 * time.Second, ""},
		{"after the connection failed", []string{"!", data}, 2, time.Second, ""},
		{"a vendor that is down", []string{failure("UPSTREAM_UNAVAILABLE", 0)}, 8, 60 * time.Second, "UPSTREAM_UNAVAILABLE"},
		{"a refusal", []string{failure("UPSTREAM_FORBIDDEN", 0)}, 1, 0, "UPSTREAM_FORBIDDEN"},
		{"no credentials", []string{rejected("UNAUTHENTICATED")}, 1, 0, "UNAUTHENTICATED"},
		{"an invalid argument", []string{rejected("BAD_USER_INPUT")}, 1, 0, "BAD_USER_INPUT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, start := &script{bodies: test.bodies}, time.Now()
				session := client.New(client.Options{URL: "http://x/graphql", Transport: s, RetryFor: time.Minute}).Session()
				response, err := session.Do(t.Context(), client.Operation{Query: "{a}"})
				code := ""
				var request *client.RequestError
				switch {
				case errors.As(err, &request):
					code = request.Code
				case err != nil:
					t.Fatal(err)
				case len(response.Errors) > 0:
					code = response.Errors[0].Extensions.Code
				}
				// The client gives up rather than wait beyond RetryFor.
				if took := time.Since(start); s.calls != test.calls || took > test.took || took < test.took*3/4 || code != test.code {
					t.Errorf("%d calls in %v, code %q, want %d in %v, %q", s.calls, took, code, test.calls, test.took, test.code)
				}
			})
		})
	}
}

// An error that an operation was given up for does not delay the next operations, until one
// has no such error: a list has the error of a provider that is left out on each page.
func TestSession_Do_GivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		session := client.New(client.Options{URL: "http://x/graphql", Transport: s, RetryFor: time.Minute}).Session()
		for i, step := range []struct {
			bodies []string
			calls  int
		}{
			{[]string{failureOf("UPSTREAM_UNAVAILABLE", "a")}, 8},
			{[]string{failureOf("UPSTREAM_UNAVAILABLE", "a")}, 1},
			{[]string{failureOf("UPSTREAM_CIRCUIT_OPEN", "a")}, 1},
			{[]string{failureOf("UPSTREAM_INDEXING", "a"), data}, 2},
			{[]string{failureOf("UPSTREAM_UNAVAILABLE", "a")}, 8},
			{[]string{failureOf("UPSTREAM_UNAVAILABLE", "b"), data}, 2},
			{[]string{failureOf("UPSTREAM_UNAVAILABLE", "a")}, 8},
			{[]string{"!"}, 8},
			{[]string{"!"}, 1},
			{[]string{data}, 1},
			{[]string{"!", data}, 2},
		} {
			s.bodies, s.calls = step.bodies, 0
			_, _ = session.Do(t.Context(), client.Operation{Query: "{a}"})
			if s.calls != step.calls {
				t.Errorf("operation %d: %d calls, want %d", i, s.calls, step.calls)
			}
		}
	})
}

// An operation that others need is sent again for longer.
func TestSession_DoEssential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start := &script{bodies: append(many(failure("UPSTREAM_TIMEOUT", 0), 30), data)}, time.Now()
		session := client.New(client.Options{URL: "http://x/graphql", Transport: s, RetryFor: time.Minute}).Session()
		response, err := session.DoEssential(t.Context(), client.Operation{Query: "{a}"})
		if err != nil || len(response.Errors) > 0 || s.calls != 31 || time.Since(start) < 5*time.Minute {
			t.Errorf("%d calls in %v, %v", s.calls, time.Since(start), err)
		}
	})
}

func failureOf(code, provider string) string {
	return fmt.Sprintf(`{"data":{"a":null},"errors":[{"message":"m","path":["a"],"extensions":{"code":%q,"provider":%q}}]}`, code, provider)
}

func many(body string, n int) []string {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = body
	}
	return bodies
}

func TestSession_Do_Rate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, start := &script{bodies: []string{data}}, time.Now()
		session := client.New(client.Options{URL: "http://x/graphql", Transport: s, Rate: 10}).Session()
		for range 31 {
			if _, err := session.Do(t.Context(), client.Operation{}); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("31 operations at 10 a second took %v", took)
		}
	})
}

func TestSession_Do_Canceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		session := client.New(client.Options{URL: "http://x/graphql", Transport: &script{bodies: []string{failure("RATE_LIMITED", 60)}}}).Session()
		if _, err := session.Do(ctx, client.Operation{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// A response that is no GraphQL response is not quoted: it may be of another program.
func TestSession_Do_NoGraphQL(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			t.Error("a redirect was followed")
		}
		w.Header().Set("Location", "/login")
		w.WriteHeader(http.StatusFound)
		fmt.Fprint(w, "<html>secret")
	})
	session := client.New(client.Options{URL: client.HandlerURL, Transport: client.HandlerTransport{Handler: handler}}).Session()
	_, err := session.Do(t.Context(), client.Operation{})
	if err == nil || err.Error() != "the server sent no GraphQL response (HTTP 302)" {
		t.Error(err)
	}
}
