// Package graphiql serves GraphiQL, the page in which people write and run
// queries, from files inside the binary. Neither the page nor anything it loads
// comes from another host.
//
// It does not know the schema or the server: the page asks /graphql, on the
// origin that served it, for both. web/ is the page's source, dist/ what
// build.sh makes of it.
package graphiql

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// policy lets the page load from its own origin alone. Monaco, the editor,
// writes style elements and attributes as it goes, hence 'unsafe-inline' for
// styles; scripts have no such exception.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; " +
	"connect-src 'self'; img-src 'self' data:; font-src 'self' data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Handler answers GET and HEAD: the page at exactly "/", its files below
// "/graphiql/", and 404 everywhere else. It may be used concurrently.
func Handler() http.Handler {
	files := unpack()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		f, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		f.serve(w, r)
	})
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", f.cacheControl)
	w.Header().Set("ETag", f.etag)
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", f.contentType)
	if acceptsGzip(r.Header) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(f.zipped)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(f.zipped) // fails only for a client that went away
		}
		return
	}
	w.Header().Set("Content-Length", strconv.FormatUint(uint64(f.size), 10))
	if r.Method == http.MethodHead {
		return
	}
	content, err := gzip.NewReader(bytes.NewReader(f.zipped))
	if err != nil {
		panic(http.ErrAbortHandler) // unpack has read this header already
	}
	_, _ = io.Copy(w, content) // fails only for a client that went away
}

// acceptsGzip reports whether an Accept-Encoding header names gzip, or
// everything, and does not rule it out with a weight of zero.
func acceptsGzip(h http.Header) bool {
	accepted, named := false, false
	for _, coding := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && (name != "*" || named) {
			continue
		}
		named = name == "gzip"
		_, q, weighed := strings.Cut(parameters, "=")
		weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		accepted = !weighed || err == nil && weight > 0
	}
	return accepted
}
