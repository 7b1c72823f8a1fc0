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

// subprocesses are the modes of this program besides measuring, by name.
var subprocesses = map[string]func(args []string, stdout io.Writer) error{
	"vendors":      serveVendors,
	"accountgraph": serveAccountgraph,
	"gqlgen":       serveGqlgenBaseline,
	"static":       serveStaticBaseline,
	"redis":        serveRedis,
	"program":      serveProgram,
}

// serve runs a server on a free port and prints the address. It returns at the end of
// standard input, when the parent process has stopped it or has exited.
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

// instrumented adds endpoints for allocations and profiles to a server.
func instrumented(server http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", server)
	mux.HandleFunc("GET /allocated", func(w http.ResponseWriter, _ *http.Request) {
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/allocs:objects"}}
		metrics.Read(sample)
		fmt.Fprintln(w, sample[0].Value.Uint64(), sample[1].Value.Uint64())
	})
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.Handle("GET /debug/pprof/allocs", pprof.Handler("allocs"))
	return mux
}
