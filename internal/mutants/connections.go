package main

// connectionsControls are those of connections, and of what the process has them for.
var connectionsControls = []Control{
	{
		Name:    "connections of clients leave files for vendors",
		File:    "internal/server/connections.go",
		Old:     "if limit := s.connections.max; files/2 < uint64(limit) {",
		New:     "if limit := s.connections.max; limit < 0 {",
		Package: "e2e/process", Test: "TestServe_ConnectionsWithinDescriptors",
	},
	{
		Name:    "a response does not wait for the body of its request",
		File:    "internal/server/run.go",
		Old:     "Handler: withoutWaiting(handler),",
		New:     "Handler: handler,",
		Package: "e2e/process", Test: "TestServe_ResponseBeforeBody",
	},
	{
		Name:    "a body that is announced as too long is not read",
		File:    "internal/transport/request.go",
		Old:     "if r.ContentLength > int64(limit) {",
		New:     "if limit < 0 {",
		Package: "e2e/process", Test: "TestServe_ResponseBeforeBody",
	},
	{
		Name:    "a request with Transfer-Encoding is the last of its connection",
		File:    "internal/server/exchange.go",
		Old:     "if len(r.TransferEncoding) > 0 || r.ProtoMinor == 0 {",
		New:     "if false {",
		Package: "e2e/process", Test: "TestServe_AmbiguousLength",
	},
	{
		Name:    "connections that nobody has accepted get responses when the server stops",
		File:    "internal/server/listener.go",
		Old:     "l.closed, l.rest = true, takeBacklog(l.TCPListener)",
		New:     "l.closed = true",
		Package: "e2e/process", Test: "TestShutdown_RequestsOnTheWay",
	},
	{
		Name:    "requests that have arrived on idle connections get responses when the server stops",
		File:    "internal/server/connections.go",
		Old:     "case (w.idle || all) && !hasUnread(w.conn):",
		New:     "case w.idle || all:",
		Package: "e2e/process", Test: "TestShutdown_RequestsOnTheWay",
	},
	{
		Name:    "metrics are for other hosts only where the configuration says so",
		File:    "internal/config/check.go",
		Old:     "!isLoopback(host) && !s.AdminOpen {",
		New:     "host == s.Admin && !s.AdminOpen {",
		Package: "internal/config", Test: "TestParse_UnsafeValues",
	},
	{
		Name:    "no credential of a collector over plain http",
		File:    "internal/telemetry/traces.go",
		Old:     `(insecure || strings.EqualFold(u.Scheme, "http")) && !network.IsLoopback(host) {`,
		New:     `insecure && host == text {`,
		Package: "internal/telemetry", Test: "TestTraces_Environment",
	},
	{
		Name:    "an interim response is followed by a response",
		File:    "internal/upstream/roundtrip.go",
		Old:     "interim.Store(time.AfterFunc(c.slowAfter(), end))",
		New:     "interim.Store(time.AfterFunc(time.Hour, end))",
		Package: "internal/upstream", Test: "TestRoundTrip_InterimResponse",
	},
}
