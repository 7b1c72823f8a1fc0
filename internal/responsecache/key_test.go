package responsecache_test

import (
	"fmt"
	"testing"

	"github.com/accountgraph/accountgraph/internal/responsecache"
)

func TestNewKey_SeparatesParts(t *testing.T) {
	seen := map[responsecache.Key]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"ab", "c"}, {"a", "bc"}, {"abc"}, {"a", "b", "c"}} {
		bytes := make([][]byte, len(parts))
		for i, p := range parts {
			bytes[i] = []byte(p)
		}
		key := responsecache.NewKey(bytes...)
		if other, found := seen[key]; found {
			t.Errorf("%q has the same key as %s", parts, other)
		}
		seen[key] = fmt.Sprintf("%q", parts)
	}
}
