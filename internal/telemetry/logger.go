// Package telemetry provides the JSON log and the Prometheus metrics.
//
// It knows neither GraphQL nor a vendor, and exports no personal data: every label
// has a fixed set of values, except for the configured provider names.
package telemetry

import (
	"context"
	"io"
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// NewLogger returns a logger that writes one JSON object per line to w, with the time
// in UTC. Values cannot break the line. It is safe for concurrent use.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(utcHandler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

// utcHandler passes on lines with the time in UTC.
type utcHandler struct{ slog.Handler }

func (h utcHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Time = r.Time.UTC()
	return h.Handler.Handle(ctx, r)
}

func (h utcHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return utcHandler{h.Handler.WithAttrs(attributes)}
}

func (h utcHandler) WithGroup(name string) slog.Handler {
	return utcHandler{h.Handler.WithGroup(name)}
}

// CaptureStandardLog sends a line to the logger for messages that libraries write to the
// standard log of the process: of each kind, one a minute with the number of messages since the
// line before, since a peer can cause them. The message itself is not logged: it may quote bytes
// of a peer, such as those that a vendor sends after a response.
func CaptureStandardLog(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetPrefix("")
	log.SetOutput(&standardLog{logger: logger, lines: map[string]*repeated{}})
}

// standardLog is safe for concurrent use.
type standardLog struct {
	logger *slog.Logger
	mu     sync.Mutex
	lines  map[string]*repeated // by text
}

// repeated is a line of the log. messages is the number of those since it was written last.
type repeated struct {
	written  time.Time
	messages int
}

// standardLogInterval is the time between two lines with the same text.
const standardLogInterval = time.Minute

// Write implements io.Writer. The log calls it once a message.
func (l *standardLog) Write(message []byte) (int, error) {
	text := "a library reported a problem; its message is withheld because it may quote a peer"
	if strings.HasPrefix(string(message), "Unsolicited response received on idle HTTP channel") {
		text = "a vendor sent bytes that belong to no response; the connection is closed"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	line := l.lines[text]
	if line == nil {
		line = &repeated{}
		l.lines[text] = line
	}
	line.messages++
	if now := time.Now(); line.written.IsZero() || now.Sub(line.written) >= standardLogInterval {
		l.logger.Warn(text, "messages", line.messages)
		*line = repeated{written: now}
	}
	return len(message), nil
}
