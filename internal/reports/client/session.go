package client

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Session sends operations one after another, at the rate of the client. It is not safe for
// concurrent use.
type Session struct {
	client *Client
	next   time.Time
	// givenUp are the failures that the latest operation was given up for.
	givenUp []failure
}

// failure is a transient failure of a provider, "" for that of the server.
type failure struct {
	provider string
	// progresses is set if it ends by itself.
	progresses bool
}

// Session returns a new session.
func (c *Client) Session() *Session { return &Session{client: c} }

const (
	// firstDelay is how long a session waits after the first failure, unless the server
	// names a time; it doubles up to maxDelay.
	firstDelay = time.Second
	maxDelay   = 15 * time.Second
	// maxProgress bounds how long an operation is sent again in a state that ends by itself.
	maxProgress = 30 * time.Minute
)

// Do sends an operation, again while it has transient errors: for RetryFor if the server or
// a vendor fails, longer if an index is being built or a rate is limited. Then it returns
// the last response with its errors, or a *RequestError. An operation that fails as the one
// before it, which was given up, is not sent again. If ctx ends, the error is its.
func (s *Session) Do(ctx context.Context, op Operation) (*Response, error) {
	return s.do(ctx, op, 1)
}

// essential is how many times longer DoEssential sends an operation again.
const essential = 10

// DoEssential is Do for an operation without which the others take much longer: it is sent again
// for ten times RetryFor.
func (s *Session) DoEssential(ctx context.Context, op Operation) (*Response, error) {
	return s.do(ctx, op, essential)
}

func (s *Session) do(ctx context.Context, op Operation, times time.Duration) (*Response, error) {
	start, delay := time.Now(), firstDelay
	for {
		if err := s.pace(ctx); err != nil {
			return nil, err
		}
		response, err := s.client.post(ctx, op)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		failures, after := failuresOf(response, err)
		pause := max(after, delay)
		if time.Since(start)+pause > s.limit(failures, times*s.client.options.RetryFor) {
			s.givenUp = failures
			return response, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		delay = min(2*delay, maxDelay)
	}
}

// failuresOf returns the transient failures of an operation, and the time after which the
// server asks to send it again.
func failuresOf(response *Response, err error) (failures []failure, after time.Duration) {
	if err != nil {
		var request *RequestError
		if !errors.As(err, &request) || !request.transient {
			return nil, 0
		}
		return []failure{{progresses: slices.Contains(progressing, request.Code)}}, request.after
	}
	for _, e := range response.Errors {
		f := failure{e.Extensions.Provider, slices.Contains(progressing, e.Extensions.Code)}
		if f.progresses || slices.Contains(failing, e.Extensions.Code) {
			failures, after = append(failures, f), max(after, seconds(e.Extensions.RetryAfter))
		}
	}
	return failures, after
}

// limit returns how long an operation with these failures is sent again; 0 is not at all.
func (s *Session) limit(failures []failure, retryFor time.Duration) (limit time.Duration) {
	for _, f := range failures {
		switch {
		case slices.Contains(s.givenUp, f):
		case f.progresses:
			limit = max(limit, maxProgress)
		default:
			limit = max(limit, retryFor)
		}
	}
	return limit
}

// pace waits until the rate allows an operation.
func (s *Session) pace(ctx context.Context) error {
	if s.client.options.Rate <= 0 {
		return ctx.Err()
	}
	now := time.Now()
	if s.next.Before(now) {
		s.next = now
	}
	pause := s.next.Sub(now)
	s.next = s.next.Add(seconds(1 / s.client.options.Rate))
	return sleep(ctx, pause)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
