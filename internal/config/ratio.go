package config

import "strconv"

// Ratio is a part of a whole, from 0 to 1. The zero Ratio is not set.
type Ratio struct {
	// Value is the number.
	Value float64
	// Set is false if neither the file nor a default has it.
	Set bool
}

// ParseRatio parses a decimal number from 0 to 1. ok is false for anything else.
func ParseRatio(text string) (r Ratio, ok bool) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || !(number >= 0 && number <= 1) {
		return Ratio{}, false
	}
	return Ratio{number, true}, true
}
