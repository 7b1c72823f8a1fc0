package activeplatform

import (
	"encoding/json"
	"strings"
)

// errorCodeKeys are the keys under which an error code is searched. The vendor does
// not document error bodies; these are the usual keys of other APIs.
var errorCodeKeys = [...]string{"error_code", "code", "error", "status"}

// vendorCode returns the error code in a body, "" if there is none. It never
// returns prose, which may contain personal data.
func vendorCode(body []byte) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return ""
	}
	for _, key := range errorCodeKeys {
		var code text
		if json.Unmarshal(object[key], &code) == nil && code.string != nil && isErrorCode(*code.string) {
			return *code.string
		}
	}
	return ""
}

// maxErrorCode is longer than the error codes of comparable APIs and shorter than
// most secrets.
const maxErrorCode = 40

func isErrorCode(s string) bool {
	return s != "" && len(s) <= maxErrorCode && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-')
	})
}
