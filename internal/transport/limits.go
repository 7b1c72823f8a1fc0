package transport

import (
	"cmp"
	"time"

	"github.com/accountgraph/accountgraph/internal/complexity"
)

// Limits bound requests, operations and responses. A field that is 0 has its default.
type Limits struct {
	// OperationTime bounds one operation with all its vendor calls; 10 s.
	OperationTime time.Duration
	// ResponseTime is how long a client may take to read a response, besides one second for
	// each 64 KiB; 5 s.
	ResponseTime time.Duration
	// Documents bound documents; complexity.DefaultLimits if it is the zero value.
	Documents complexity.Limits
	// Errors bounds the errors that a response lists; 25.
	Errors int
}

// slowestReader is the number of bytes that a client reads in a second at least.
const slowestReader = 64 << 10

func (l Limits) withDefaults() Limits {
	l.OperationTime = cmp.Or(l.OperationTime, 10*time.Second)
	l.ResponseTime = cmp.Or(l.ResponseTime, 5*time.Second)
	l.Documents = cmp.Or(l.Documents, complexity.DefaultLimits())
	l.Errors = cmp.Or(l.Errors, 25)
	return l
}

// timeToRead returns how long a client may take to read a response of this length.
func (l Limits) timeToRead(bytes int) time.Duration {
	return l.ResponseTime + time.Duration(bytes)*time.Second/slowestReader
}
