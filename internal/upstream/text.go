package upstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

var errNoString = errors.New("not a string")

// UnmarshalString decodes a JSON string as json.Unmarshal does. It is for implementations of
// json.Unmarshaler, which a page calls for each field: text without escapes takes one
// allocation. A value of another kind is an error.
func UnmarshalString[S ~string](raw []byte, s *S) error {
	if n := len(raw); n >= 2 && raw[0] == '"' && raw[n-1] == '"' && isPlain(raw[1:n-1]) {
		*s = S(raw[1 : n-1])
		return nil
	}
	var decoded *string
	err := json.Unmarshal(raw, &decoded)
	switch {
	case err != nil:
		return err
	case decoded == nil: // null
		return errNoString
	}
	*s = S(*decoded)
	return nil
}

// isPlain reports whether the text between two quotes stands for itself.
func isPlain(text []byte) bool {
	for _, c := range text {
		if c == '"' || c == '\\' || c < ' ' {
			return false
		}
	}
	return utf8.Valid(text)
}

// UnmarshalText decodes a JSON string, and a number or a boolean as its text. ok is false for
// another value.
func UnmarshalText(raw []byte) (text string, ok bool) {
	switch raw = bytes.Trim(raw, " \t\r\n"); { // JSON has no other white space
	case len(raw) == 0:
		return "", false
	case raw[0] == '"':
		err := UnmarshalString(raw, &text)
		return text, err == nil
	case raw[0] == 't' || raw[0] == 'f':
		return string(raw), json.Valid(raw)
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		_, err := strconv.ParseFloat(string(raw), 64)
		return string(raw), err == nil && json.Valid(raw)
	}
	return "", false
}
