package blendvision

import (
	"encoding/json"
	"strconv"
)

// vendorCode returns the name of the code in a google.rpc.Status, which is the body of
// every error response. It returns the number for an unknown code, and "" for 0 and if
// there is none.
// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
func vendorCode(body []byte) string {
	var status struct {
		Code int32 `json:"code"`
	}
	if json.Unmarshal(body, &status) != nil || status.Code == 0 {
		return ""
	}
	switch status.Code {
	case 1:
		return "CANCELLED"
	case 2:
		return "UNKNOWN"
	case 3:
		return "INVALID_ARGUMENT"
	case 4:
		return "DEADLINE_EXCEEDED"
	case 5:
		return "NOT_FOUND"
	case 6:
		return "ALREADY_EXISTS"
	case 7:
		return "PERMISSION_DENIED"
	case 8:
		return "RESOURCE_EXHAUSTED"
	case 9:
		return "FAILED_PRECONDITION"
	case 10:
		return "ABORTED"
	case 11:
		return "OUT_OF_RANGE"
	case 12:
		return "UNIMPLEMENTED"
	case 13:
		return "INTERNAL"
	case 14:
		return "UNAVAILABLE"
	case 15:
		return "DATA_LOSS"
	case 16:
		return "UNAUTHENTICATED"
	}
	return strconv.Itoa(int(status.Code))
}
