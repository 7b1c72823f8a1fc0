package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// ProviderLog writes a line when the state of a provider changes: its vendor refuses the
// configured credential or accepts it again, its circuit breaker opens or closes, or its index
// cannot be built or is built again. The lines hold neither paths nor ids of users. It is safe
// for concurrent use.
type ProviderLog struct {
	log *slog.Logger

	mu     sync.Mutex
	states map[string]*providerState
}

type providerState struct {
	refused bool
	// failure is the last call that failed.
	failure operation.Call
	// index is why the latest reading of the index failed, "" if it did not.
	index string
}

// NewProviderLog returns a log without known states: the first change of each provider is
// that from a working one.
func NewProviderLog(log *slog.Logger) *ProviderLog {
	return &ProviderLog{log: log, states: map[string]*providerState{}}
}

// Call records a vendor call that used the configured credential.
func (l *ProviderLog) Call(c operation.Call) {
	if c.Source != pagecache.FromVendor {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.state(c.Provider)
	if c.Kind != 0 {
		s.failure = c
	}
	switch {
	case c.Kind == providers.Unauthenticated && !s.refused:
		s.refused = true
		l.write(slog.LevelError, "the vendor refuses the credential of a provider", c.Provider, reasonOf(c)...)
	case c.Kind == 0 && s.refused:
		s.refused = false
		l.write(slog.LevelInfo, "the vendor accepts the credential of a provider again", c.Provider)
	}
}

// Breaker records that a circuit breaker has opened or closed.
func (l *ProviderLog) Breaker(provider string, open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !open {
		l.write(slog.LevelInfo, "the circuit breaker of a provider has closed", provider)
		return
	}
	l.write(slog.LevelWarn, "the circuit breaker of a provider has opened", provider, reasonOf(l.state(provider).failure)...)
}

// Index records that a reading of the index of a provider has ended. err is why it failed, nil if
// it did not, and retryAfter the time until it may be repeated, 0 if the next query repeats it.
// A reading that fails again for the same reason has no line.
func (l *ProviderLog) Index(provider string, err error, retryAfter time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, before := l.state(provider), ""
	before, s.index = s.index, ""
	if err == nil {
		if before != "" {
			l.write(slog.LevelInfo, "the index of a provider is built again", provider)
		}
		return
	}
	e := &providers.Error{Kind: providers.BadResponse}
	_ = errors.As(err, &e)
	s.index = fmt.Sprint(e.Kind, e.HTTPStatus, e.Detail)
	if s.index == before {
		return
	}
	attrs := reason(e.Kind, e.HTTPStatus)
	if e.Detail != "" {
		attrs = append(attrs, slog.String("detail", e.Detail))
	}
	if retryAfter > 0 {
		attrs = append(attrs, slog.Int("retryAfter", int(math.Ceil(retryAfter.Seconds()))))
	}
	l.write(slog.LevelWarn, "the index of a provider could not be built", provider, attrs...)
}

// state returns the state of a provider. The log must be locked.
func (l *ProviderLog) state(provider string) *providerState {
	s, ok := l.states[provider]
	if !ok {
		s = &providerState{}
		l.states[provider] = s
	}
	return s
}

func (l *ProviderLog) write(level slog.Level, text, provider string, more ...slog.Attr) {
	l.log.LogAttrs(context.Background(), level, text, append([]slog.Attr{slog.String("provider", provider)}, more...)...)
}

// reasonOf describes a failed call. A breaker that opens because calls hang has none yet.
func reasonOf(c operation.Call) []slog.Attr {
	if c.Kind == 0 {
		return []slog.Attr{slog.String("reason", Outcome(providers.Timeout))}
	}
	attrs := reason(c.Kind, c.Status)
	if c.Reason != "" {
		attrs = append(attrs, slog.String("cause", c.Reason))
	}
	return attrs
}

func reason(kind providers.Kind, httpStatus int) []slog.Attr {
	attrs := []slog.Attr{slog.String("reason", Outcome(kind))}
	if httpStatus != 0 {
		attrs = append(attrs, slog.Int("httpStatus", httpStatus))
	}
	return attrs
}
