package activityinfo

import "encoding/json"

// vendorCode returns the error code in a body such as {"code":"FORBIDDEN"}, "" if
// there is none.
func vendorCode(body []byte) string {
	var failure struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &failure) != nil {
		return ""
	}
	return failure.Code
}
