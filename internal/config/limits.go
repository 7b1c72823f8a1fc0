package config

import "time"

// Limits is the protection of the server and of vendors from load.
type Limits struct {
	// Calls that one operation may make to one provider. What it may make to all
	// providers is the sum. A call beyond it is an error with the code
	// `BUDGET_EXCEEDED`.
	CallsPerProvider int `key:"callsPerProvider" default:"50" min:"1" max:"1000"`
	// Operations that are executed at the same time, including those that wait for
	// vendors. An eighth of them is kept for callers that have fewer than that. Responses
	// from the response cache, and those that identical requests share, do not count.
	ConcurrentOperations int `key:"concurrentOperations" default:"256" min:"1" max:"10000"`
	// Operations that may run at the same time: those in flight that do not wait for a
	// vendor or Redis. New operations wait while there are more. `0`: two for each
	// processor.
	RunningOperations int `key:"runningOperations" default:"0" min:"0" max:"1000"`
	// Operations that wait to be executed. Callers get places in turn. Beyond this number,
	// the caller with the most waiting operations gets 503 `OVERLOADED`.
	QueuedOperations int `key:"queuedOperations" default:"64" min:"0" max:"10000"`
	// How long an operation waits to be executed before it gets 503 `OVERLOADED`.
	QueueWait time.Duration `key:"queueWait" default:"50ms" min:"1ms" max:"10s"`
	// Client connections. Beyond this number, the one that is idle longest is closed, or
	// the new one if none is idle.
	Connections int `key:"connections" default:"1024" min:"16" max:"65536"`
}
