package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime/metrics"
)

// roles are what this program can be besides the one that measures.
var roles = map[string]func(args []string, stdout io.Writer) error{
	"vendors": serveVendors,
	"product": serveProduct,
	"plain":   servePlain,
	"bare":    serveBare,
	"redis":   serveRedis,
}

// serve runs a server on a free port, which it prints, until its standard input
// ends: then whoever started it is gone.
func serve(handler http.Handler, stdout io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(listener, handler) }()
	fmt.Fprintln(stdout, listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// observed adds to a server under test what measuring needs.
func observed(server http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", server)
	mux.HandleFunc("GET /allocated", func(w http.ResponseWriter, _ *http.Request) {
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
		metrics.Read(sample)
		fmt.Fprint(w, sample[0].Value.Uint64())
	})
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.Handle("GET /debug/pprof/allocs", pprof.Handler("allocs"))
	return mux
}
