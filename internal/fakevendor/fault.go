package fakevendor

import (
	"net/http"
	"strings"
	"time"
)

// Fault replaces or delays the response to requests whose path begins with Path.
// The first of Hangup, Cut, Location and Status that is set decides; if none is,
// the vendor responds.
type Fault struct {
	Path string
	// Times limits the number of requests that the fault applies to; 0 is no limit.
	Times int
	// Status, ContentType, RetryAfter and Body are the response. An empty
	// ContentType is application/json.
	Status                        int
	ContentType, RetryAfter, Body string
	// Location is the target of a redirect with status 302.
	Location string
	// Hangup closes the connection without a response.
	Hangup bool
	// Delay delays the response, at most until the client disconnects.
	Delay time.Duration
	// Cut closes the connection after this many bytes of the body, before its
	// Content-Length is reached.
	Cut int
}

func (f *Fault) serve(w http.ResponseWriter, r *http.Request, vendor http.Handler) {
	switch {
	case f.Hangup:
		panic(http.ErrAbortHandler)
	case f.Cut > 0:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000000")
		_, _ = w.Write([]byte(strings.Repeat(" ", f.Cut)))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case f.Location != "":
		http.Redirect(w, r, f.Location, http.StatusFound)
	case f.Status != 0:
		contentType := f.ContentType
		if contentType == "" {
			contentType = "application/json"
		}
		w.Header().Set("Content-Type", contentType)
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		vendor.ServeHTTP(w, r)
	}
}
