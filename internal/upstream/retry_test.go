package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// script returns a vendor that sends these responses in order, then 200s.
func script(calls *int, answers ...func() (*http.Response, error)) vendor {
	return func(*http.Request) (*http.Response, error) {
		*calls++
		if *calls <= len(answers) {
			return answers[*calls-1]()
		}
		return reply(200, "{}"), nil
	}
}

func status(code int, headers ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return reply(code, "{}", headers...), nil }
}

func reset() (*http.Response, error) { return nil, errors.New("connection reset by peer") }

func TestRetry_TransientFailures(t *testing.T) {
	for name, c := range map[string]struct {
		answers []func() (*http.Response, error)
		calls   int
		want    providers.Kind
	}{
		"one failure":         {[]func() (*http.Response, error){status(503)}, 2, 0},
		"two failures":        {[]func() (*http.Response, error){reset, status(500)}, 3, 0},
		"three failures":      {[]func() (*http.Response, error){status(500), status(502), status(503)}, 3, providers.Unavailable},
		"gateway timeouts":    {[]func() (*http.Response, error){status(504), status(504), status(504)}, 3, providers.Timeout},
		"401 stays":           {[]func() (*http.Response, error){status(401)}, 1, providers.Unauthenticated},
		"404 stays":           {[]func() (*http.Response, error){status(404)}, 1, providers.NotFound},
		"400 stays":           {[]func() (*http.Response, error){status(400)}, 1, providers.BadResponse},
		"302 stays":           {[]func() (*http.Response, error){status(302)}, 1, providers.BadResponse},
		"429 without a time":  {[]func() (*http.Response, error){status(429)}, 1, providers.RateLimited},
		"a failure then 404":  {[]func() (*http.Response, error){status(500), status(404)}, 2, providers.NotFound},
		"a page of HTML stay": {[]func() (*http.Response, error){status(200, "Content-Type: text/html")}, 1, providers.BadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				client := connect(t, upstream.Config{Transport: script(&calls, c.answers...)})
				_, err := read(t.Context(), client, "/p")
				if c.want != 0 {
					wantKind(t, err, c.want)
				} else if err != nil {
					t.Error(err)
				}
				if calls != c.calls {
					t.Errorf("%d calls, want %d", calls, c.calls)
				}
			})
		})
	}
}

func TestRetry_Jitter(t *testing.T) {
	for random, want := range map[float64]time.Duration{0: 50 * time.Millisecond, 0.5: 275 * time.Millisecond, 1: 500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			calls, began := 0, time.Now()
			client := connect(t, upstream.Config{Transport: script(&calls, reset), Rand: func() float64 { return random }})
			if _, err := read(t.Context(), client, "/p"); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != want {
				t.Errorf("the pause was %v, want %v", took, want)
			}
		})
	}
}

func TestRetry_RetryAfterHeader(t *testing.T) {
	// The clock of synctest starts at midnight UTC 2000-01-01, a Saturday.
	for name, c := range map[string]struct {
		status     int
		headers    []string
		limit      time.Duration
		waited     time.Duration
		want       providers.Kind
		retryAfter time.Duration
	}{
		"seconds":                 {429, []string{"Retry-After: 2"}, 0, 2 * time.Second, 0, 0},
		"seconds, 503":            {503, []string{"Retry-After: 2"}, 0, 2 * time.Second, 0, 0},
		"surrounding blanks":      {429, []string{"Retry-After:   2 "}, 0, 2 * time.Second, 0, 0},
		"none is a short pause":   {503, nil, 0, 50 * time.Millisecond, 0, 0},
		"zero is a short pause":   {429, []string{"Retry-After: 0"}, 0, 50 * time.Millisecond, 0, 0},
		"a date":                  {429, []string{"Retry-After: Sat, 01 Jan 2000 00:00:03 GMT"}, 0, 3 * time.Second, 0, 0},
		"a date in the past":      {429, []string{"Retry-After: Fri, 31 Dec 1999 00:00:03 GMT"}, 0, 50 * time.Millisecond, 0, 0},
		"a date by another clock": {429, []string{"Date: Sun, 02 Jan 2000 00:00:00 GMT", "Retry-After: Sun, 02 Jan 2000 00:00:04 GMT"}, 0, 4 * time.Second, 0, 0},
		"beyond the timeout":      {429, []string{"Retry-After: 10"}, 0, 0, providers.RateLimited, 10 * time.Second},
		"beyond it, 503":          {503, []string{"Retry-After: 10"}, 0, 0, providers.Unavailable, 10 * time.Second},
		"beyond the operation":    {429, []string{"Retry-After: 3"}, 2 * time.Second, 0, providers.RateLimited, 3 * time.Second},
		"within the operation":    {429, []string{"Retry-After: 1"}, 2 * time.Second, time.Second, 0, 0},
		"a date too late":         {503, []string{"Retry-After: Sat, 01 Jan 2000 00:05:00 GMT"}, 0, 0, providers.Unavailable, 5 * time.Minute},
		"30 years":                {429, []string{"Retry-After: 1000000000"}, 0, 0, providers.RateLimited, time.Hour},
		"overflow":                {429, []string{"Retry-After: 99999999999999999999999"}, 0, 0, providers.RateLimited, time.Hour},
		"the year 9999":           {429, []string{"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"}, 0, 0, providers.RateLimited, time.Hour},
		"negative is ignored":     {429, []string{"Retry-After: -5"}, 0, 0, providers.RateLimited, 0},
		"a word is ignored":       {429, []string{"Retry-After: soon"}, 0, 0, providers.RateLimited, 0},
		"a fraction is ignored":   {429, []string{"Retry-After: 1.5"}, 0, 0, providers.RateLimited, 0},
		"not with a 404":          {404, []string{"Retry-After: 1"}, 0, 0, providers.NotFound, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls, began := 0, time.Now()
				client := connect(t, upstream.Config{Transport: script(&calls, status(c.status, c.headers...)), Rand: func() float64 { return 0 }})
				ctx := t.Context()
				if c.limit > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.limit)
					defer cancel()
				}
				_, err := read(ctx, client, "/p")
				if c.want != 0 {
					if e := wantKind(t, err, c.want); e.RetryAfter != c.retryAfter {
						t.Errorf("RetryAfter is %v, want %v", e.RetryAfter, c.retryAfter)
					}
				} else if err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != c.waited {
					t.Errorf("waited %v, want %v", took, c.waited)
				}
			})
		})
	}
}

func TestRetry_MaxHonoredRetryAfter(t *testing.T) {
	for seconds, calls := range map[string]int{"60": 2, "61": 1} {
		synctest.Test(t, func(t *testing.T) {
			got := 0
			client := connect(t, upstream.Config{Timeout: time.Hour, Transport: script(&got, status(429, "Retry-After: "+seconds))})
			_, _ = read(t.Context(), client, "/p")
			if got != calls {
				t.Errorf("%s s: %d calls, want %d", seconds, got, calls)
			}
		})
	}
}

// A vendor that stops responding costs at most twenty retries, however many reads there are.
func TestRetryBudget_DeadVendor(t *testing.T) {
	for name, answers := range map[string]int{"from the start": 0, "after many responses": 500} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := new(fakeVendor)
				m.status.Store(200)
				client := connect(t, upstream.Config{Transport: m})
				for range answers {
					_, _ = read(t.Context(), client, "/p")
				}
				m.status.Store(500)
				m.calls.Store(0)
				const reads = 300
				start, admitted := time.Now(), int64(0)
				for range reads {
					if _, err := read(t.Context(), client, "/p"); providers.KindOf(err) == providers.Unavailable {
						admitted++
					}
					pass(200 * time.Millisecond)
				}
				// The breaker opens after 5 failures, and admits a probe in 5 s.
				if most := 5 + 1 + int64(time.Since(start)/(5*time.Second)); admitted > most {
					t.Errorf("the breaker admitted %d reads, want at most %d", admitted, most)
				}
				if retries := m.calls.Load() - admitted; retries > 20 {
					t.Errorf("%d retries for %d reads", retries, reads)
				}
			})
		})
	}
}

// A vendor that fails adds at most 10 % of calls by retries, and at most twenty in a row: with
// as many places as a provider can have, when it dies under load, and when it limits the rate,
// which opens no circuit.
func TestRetryBudget_FailingVendor(t *testing.T) {
	for name, fail := range map[string]func() (*http.Response, error){
		"responds with 503":   status(503),
		"resets connections":  reset,
		"limits the rate":     status(429, "Retry-After: 1"),
		"sends half a body":   func() (*http.Response, error) { return truncated(), nil },
		"times out elsewhere": status(504),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var failing atomic.Bool
				var calls atomic.Int64
				const places, outage = 64, 20 * time.Second
				client := connect(t, upstream.Config{MaxConcurrent: places, Transport: vendor(func(*http.Request) (*http.Response, error) {
					pass(20 * time.Millisecond)
					if !failing.Load() {
						return reply(200, "{}"), nil
					}
					calls.Add(1)
					return fail()
				})})
				var reads, sent atomic.Int64
				began := time.Now()
				var wg sync.WaitGroup
				for reader := range places {
					wg.Go(func() {
						for i := 0; time.Since(began) < 2*time.Second+outage; i++ {
							_, err := read(t.Context(), client, fmt.Sprint("/", reader, "/", i))
							if failing.Load() && err != nil {
								reads.Add(1)
								if providers.KindOf(err) != providers.CircuitOpen {
									sent.Add(1)
								}
							}
							pass(100 * time.Millisecond)
						}
					})
				}
				pass(2 * time.Second)
				failing.Store(true)
				wg.Wait()
				if retries := calls.Load() - sent.Load(); retries > 20 {
					t.Errorf("%d retries for %d reads", retries, reads.Load())
				}
				if calls, most := calls.Load(), reads.Load()*11/10; calls > most {
					t.Errorf("%d calls for %d reads, want at most %d", calls, reads.Load(), most)
				}
			})
		})
	}
}

// truncated is a response whose body ends early.
func truncated() *http.Response {
	response := reply(200, "{}")
	response.ContentLength = 9
	return response
}

// A vendor that fails half of all requests is usable: nearly every read succeeds, and
// the circuit stays closed.
func TestRetryBudget_FlappingVendor(t *testing.T) {
	for name, fails := range map[string]func(n int) bool{
		"every second": func(n int) bool { return n%2 == 1 },
		"at random": func() func(int) bool {
			random := rand.New(rand.NewPCG(1, 2))
			return func(int) bool { return random.IntN(2) == 0 }
		}(),
	} {
		for _, readers := range []int{1, 8} {
			t.Run(fmt.Sprintf("%s, %d readers", name, readers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var mu sync.Mutex
					calls := 0
					client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
						pass(20 * time.Millisecond)
						mu.Lock()
						defer mu.Unlock()
						if calls++; fails(calls) {
							return reply(503, "{}"), nil
						}
						return reply(200, "{}"), nil
					})})
					const reads = 400
					var good atomic.Int64
					var wg sync.WaitGroup
					for reader := range readers {
						wg.Go(func() {
							for i := range reads / readers {
								if _, err := read(t.Context(), client, fmt.Sprint("/", reader, "/", i)); err == nil {
									good.Add(1)
								}
							}
						})
					}
					wg.Wait()
					if good.Load() < reads*95/100 {
						t.Errorf("%d of %d reads succeeded", good.Load(), reads)
					}
				})
			})
		}
	}
}

func TestRetry_RetryAfterInThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		late := status(503, "Retry-After: Fri, 31 Dec 1999 00:00:03 GMT")
		client := connect(t, upstream.Config{Transport: script(&calls, late, late, late)})
		_, err := read(t.Context(), client, "/p")
		if e := wantKind(t, err, providers.Unavailable); e.RetryAfter != 0 || calls != 3 {
			t.Errorf("RetryAfter is %v after %d calls", e.RetryAfter, calls)
		}
	})
}

func TestRetryBudget_RareFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client := connect(t, upstream.Config{Transport: vendor(func(*http.Request) (*http.Response, error) {
			if calls++; calls%12 == 0 {
				return reset()
			}
			return reply(200, "{}"), nil
		})})
		for range 500 {
			if _, err := read(t.Context(), client, "/p"); err != nil {
				t.Fatal(err)
			}
		}
	})
}
