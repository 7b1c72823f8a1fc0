package operation

import (
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/persisted"
)

// Request describes a finished request, for metrics, spans and the log.
type Request struct {
	// ID is the id of the request, which the response carries, too.
	ID string
	// Type is query or mutation, and Name the name of the operation, which may be empty.
	// Document is its text, DocumentHash its hash if that is known. They are empty if the
	// document was not accepted.
	Type, Name, Document, DocumentHash string
	// CallerID is Caller.ID(); empty if the caller was not authenticated.
	CallerID string
	// Client is what the client calls itself; empty without a name.
	Client string
	// Status is the HTTP status.
	Status int
	// Codes are the distinct error codes of the response.
	Codes []string
	// Canceled reports whether the client disconnected before there was a response. Then
	// Status is 499, as proxies log it, and there are no Codes.
	Canceled bool
	// Took is the time from the header of the request to the end of the response.
	Took time.Duration
	// From is where the result came from, a responsecache.Source; empty if there is none.
	From string
	// Reads are the pages and objects that the execution read; nil unless From is executed.
	Reads map[Read]int
	// TraceID is the id of the trace; empty unless the operation is recorded.
	TraceID string
}

// Read is what was read alike.
type Read struct {
	Provider string
	Source   pagecache.Source
}

// Hash returns the SHA-256 of the document in hexadecimal, "" without one.
func (r Request) Hash() string {
	if r.DocumentHash != "" || r.Document == "" {
		return r.DocumentHash
	}
	return persisted.Sum(r.Document)
}

// Reads counts the rows by provider and source.
func (t *Trace) Reads() map[Read]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	reads := make(map[Read]int, len(t.calls))
	for _, c := range t.calls {
		reads[Read{c.Provider, c.Source}]++
	}
	return reads
}
