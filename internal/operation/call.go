package operation

import (
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Call describes one page or object that was read. It contains neither a query
// string nor a credential.
type Call struct {
	Provider, Method, Path string
	Source                 pagecache.Source
	// Status is the vendor's HTTP status, of the last retry; 0 without a response.
	Status int
	// Kind is 0 on success.
	Kind providers.Kind
	// Reason tells operators why there was no response; "" if that is not known.
	Reason string
	// Start is the time from the beginning of the operation until the page or object was
	// needed, and Elapsed the time until it was there, with all waiting.
	Start, Elapsed time.Duration
}
