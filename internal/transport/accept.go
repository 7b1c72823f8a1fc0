package transport

import (
	"mime"
	"strconv"
	"strings"
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
func negotiate(accept []string) (string, bool) {
	if len(accept) == 0 || strings.TrimSpace(strings.Join(accept, "")) == "" {
		return jsonType, true
	}
	var best string
	var highest float64
	excluded := map[string]bool{}
	ranges := strings.Split(strings.Join(accept, ","), ",")
	for _, r := range ranges {
		if t, params, err := mime.ParseMediaType(r); err == nil && quality(params) == 0 {
			excluded[t] = true
		}
	}
	for _, r := range ranges {
		t, params, err := mime.ParseMediaType(r)
		if err != nil || !isUTF8(params) {
			continue
		}
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
		if q := quality(params); q > highest && !excluded[t] {
			best, highest = t, q
		}
	}
	if best == "" {
		return jsonType, false
	}
	return best, true
}

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

// isUTF8 reports whether the charset parameter of a media type is UTF-8 or absent.
func isUTF8(params map[string]string) bool {
	charset, ok := params["charset"]
	return !ok || strings.EqualFold(charset, "utf-8")
}
