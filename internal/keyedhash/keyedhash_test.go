package keyedhash_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/keyedhash"
)

// A hash depends on the key, on each part, and on where the parts begin.
func TestHash_Sum(t *testing.T) {
	one, other := keyedhash.New([]byte("one")), keyedhash.New([]byte("other"))
	want := one.Sum("ab", "c")
	for name, got := range map[string][32]byte{
		"another key": other.Sum("ab", "c"), "other parts": one.Sum("a", "bc"), "one part": one.Sum("abc"), "one more": one.Sum("ab", "c", ""),
	} {
		if got == want {
			t.Errorf("%s: the same hash", name)
		}
	}
	if again := keyedhash.New([]byte("one")).Sum("ab", "c"); again != want {
		t.Error("the same key gives another hash")
	}
}
