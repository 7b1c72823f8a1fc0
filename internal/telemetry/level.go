package telemetry

import (
	"context"
	"log/slog"
	"sync"
)

// Level is the level of a log, which can be switched to debug and back while it is used.
type Level struct {
	level slog.LevelVar

	mu         sync.Mutex
	configured slog.Level
	debugging  bool
}

var _ slog.Leveler = (*Level)(nil)

// NewLevel returns the level info.
func NewLevel() *Level { return &Level{} }

// Level implements slog.Leveler.
func (l *Level) Level() slog.Level { return l.level.Level() }

// Configure sets the level to return to after debug: debug, info, warn or error.
func (l *Level) Configure(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.configured.UnmarshalText([]byte(name)) // the configuration allows these words only
	l.apply()
}

// Toggle switches between debug and the configured level, and logs which it is now.
func (l *Level) Toggle(log *slog.Logger) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.debugging = !l.debugging
	l.apply()
	log.Log(context.Background(), max(l.Level(), slog.LevelInfo), "log level switched", "to", l.Level().String())
}

// apply sets the level that is used. l must be locked.
func (l *Level) apply() {
	if l.debugging {
		l.level.Set(slog.LevelDebug)
		return
	}
	l.level.Set(l.configured)
}
