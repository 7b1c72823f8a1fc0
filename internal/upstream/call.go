package upstream

import (
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Source tells where an answer came from.
type Source = pagecache.Source

// The values of Source.
const (
	// Vendor was called, or would have been but for an open circuit.
	Vendor = pagecache.FromVendor
	// Coalesced: someone else's call for the same was under way and was shared.
	Coalesced = pagecache.Coalesced
)

// Call is what is told of one page or object that was needed. It holds neither a
// query nor a credential.
type Call struct {
	Provider, Method, Path string
	Source                 Source
	// Status is the vendor's HTTP status, of the last repetition, 0 where there
	// was no answer.
	Status int
	// Kind is 0 when the call went well.
	Kind    providers.Kind
	Elapsed time.Duration
}
