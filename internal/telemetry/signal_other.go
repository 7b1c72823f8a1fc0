//go:build !unix

package telemetry

import "log/slog"

// OnSignal does nothing: there is no SIGUSR1.
func (l *Level) OnSignal(*slog.Logger) (stop func()) { return func() {} }
