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
// the last response with its errors, or a *RequestError. If ctx ends, the error is its.
func (s *Session) Do(ctx context.Context, op Operation) (*Response, error) {
	start, delay := time.Now(), firstDelay
	for {
		if err := s.pace(ctx); err != nil {
			return nil, err
		}
		response, err := s.client.post(ctx, op)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		after, limit := s.retry(response, err)
		if limit == 0 {
			return response, err
		}
		pause := max(after, delay)
		if time.Since(start)+pause > limit {
			return response, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		delay = min(2*delay, maxDelay)
	}
}

// retry returns how long to wait before the operation is sent again, at least, and how long
// it is sent again in all; 0 is not at all.
func (s *Session) retry(response *Response, err error) (after, limit time.Duration) {
	if err != nil {
		var request *RequestError
		if !errors.As(err, &request) || !request.transient {
			return 0, 0
		}
		return request.after, s.limit(request.Code)
	}
	for _, e := range response.Errors {
		code := e.Extensions.Code
		if slices.Contains(progressing, code) || slices.Contains(failing, code) {
			after, limit = max(after, seconds(e.Extensions.RetryAfter)), max(limit, s.limit(code))
		}
	}
	return after, limit
}

func (s *Session) limit(code string) time.Duration {
	if slices.Contains(progressing, code) {
		return maxProgress
	}
	return s.client.options.RetryFor
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
