// Package staticpage serves a page for the browser and its files, which are embedded in the
// binary, compressed with gzip.
package staticpage

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// Page is a page and its files.
type Page struct {
	// Files has the output of the build. The name of each file ends with .gz. Names in the
	// folder assets have a hash of the content.
	Files fs.FS
	// Path is the URL path of index.html, Prefix that of the folder with the other files.
	Path, Prefix string
	// ContentSecurityPolicy is the header of all responses.
	ContentSecurityPolicy string
}

// Handler serves the page and its files for GET and HEAD. Other paths are 404, other
// methods 405. It is safe for concurrent use. It panics if a file is not compressed.
func (p Page) Handler() http.Handler {
	files := p.unpack()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", p.ContentSecurityPolicy)
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
	if AcceptsGzip(r.Header) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(f.zipped)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(f.zipped) // fails only if the client has disconnected
		}
		return
	}
	w.Header().Set("Content-Length", strconv.FormatUint(uint64(f.size), 10))
	if r.Method == http.MethodHead {
		return
	}
	content, err := gzip.NewReader(bytes.NewReader(f.zipped))
	if err != nil {
		panic(http.ErrAbortHandler) // unpack has read this header
	}
	_, _ = io.Copy(w, content) // fails only if the client has disconnected
}

// AcceptsGzip reports whether the Accept-Encoding header has gzip or * with a quality
// value above zero. gzip takes precedence over *.
func AcceptsGzip(h http.Header) bool {
	accepted, named := false, false
	for _, coding := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && (name != "*" || named) {
			continue
		}
		named = name == "gzip"
		_, q, hasQuality := strings.Cut(parameters, "=")
		quality, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		accepted = !hasQuality || err == nil && quality > 0
	}
	return accepted
}
