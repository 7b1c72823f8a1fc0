package jsonscan

import "math/bits"

// One byte in each byte of a word.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// PlainLen returns the number of bytes at the beginning of a JSON text that are printable ASCII
// without the quote and the backslash. It reads words of eight bytes: at the end of the text, up
// to seven such bytes are not counted.
func PlainLen[T string | []byte](text T) int {
	n := 0
	for ; len(text)-n >= 8; n += 8 {
		s := text[n : n+8]
		word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		quotes, backslashes := word^ones*'"', word^ones*'\\'
		// The lowest bit that is set is exact. The subtraction can carry into bytes above it.
		special := ((word-ones*' ')&^word | (quotes-ones)&^quotes | (backslashes-ones)&^backslashes | word) & highs
		if special != 0 {
			return n + bits.TrailingZeros64(special)/8
		}
	}
	return n
}
