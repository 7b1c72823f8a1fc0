package landing

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// prefersHTML reports whether the Accept header names text/html, with a higher quality than
// every JSON type. Programs that accept anything prefer JSON.
func prefersHTML(h http.Header) bool {
	var html, json float64
	for _, r := range strings.Split(strings.Join(h.Values("Accept"), ","), ",") {
		name, params, err := mime.ParseMediaType(r)
		if err != nil {
			continue
		}
		q := quality(params)
		switch {
		case name == "text/html":
			html = max(html, q)
		case strings.HasSuffix(name, "json"):
			json = max(json, q)
		}
	}
	return html > json
}

// quality returns the parameter q of a media type: 1 without one, 0 for one that is no number.
func quality(params map[string]string) float64 {
	text, ok := params["q"]
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return q
}
