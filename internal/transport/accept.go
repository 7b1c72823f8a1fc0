package transport

import (
	"strings"

	"github.com/accountgraph/accountgraph/internal/accept"
)

// The media types of responses. With graphqlType, the HTTP status says whether the
// request was executed; with jsonType it is mostly 200.
const (
	jsonType    = "application/json"
	graphqlType = "application/graphql-response+json"
)

// negotiate returns the media type for the Accept header: the one with the highest
// quality, the first of equals, jsonType for a wildcard. It returns jsonType and
// false when neither type is acceptable.
func negotiate(header []string) (string, bool) {
	if strings.TrimSpace(strings.Join(header, "")) == "" {
		return jsonType, true
	}
	var best string
	var highest float64
	excluded := map[string]bool{}
	ranges := accept.Parse(header)
	for _, r := range ranges {
		if r.Quality == 0 {
			excluded[r.Type] = true
		}
	}
	for _, r := range ranges {
		if !isUTF8(r.Params) {
			continue
		}
		t := r.Type
		switch t {
		case "*/*", "application/*":
			t = jsonType
			if excluded[t] {
				t = graphqlType
			}
		case jsonType, graphqlType:
		default:
			continue
		}
		if r.Quality > highest && !excluded[t] {
			best, highest = t, r.Quality
		}
	}
	if best == "" {
		return jsonType, false
	}
	return best, true
}

// isUTF8 reports whether the charset parameter of a media type is UTF-8 or absent.
func isUTF8(params map[string]string) bool {
	charset, ok := params["charset"]
	return !ok || strings.EqualFold(charset, "utf-8")
}
