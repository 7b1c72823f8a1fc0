package jsonscan_test

import (
	"bytes"
	"testing"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// TestPlainLen_EveryByteAtEveryPlace: each byte ends the plain part where it must, whatever bytes are before and after it.
func TestPlainLen_EveryByteAtEveryPlace(t *testing.T) {
	for c := range 256 {
		isPlain := c >= ' ' && c < 0x80 && c != '"' && c != '\\'
		for _, rest := range []byte{' ', '!', '#', '[', ']', '~', 0x7f} {
			for at := range 24 {
				text := bytes.Repeat([]byte{rest}, 24)
				text[at] = byte(c)
				want := at
				if isPlain {
					want = len(text)
				}
				if got := jsonscan.PlainLen(text); got != want {
					t.Fatalf("byte %#x at %d among %#x: %d, want %d", c, at, rest, got, want)
				}
				if got := jsonscan.PlainLen(string(text)); got != want {
					t.Fatalf("as a string, byte %#x at %d among %#x: %d, want %d", c, at, rest, got, want)
				}
			}
		}
	}
}

// TestPlainLen_TwoBytes: the first of two bytes that are not plain counts.
func TestPlainLen_TwoBytes(t *testing.T) {
	special := []byte{0, 0x1f, '"', '\\', 0x80, 0xff}
	for _, a := range special {
		for _, b := range special {
			for first := range 8 {
				for second := first + 1; second < 8; second++ {
					text := []byte("~~~~~~~~")
					text[first], text[second] = a, b
					if got := jsonscan.PlainLen(text); got != first {
						t.Fatalf("%q: %d, want %d", text, got, first)
					}
				}
			}
		}
	}
}

// TestPlainLen_ShortEnd: what is left of a word is not counted.
func TestPlainLen_ShortEnd(t *testing.T) {
	for n := range 20 {
		if got := jsonscan.PlainLen(bytes.Repeat([]byte{'a'}, n)); got != n/8*8 {
			t.Fatalf("%d bytes: %d, want %d", n, got, n/8*8)
		}
	}
}
