package upstream

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter caps the Retry-After that an error carries.
const maxRetryAfter = time.Hour

// retryAfter parses the Retry-After header: whole seconds, or an HTTP date, which is
// compared with the response's Date header if it has one, else with now. A time in
// the past is 0. ok is false if the header is missing or invalid.
func retryAfter(h http.Header, now time.Time) (delay time.Duration, ok bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(0, at.Sub(now)), maxRetryAfter), true
}
