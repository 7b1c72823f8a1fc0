//go:build unix

package telemetry

import (
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// OnSignal toggles the level on each SIGUSR1, until the returned function is called.
func (l *Level) OnSignal(log *slog.Logger) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		for range signals {
			l.Toggle(log)
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}
