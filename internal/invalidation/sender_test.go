package invalidation_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/invalidation"
	"github.com/accountgraph/accountgraph/providers"
)

// router is a stub that records requests. respond returns the status of the nth request, 0 for no
// response.
type router struct {
	respond func(n int) int

	mu     sync.Mutex
	bodies []string
	times  []time.Duration
	counts map[invalidation.Result]int
	log    bytes.Buffer
	start  time.Time
}

func (r *router) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	line := fmt.Sprintf("%s %s %s %s %s", request.Method, request.URL, request.Header.Get("Authorization"), request.Header.Get("Content-Type"), body)
	r.bodies, r.times = append(r.bodies, line), append(r.times, time.Since(r.start))
	status := http.StatusAccepted
	if r.respond != nil {
		status = r.respond(len(r.bodies))
	}
	if status == 0 {
		return nil, errors.New("https://s3cr3t.example: reset")
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(`{"count":1}`))}, nil
}

func (r *router) sender() *invalidation.Sender {
	r.start, r.counts = time.Now(), map[invalidation.Result]int{}
	return invalidation.New(invalidation.Config{
		URL: "https://router.example/invalidation", Secret: providers.NewSecret("shared"), Subgraph: "accounts", Transport: r,
		Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		Observe: func(n int, result invalidation.Result) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.counts[result] += n
		},
	})
}

func TestSender_SendsDistinctTagsInOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &router{}
		s := r.sender()
		s.Add("p:User:1", "p:User:2")
		s.Add("p:User:1", "p")
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []string{`POST https://router.example/invalidation shared application/json [` +
			`{"kind":"cache_tag","subgraphs":["accounts"],"cache_tag":"p:User:1"},` +
			`{"kind":"cache_tag","subgraphs":["accounts"],"cache_tag":"p:User:2"},` +
			`{"kind":"cache_tag","subgraphs":["accounts"],"cache_tag":"p"}]`}
		if diff := cmp.Diff(want, r.bodies); diff != "" {
			t.Error(diff)
		}
		if r.counts[invalidation.Sent] != 3 || r.log.Len() > 0 {
			t.Errorf("%v, log: %s", r.counts, &r.log)
		}
		s.Close()
	})
}

// A router that does not accept a batch gets it again, with growing delays, and the log has one
// line, and one when it works again.
func TestSender_Repeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &router{respond: func(n int) int { return []int{0, 503, 429, 202}[min(n-1, 3)] }}
		s := r.sender()
		s.Add("p")
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(r.bodies) != 4 || r.bodies[0] != r.bodies[3] || r.counts[invalidation.Sent] != 1 || r.counts[invalidation.Dropped] != 0 {
			t.Errorf("%v %v", r.bodies, r.counts)
		}
		if last := r.times[3] - r.times[2]; last < 2*time.Second || last > 4*time.Second {
			t.Errorf("the last delay is %s", last)
		}
		log := r.log.String()
		if strings.Count(log, "\n") != 2 || !strings.Contains(log, `level=WARN msg="invalidations do not reach the router; they are sent again" reason="the connection failed"`) ||
			!strings.Contains(log, `level=INFO msg="invalidations reach the router again"`) || strings.Contains(log, "s3cr3t") {
			t.Error(log)
		}
		s.Close()
	})
}

// What the router rejects, or does not accept for minutes, is dropped and counted, with a line
// that holds no tag.
func TestSender_Drops(t *testing.T) {
	for status, reason := range map[int]string{http.StatusUnauthorized: `reason="HTTP status 401"`, http.StatusServiceUnavailable: `reason="HTTP status 503"`} {
		synctest.Test(t, func(t *testing.T) {
			r := &router{respond: func(int) int { return status }}
			s := r.sender()
			s.Add("p:User:anna")
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			if r.counts[invalidation.Dropped] != 1 || r.counts[invalidation.Sent] != 0 || (len(r.bodies) == 1) != (status == http.StatusUnauthorized) || len(r.bodies) > 12 {
				t.Errorf("%v after %d requests", r.counts, len(r.bodies))
			}
			if log := r.log.String(); !strings.Contains(log, `level=ERROR msg="invalidations are dropped; the router's copies expire by their age" number=1 `+reason) || strings.Contains(log, "anna") {
				t.Error(log)
			}
			s.Close()
		})
	}
}

// The queue is bounded, also while the router does not respond.
func TestSender_IsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &router{}
		s := r.sender()
		for n := range 10_100 {
			s.Add(fmt.Sprint("p:User:", n))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if r.counts[invalidation.Sent] != 10_000 || r.counts[invalidation.Dropped] != 100 || len(r.bodies) != 20 {
			t.Errorf("%v in %d requests", r.counts, len(r.bodies))
		}
		if strings.Count(r.log.String(), "\n") != 1 {
			t.Error(r.log.String())
		}
		s.Close()
	})
}

// Close sends what waits.
func TestSender_CloseSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &router{}
		s := r.sender()
		s.Add("p")
		s.Close()
		if len(r.bodies) != 1 || r.times[0] > time.Second {
			t.Errorf("%v after %v", r.bodies, r.times)
		}
	})
}
