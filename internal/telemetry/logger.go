// Package telemetry provides the JSON log and the Prometheus metrics.
//
// It knows neither GraphQL nor a vendor, and exports no personal data: every label
// has a fixed set of values, except for the configured provider names.
package telemetry

import (
	"io"
	"log/slog"
)

// NewLogger returns a logger that writes one JSON object per line to w, with the time
// in UTC. Values cannot break the line. It is safe for concurrent use.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: utcTime}))
}

func utcTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		return slog.Time(slog.TimeKey, a.Value.Time().UTC())
	}
	return a
}
