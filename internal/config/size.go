package config

import (
	"strconv"
	"strings"
)

// Size is a number of bytes.
type Size int64

// units are the units of sizes, from the smallest.
var units = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}

// ParseSize parses a whole number with one of the units KiB, MiB and GiB. ok is false for
// anything else, and for what no int64 holds.
func ParseSize(text string) (size Size, ok bool) {
	for _, u := range units {
		digits, found := strings.CutSuffix(text, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 32)
		return Size(n * u.bytes), err == nil && n >= 0 && strconv.FormatInt(n, 10) == digits
	}
	return 0, false
}
