package softwareone

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// problem is the body of a failed answer: RFC 7807 with additions, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/errors-handling.
// Gateways in front of the platform answer in other ways.
type problem struct {
	Type    anything `json:"type"`
	Title   anything `json:"title"`
	Error   anything `json:"error"`
	Message anything `json:"message"`
	// Errors is a list of objects or a map of lists.
	Errors json.RawMessage `json:"errors"`
}

// anything is text where it is text.
type anything string

// UnmarshalJSON passes over what is not text.
func (a *anything) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*a = anything(s)
	}
	return nil
}

// vendorCode finds the vendor's own word for an error: the id of the first
// error, else the id at the end of the problem's type, else the shortest thing
// that is said and holds nothing but words. It is "" where there is none.
func vendorCode(body []byte) string {
	var p problem
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	var id, message string
	var list []struct {
		ID      anything `json:"id"`
		Message anything `json:"message"`
	}
	var fields map[string]json.RawMessage
	switch {
	case json.Unmarshal(p.Errors, &list) == nil && len(list) > 0:
		id, message = string(list[0].ID), string(list[0].Message)
	case json.Unmarshal(p.Errors, &fields) == nil && len(fields) > 0:
		var messages []anything
		if json.Unmarshal(fields[slices.Min(slices.Collect(maps.Keys(fields)))], &messages) == nil && len(messages) > 0 {
			message = string(messages[0])
		}
	}
	_, fragment, _ := strings.Cut(string(p.Type), "#")
	if !strings.ContainsAny(fragment, "0123456789") || strings.Contains(fragment, "section") {
		fragment = ""
	}
	for _, code := range []string{id, fragment, message, string(p.Title), string(p.Error), string(p.Message)} {
		if code = strings.TrimRight(code, "."); saysNothingElse(code) {
			return strings.Join(strings.Fields(code), "-")
		}
	}
	return ""
}

// maxCode is enough for every id and title that the vendor's documents show.
const maxCode = 64

// saysNothingElse reports whether text can hardly hold anybody's data: words and
// ids of the vendor's kind, no quotes, addresses or numbers of their own.
func saysNothingElse(s string) bool {
	if s == "" || len(s) > maxCode {
		return false
	}
	for _, word := range strings.Fields(s) {
		if word[0] >= '0' && word[0] <= '9' {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .-_", r))
	})
}
