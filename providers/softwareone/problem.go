package softwareone

import (
	"encoding/json"
	"strings"
)

// problem is the body of a failed answer: RFC 7807 with additions, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/errors-handling.
// Gateways in front of the platform answer in other ways.
type problem struct {
	Type anything `json:"type"`
	// Errors is a list of objects, or a map of lists without ids.
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

// vendorCode finds the vendor's own word for an error: the id of the first error,
// else the id at the end of the problem's type, else "". Titles and messages are
// prose and may name people, so no part of them is taken.
func vendorCode(body []byte) string {
	var p problem
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	var list []struct {
		ID anything `json:"id"`
	}
	if json.Unmarshal(p.Errors, &list) == nil && len(list) > 0 && list[0].ID != "" {
		return string(list[0].ID)
	}
	// Types of the HTTP standard end in a section's number.
	_, id, _ := strings.Cut(string(p.Type), "#")
	if strings.HasPrefix(id, "section") {
		return ""
	}
	return id
}
