// Package telemetry tells operators what the server does: a log of JSON lines
// and metrics in the format of Prometheus.
//
// It knows neither GraphQL nor a vendor, and holds no personal data: every label
// has a fixed set of values, besides the configured names of the providers.
package telemetry

import (
	"io"
	"log/slog"
)

// NewLogger writes one JSON object a line to w, with the time in UTC. Whatever a
// value holds, it stays on its line. It is safe for concurrent use.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: utcTime}))
}

func utcTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		return slog.Time(slog.TimeKey, a.Value.Time().UTC())
	}
	return a
}
