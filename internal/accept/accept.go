// Package accept parses the header Accept of a request (RFC 9110, section 12.5.1).
package accept

import (
	"mime"
	"strconv"
	"strings"
)

// Range is one media range of the header. A quality of 0 excludes the type.
type Range struct {
	Type    string            // in lower case, as text/html or */*
	Params  map[string]string // the range's parameters, q among them; the names are in lower case
	Quality float64
}

// Parse returns the media ranges of all values of the header, in their order. Ranges that cannot
// be parsed are left out. A range without q has the quality 1, one whose q is no number 0.
func Parse(values []string) []Range {
	var ranges []Range
	for _, text := range strings.Split(strings.Join(values, ","), ",") {
		name, params, err := mime.ParseMediaType(text)
		if err != nil {
			continue
		}
		ranges = append(ranges, Range{Type: name, Params: params, Quality: quality(params)})
	}
	return ranges
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
