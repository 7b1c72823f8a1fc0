package softwareone

import (
	"encoding/json"
	"strings"
)

// problem is the body of an error response: RFC 7807 with additions, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/errors-handling.
// Gateways in front of the platform send other bodies.
type problem struct {
	Type lenientString `json:"type"`
	// Errors is a list of objects, or a map of lists without ids.
	Errors json.RawMessage `json:"errors"`
}

// lenientString is "" for a JSON value that is not a string.
type lenientString string

// UnmarshalJSON never fails.
func (s *lenientString) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*s = lenientString(text)
	}
	return nil
}

// vendorCode returns the vendor's error code: the id of the first error, else
// the id at the end of the problem's type, else "". It takes nothing from titles
// and messages, which are prose and may name people.
func vendorCode(body []byte) string {
	var p problem
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	var list []struct {
		ID lenientString `json:"id"`
	}
	if json.Unmarshal(p.Errors, &list) == nil && len(list) > 0 && list[0].ID != "" {
		return string(list[0].ID)
	}
	// Types of the HTTP standard end in a section number.
	_, id, _ := strings.Cut(string(p.Type), "#")
	if strings.HasPrefix(id, "section") {
		return ""
	}
	return id
}
