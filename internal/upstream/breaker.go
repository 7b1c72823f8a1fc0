package upstream

import (
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// The circuit breaker opens when half of at least 10 calls within 10 s failed.
// After 5 s it is half open and admits one probe.
const (
	breakerRate   = 0.5
	breakerCalls  = 10
	breakerWindow = 10 * time.Second
	breakerDelay  = 5 * time.Second
)

func newBreaker() circuitbreaker.CircuitBreaker[any] {
	return circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(breakerRate, breakerCalls, breakerWindow).
		WithDelay(breakerDelay).
		WithSuccessThreshold(1).
		Build()
}
