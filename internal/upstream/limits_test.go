package upstream_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// The limits of Config decide how often a vendor that fails is called.
func TestConfig_LimitsOfFailingVendor(t *testing.T) {
	for name, c := range map[string]struct {
		config upstream.Config
		// first is the number of calls for one read, and all that of ten reads.
		first, all int64
	}{
		"the defaults":       {upstream.Config{}, 3, 15},
		"no retries":         {upstream.Config{Retries: upstream.None}, 1, 5},
		"four retries":       {upstream.Config{Retries: 4}, 5, 25},
		"no retry budget":    {upstream.Config{RetryBudget: upstream.None}, 1, 5},
		"three retries":      {upstream.Config{RetryBudget: 3}, 3, 8},
		"one failure opens":  {upstream.Config{BreakerFailures: 1}, 3, 3},
		"a short open state": {upstream.Config{BreakerFailures: 1, BreakerDelay: time.Second}, 3, 12},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := new(fakeVendor)
				m.status.Store(500)
				c.config.Transport = m
				client := connect(t, c.config)
				for n := range 10 {
					_, err := read(t.Context(), client, "/p")
					if err == nil {
						t.Fatal("no error")
					}
					if got := m.calls.Load(); n == 0 && got != c.first {
						t.Errorf("%d calls for the first read, want %d", got, c.first)
					}
					if c.config.BreakerDelay > 0 {
						pass(c.config.BreakerDelay)
					}
				}
				if got := m.calls.Load(); got != c.all {
					t.Errorf("%d calls, want %d", got, c.all)
				}
			})
		})
	}
}

// A vendor that accepts connections and sends nothing over TLS does not cost the whole Timeout.
func TestConfig_ConnectTime(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client := connect(t, upstream.Config{
		Provider: &model.Provider{Name: "acme", BaseURL: "https://" + listener.Addr().String()},
		Timeout:  time.Minute, ConnectTime: 50 * time.Millisecond, Retries: upstream.None,
	})
	start := time.Now()
	_, err = read(t.Context(), client, "/p")
	if kind := providers.KindOf(err); kind != providers.Timeout && kind != providers.Unavailable || time.Since(start) > 20*time.Second {
		t.Errorf("%v after %v, want a failure after 150 ms", err, time.Since(start))
	}
}
