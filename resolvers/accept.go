package resolvers

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers. With graphqlType the HTTP status tells whether the
// request was executed; with jsonType it mostly says 200.
const (
	jsonType    = "application/json"
	graphqlType = "application/graphql-response+json"
)

// negotiate chooses an answer's media type by the Accept header: the one that is
// wanted most, the first of equals, jsonType for who takes anything. It reports
// false when neither can be accepted; the answer that says so is jsonType.
func negotiate(accept []string) (string, bool) {
	if len(accept) == 0 || strings.TrimSpace(strings.Join(accept, "")) == "" {
		return jsonType, true
	}
	var best string
	var most float64
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
		if q := quality(params); q > most && !excluded[t] {
			best, most = t, q
		}
	}
	if best == "" {
		return jsonType, false
	}
	return best, true
}

func quality(params map[string]string) float64 {
	text, given := params["q"]
	if !given {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return q
}

// isUTF8 reports whether a media type's charset, if it names one, is UTF-8.
func isUTF8(params map[string]string) bool {
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}
