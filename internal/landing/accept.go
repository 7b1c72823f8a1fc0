package landing

import (
	"net/http"
	"strings"

	"github.com/accountgraph/accountgraph/internal/accept"
)

// prefersHTML reports whether the Accept header names text/html, with a higher quality than
// every JSON type. Programs that accept anything prefer JSON.
func prefersHTML(h http.Header) bool {
	var html, json float64
	for _, r := range accept.Parse(h.Values("Accept")) {
		switch {
		case r.Type == "text/html":
			html = max(html, r.Quality)
		case strings.HasSuffix(r.Type, "json"):
			json = max(json, r.Quality)
		}
	}
	return html > json
}
