package telemetry

import (
	"cmp"
	"context"
	"encoding/hex"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/internal/keyedhash"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

// AccessLog writes a line for each request, or for a part of them. A line has neither a
// variable nor an id, a path or a personal value: documents are hashes, and callers keyed hashes,
// so that addresses and subjects cannot be looked up. It is safe for concurrent use.
type AccessLog struct {
	log      *slog.Logger
	sampling float64
	random   func() float64
	callers  *keyedhash.Hash
	// last is the caller of the latest line: often, one caller sends many requests.
	last atomic.Pointer[hashedCaller]
}

// hashedCaller is a caller with its hash as text.
type hashedCaller struct{ id, hash string }

// callerBytes is the length of the hash of a caller.
const callerBytes = 16

// NewAccessLog returns a log of this part of the requests, from 0 to 1. random returns a number
// from 0 up to 1, and is called concurrently. key is that of the hashes of callers.
func NewAccessLog(log *slog.Logger, sampling float64, random func() float64, key []byte) *AccessLog {
	return &AccessLog{log: log, sampling: sampling, random: random, callers: keyedhash.New(key)}
}

// caller returns the hash of a caller as text.
func (l *AccessLog) caller(id string) string {
	if last := l.last.Load(); last != nil && last.id == id {
		return last.hash
	}
	sum := l.callers.Sum(id)
	hash := hex.EncodeToString(sum[:callerBytes])
	l.last.Store(&hashedCaller{id, hash})
	return hash
}

// Request writes the line of a request, if it is one of those that are logged. An internal
// error always is.
func (l *AccessLog) Request(r operation.Request) {
	failed := slices.Contains(r.Codes, internalError)
	if !failed && (l.sampling == 0 || l.sampling < 1 && l.random() >= l.sampling) {
		return
	}
	ctx := context.Background()
	if !l.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attributes := append(make([]slog.Attr, 0, 13), slog.String("requestId", r.ID), slog.Int("status", r.Status))
	text := func(key, value string) {
		if value != "" {
			attributes = append(attributes, slog.String(key, value))
		}
	}
	text("type", r.Type)
	text("operation", r.Name)
	text("hash", r.Hash())
	if r.CallerID != "" {
		text("caller", l.caller(r.CallerID))
	}
	text("client", r.Client)
	text("from", r.From)
	if len(r.Codes) > 0 {
		attributes = append(attributes, slog.Any("codes", r.Codes))
	}
	sources, calls := sourcesOf(r.Reads)
	attributes = append(attributes, slog.Float64("ms", float64(r.Took.Microseconds())/1000), slog.Int("vendorCalls", calls))
	if len(sources) > 0 {
		attributes = append(attributes, slog.Attr{Key: "sources", Value: slog.GroupValue(sources...)})
	}
	text("traceId", r.TraceID)
	// Logger.LogAttrs would look up its caller, which no line has.
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	line.AddAttrs(attributes...)
	_ = l.log.Handler().Handle(ctx, line) // there is no other place for the error
}

// sourcesOf returns how many reads each source had, by their names, and the number of vendor calls.
func sourcesOf(reads map[operation.Read]int) (sources []slog.Attr, calls int) {
	if len(reads) == 0 {
		return nil, 0
	}
	bySource := slices.SortedFunc(maps.Keys(reads), func(a, b operation.Read) int { return cmp.Compare(a.Source, b.Source) })
	for i := 0; i < len(bySource); {
		source, n := bySource[i].Source, 0
		for ; i < len(bySource) && bySource[i].Source == source; i++ {
			n += reads[bySource[i]]
		}
		if source == pagecache.FromVendor {
			calls = n
		}
		sources = append(sources, slog.Int(string(source), n))
	}
	return sources, calls
}
