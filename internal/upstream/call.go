package upstream

import (
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Source is where a value came from.
type Source = pagecache.Source

// The values of Source.
const (
	// Vendor: this read made the call, or an open circuit prevented it.
	Vendor = pagecache.FromVendor
	// Coalesced: this read shared another reader's call in flight.
	Coalesced = pagecache.Coalesced
)

// Call describes one page or object that was read. It contains neither a query
// string nor a credential.
type Call struct {
	Provider, Method, Path string
	Source                 Source
	// Status is the vendor's HTTP status, of the last retry; 0 without a response.
	Status int
	// Kind is 0 on success.
	Kind    providers.Kind
	Elapsed time.Duration
}
