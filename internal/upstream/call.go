package upstream

import "github.com/accountgraph/accountgraph/internal/pagecache"

// Source is where a value came from.
type Source = pagecache.Source

// The values of Source.
const (
	// Vendor: this read made the call, or an open circuit prevented it.
	Vendor = pagecache.FromVendor
	// Coalesced: this read shared another reader's call in flight.
	Coalesced = pagecache.FromInFlight
)
