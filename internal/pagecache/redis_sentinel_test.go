package pagecache_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// Two replicas find the master by a Sentinel, and share values and invalidations.
func TestRedis_Sentinel(t *testing.T) {
	master := startRedis(t)
	sentinel := redistest.RunSentinel(t, "sentinel monitor main 127.0.0.1 "+master.port+" 1")
	url := "redis://127.0.0.1:" + sentinel.Port + "?master=main"
	one, events := master.replica(at(url))
	two, _ := master.replica(at(url))
	exchange(t, one, two, 1)
	if n := events.of(pagecache.RedisError); n != 0 {
		t.Errorf("%d errors", n)
	}
}
