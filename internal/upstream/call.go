package upstream

import (
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// Source tells where an answer came from.
type Source string

// The values of Source.
const (
	// Vendor was called.
	Vendor Source = "VENDOR"
)

// Call is what is told of one page or object that was needed. It holds neither a
// query nor a credential.
type Call struct {
	Provider, Method, Path string
	Source                 Source
	// Status is the vendor's HTTP status, 0 where there was no answer.
	Status int
	// Kind is 0 when the call went well.
	Kind    providers.Kind
	Elapsed time.Duration
}
