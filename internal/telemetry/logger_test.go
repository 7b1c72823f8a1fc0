package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/providers"
)

// lines decodes a log. Every line must be JSON.
func lines(t *testing.T, log *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, entry)
	}
	return all
}

func TestLogger_HostileValues(t *testing.T) {
	hostile := []string{"a\nb", "a\r\n{\"level\":\"ERROR\"}", "\x1b[31mred\x1b[0m", "\u2028", "\x00", "\xff", `"`, "\u202e"}
	var log bytes.Buffer
	logger := telemetry.NewLogger(&log, slog.LevelInfo)
	for _, text := range hostile {
		logger.Info("call", "path", text, "err", errors.New(text))
	}
	if n := bytes.Count(log.Bytes(), []byte("\n")); n != len(hostile) {
		t.Errorf("%d lines for %d entries", n, len(hostile))
	}
	if bytes.ContainsAny(log.Bytes(), "\x1b\x00\r") {
		t.Error("a control character")
	}
	for i, entry := range lines(t, &log) {
		if hostile[i] != "\xff" && entry["path"] != hostile[i] {
			t.Errorf("%q became %q", hostile[i], entry["path"])
		}
	}
}

func TestLogger_Entry(t *testing.T) {
	var log bytes.Buffer
	logger := telemetry.NewLogger(&log, slog.LevelInfo)
	logger.Debug("below the level")
	logger.Info("start", "token", providers.NewSecret("s3cr3t"), slog.Group("call", "time", "kept"))
	entries := lines(t, &log)
	if len(entries) != 1 {
		t.Fatalf("%d entries", len(entries))
	}
	if entries[0]["token"] != "[redacted]" {
		t.Errorf("token: %v", entries[0]["token"])
	}
	stamp, err := time.Parse(time.RFC3339Nano, entries[0]["time"].(string))
	if err != nil || stamp.Location() != time.UTC {
		t.Errorf("time: %v, %v", stamp, err)
	}
}

// unsolicited is a message of net/http.
const unsolicited = "Unsolicited response received on idle HTTP channel starting with %q; err=%v"

// A peer that causes a message with each response does not fill the log.
func TestCaptureStandardLog_Repeated(t *testing.T) {
	output, flags := log.Writer(), log.Flags()
	t.Cleanup(func() {
		log.SetOutput(output)
		log.SetFlags(flags)
	})
	synctest.Test(t, func(t *testing.T) {
		var written bytes.Buffer
		telemetry.CaptureStandardLog(telemetry.NewLogger(&written, slog.LevelInfo))
		log.Print("of another kind")
		for range 90 {
			for range 100 {
				log.Printf(unsolicited, "s3cr3t", nil)
			}
			time.Sleep(time.Second)
		}
		var messages []any
		for _, entry := range lines(t, &written) {
			messages = append(messages, entry["messages"])
		}
		if want := []any{1.0, 1.0, 6000.0}; !slices.Equal(messages, want) {
			t.Errorf("lines of %v messages, want %v", messages, want)
		}
	})
}

// Libraries write what a peer sent to the standard log.
func TestCaptureStandardLog(t *testing.T) {
	output, flags := log.Writer(), log.Flags()
	t.Cleanup(func() {
		log.SetOutput(output)
		log.SetFlags(flags)
	})
	var written bytes.Buffer
	telemetry.CaptureStandardLog(telemetry.NewLogger(&written, slog.LevelInfo))
	log.Printf(unsolicited, "s3cr3t", nil)
	log.Print("s3cr3t\nmore")
	entries := lines(t, &written)
	if len(entries) != 2 || entries[0]["level"] != "WARN" || strings.Contains(written.String(), "s3cr3t") || entries[0]["msg"] == entries[1]["msg"] {
		t.Errorf("the log is %s", &written)
	}
}
