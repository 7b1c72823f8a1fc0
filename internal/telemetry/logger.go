// Package telemetry provides the JSON log and the Prometheus metrics.
//
// It knows neither GraphQL nor a vendor, and exports no personal data: every label
// has a fixed set of values, except for the configured provider names.
package telemetry

import (
	"io"
	"log"
	"log/slog"
	"strings"
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

// CaptureStandardLog sends a line to the logger for each message that a library writes to the
// standard log of the process. The message itself is not logged, since it may quote bytes of a
// peer, such as those that a vendor sends after a response.
func CaptureStandardLog(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetPrefix("")
	log.SetOutput(standardLog{logger})
}

type standardLog struct{ logger *slog.Logger }

// Write implements io.Writer. The log calls it once a message.
func (l standardLog) Write(message []byte) (int, error) {
	text := "a library reported a problem; its message is withheld because it may quote a peer"
	if strings.HasPrefix(string(message), "Unsolicited response received on idle HTTP channel") {
		text = "a vendor sent bytes that belong to no response; the connection is closed"
	}
	l.logger.Warn(text)
	return len(message), nil
}
