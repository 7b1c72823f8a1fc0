package config

import "time"

// Limits is the protection of the server and of vendors from load.
type Limits struct {
	// Calls that one operation may make to one provider. What it may make to all
	// providers is the sum. A call beyond it is an error with the code
	// `BUDGET_EXCEEDED`.
	CallsPerProvider int `key:"callsPerProvider" default:"50" min:"1" max:"1000"`
	// Pages that one list reads from one provider, where no index answers it. A longer list is
	// an error with the code `UPSTREAM_TRUNCATED`, with the rows of these pages if it has no
	// order. More than `callsPerProvider` pages are read only as far as the cache has them.
	PagesPerList int `key:"pagesPerList" default:"100" min:"1" max:"10000"`
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
	// How long an operation waits to be executed before it gets 503 `OVERLOADED`: ten times as
	// long while at most half of `queuedOperations` wait, and for the only operation of a caller.
	QueueWait time.Duration `key:"queueWait" default:"100ms" min:"1ms" max:"10s"`
	// How long an operation waits until the first of its calls at a provider is in flight,
	// while `maxConcurrent` others are; at most half of the time that it has left. Beyond it,
	// the provider's data is missing, with the error `OVERLOADED`. At each provider, at most
	// half of `concurrentOperations` wait: for one more, the oldest of the caller with the most
	// of them fails.
	PlaceWait time.Duration `key:"placeWait" default:"5s" min:"10ms" max:"60s"`
	// How long connecting to a vendor may take, besides three times as long for TLS; at most
	// the provider's `timeout`.
	ConnectTime time.Duration `key:"connectTime" default:"1s" min:"50ms" max:"30s"`
	// Retries of a vendor call that fails with a transient failure; three more while the vendor
	// responds to other calls. `0`: none.
	Retries int `key:"retries" default:"2" min:"0" max:"10"`
	// Retries of all calls of a provider that does not respond. Each response allows two
	// more. `0`: none.
	RetryBudget int `key:"retryBudget" default:"20" min:"0" max:"1000"`
	// Failures in a row after which the circuit breaker of a provider opens: its calls fail
	// at once. It also opens when half of at least ten calls within 10 s fail, and after two
	// calls without any response.
	BreakerFailures int `key:"breakerFailures" default:"5" min:"1" max:"100"`
	// How long an open circuit breaker rejects calls before it allows one that is tried.
	BreakerDelay time.Duration `key:"breakerDelay" default:"5s" min:"100ms" max:"10m"`
	// Duration of a Redis command. Beyond it, the entry counts as missing.
	RedisTime time.Duration `key:"redisTime" default:"50ms" min:"5ms" max:"1s"`
	// Objects that each caller may request in a minute, by the estimated cost of its
	// operations without what the cache had. It may request all of them at once; then 429
	// `RATE_LIMITED`. `0`: no limit. With Redis, replicas count together.
	Rate int `key:"rate" default:"0" min:"0" max:"100000000"`
	// Client connections. Beyond this number, the one that waits for a request longest is
	// closed, idle or new, or the newest one if all others have a request.
	Connections int `key:"connections" default:"1024" min:"16" max:"65536"`
	// How long a client may take to send the header of a request. Then its connection is
	// closed.
	ReadHeaderTime time.Duration `key:"readHeaderTime" default:"3s" min:"100ms" max:"60s"`
	// How long a client may take to send a request with its body; at least `readHeaderTime`.
	ReadTime time.Duration `key:"readTime" default:"5s" min:"100ms" max:"5m"`
	// How long a connection stays open without a request.
	IdleTime time.Duration `key:"idleTime" default:"30s" min:"100ms" max:"10m"`
	// Length of the header of a request in bytes; net/http allows 4096 more.
	HeaderBytes int `key:"headerBytes" default:"16384" min:"4096" max:"1048576"`
	// Duration of an operation with all its vendor calls. Beyond it, what was read is
	// returned, with the error `TIMEOUT`.
	OperationTime time.Duration `key:"operationTime" default:"10s" min:"100ms" max:"60s"`
	// How long a client may take to read a response, besides one second for each 64 KiB.
	// Then its connection is closed.
	ResponseTime time.Duration `key:"responseTime" default:"5s" min:"100ms" max:"60s"`
	// Length of a request body in bytes. Longer ones get `QUERY_TOO_LARGE`.
	BodyBytes int `key:"bodyBytes" default:"262144" min:"1024" max:"16777216"`
	// Length of a document in bytes; at most that of a body.
	DocumentBytes int `key:"documentBytes" default:"65536" min:"1024" max:"1048576"`
	// Lexical tokens of a document.
	Tokens int `key:"tokens" default:"4000" min:"100" max:"100000"`
	// Nesting of fields in a document.
	Depth int `key:"depth" default:"20" min:"3" max:"100"`
	// Root fields of an operation. This limit and the following count fragments once for
	// each spread.
	RootFields int `key:"rootFields" default:"50" min:"1" max:"1000"`
	// Fields, fragment spreads and inline fragments of a document together.
	Fields int `key:"fields" default:"1000" min:"10" max:"10000"`
	// Fields of a document with an alias.
	Aliases int `key:"aliases" default:"100" min:"0" max:"10000"`
	// Directives of a document.
	Directives int `key:"directives" default:"50" min:"0" max:"1000"`
	// Fields with the same response key in one object.
	SameResponseKey int `key:"sameResponseKey" default:"100" min:"1" max:"1000"`
	// Sum of the squares of the numbers of fields with the same response key, over all
	// objects: validation compares each with each other.
	OverlapPairs int `key:"overlapPairs" default:"20000" min:"100" max:"1000000"`
	// Fields that the schema does not have: validation searches similar names for each.
	UnknownFields int `key:"unknownFields" default:"25" min:"0" max:"1000"`
	// Nesting of lists and objects in variables.
	VariableDepth int `key:"variableDepth" default:"16" min:"1" max:"64"`
	// Names and elements in a request body.
	Values int `key:"values" default:"20000" min:"100" max:"1000000"`
	// Fragments that a document defines.
	Fragments int `key:"fragments" default:"100" min:"0" max:"1000"`
	// Operations that a document defines.
	Operations int `key:"operations" default:"10" min:"1" max:"100"`
	// Representations of one `_entities` field. `0` rejects all, also those of a gateway.
	Representations int `key:"representations" default:"1000" min:"0" max:"10000"`
	// Estimated number of objects in the response to a document. More are
	// `QUERY_TOO_COMPLEX`.
	Cost int `key:"cost" default:"20000" min:"100" max:"1000000"`
	// Errors that a response lists. One more says how many there are besides.
	Errors int `key:"errors" default:"25" min:"1" max:"1000"`
	// Memory for pages and objects of vendors, in bytes, approximately. At least 1 MiB.
	PageCacheBytes int `key:"pageCacheBytes" default:"67108864" min:"1048576" max:"17179869184"`
	// Memory for complete responses, in bytes. `0` caches none.
	ResponseCacheBytes int `key:"responseCacheBytes" default:"16777216" min:"0" max:"4294967296"`
	// Length of the documents that are kept parsed and validated, in bytes. They take some 80
	// times as much memory.
	DocumentCacheBytes int `key:"documentCacheBytes" default:"1048576" min:"65536" max:"67108864"`
	// Length of the documents that clients have registered (automatic persisted queries), in
	// bytes.
	AutomaticDocumentBytes int `key:"automaticDocumentBytes" default:"4194304" min:"65536" max:"268435456"`
	// How long a stopping server accepts new requests, while `/readyz` fails.
	ShutdownDelay time.Duration `key:"shutdownDelay" default:"1s" min:"0s" max:"60s"`
}
