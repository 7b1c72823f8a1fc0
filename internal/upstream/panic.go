package upstream

import "errors"

var errPanic = errors.New("panic")

// catchPanic calls f and turns a panic into an error. It wraps code that a vendor's
// response, a custom transport or an observer could make panic.
func catchPanic[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return f()
}
