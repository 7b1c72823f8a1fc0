package pagecache_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

func at(url string) func(*pagecache.Config) {
	return func(c *pagecache.Config) { c.Redis = providers.NewSecret(url) }
}

// TestRedis_RestrictedUser verifies the list of commands in redis.go.
func TestRedis_RestrictedUser(t *testing.T) {
	r := startRedis(t)
	rules := []any{"ACL", "SETUSER", "cache", "on", ">p%ss", "~accountgraph:v1:*", "&accountgraph:v1:*"}
	for command := range strings.FieldsSeq("get set getrange exists unlink sadd smembers pexpire multi exec ping publish subscribe") {
		rules = append(rules, "+"+command)
	}
	r.do(rules...)
	url := "redis://cache:p%25ss@127.0.0.1:" + r.port
	one, events := r.replica(at(url))
	two, _ := r.replica(at(url))
	exchange(t, one, two, 1)
	if n := events.of(pagecache.RedisError); n != 0 {
		t.Errorf("%d errors", n)
	}
}

// TestRedis_Cluster distributes scopes over two masters.
func TestRedis_Cluster(t *testing.T) {
	var nodes []*server
	for i, slots := range [][2]int{{0, 8191}, {8192, 16383}} {
		n := startRedis(t, "--cluster-enabled", "yes", "--cluster-port", redistest.FreePort(t), "--cluster-node-timeout", "2000")
		n.do("CLUSTER", "ADDSLOTSRANGE", slots[0], slots[1])
		n.do("CLUSTER", "SET-CONFIG-EPOCH", i+1)
		nodes = append(nodes, n)
	}
	bus := strings.Fields(nodes[1].do("CLUSTER", "NODES").(string))[1] // host:port@bus
	_, busPort, _ := strings.Cut(strings.Split(bus, ",")[0], "@")
	nodes[0].do("CLUSTER", "MEET", "127.0.0.1", nodes[1].port, busPort)
	for _, n := range nodes {
		eventually(t, "the cluster is up", func() bool {
			info := n.do("CLUSTER", "INFO").(string)
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:2")
		})
	}
	url := fmt.Sprintf("redis://127.0.0.1:%s,127.0.0.1:%s", nodes[0].port, nodes[1].port)
	one, events := nodes[0].replica(at(url))
	two, _ := nodes[0].replica(at(url))
	exchange(t, one, two, 20)
	if n := events.of(pagecache.RedisError); n != 0 {
		t.Errorf("%d errors", n)
	}
	for i, n := range nodes {
		if len(n.keys("e")) == 0 {
			t.Errorf("node %d has no scope", i)
		}
	}
}

// exchange exercises values and invalidations between two replicas.
func exchange(t *testing.T, one, two *pagecache.Cache, scopes int) {
	t.Helper()
	names := []string{"anna", "anna bert", "bert"}
	for i := range scopes {
		v, credential := &vendor{}, fmt.Sprint("token ", i)
		mine, theirs := scope(one, credential), scope(two, credential)
		v.read(t.Context(), mine, names...)
		eventually(t, "the other replica finds the values", func() bool {
			theirs.Invalidate(t.Context(), "none") // Do not join a load in flight.
			got := v.read(t.Context(), theirs, names...)
			return got[0].Source == pagecache.FromRedis || got[0].Source == pagecache.FromMemory
		})
		mine.Invalidate(t.Context(), "anna")
		eventually(t, "the other replica invalidates one", func() bool {
			return v.one(t.Context(), theirs, "anna").Source != pagecache.FromMemory
		})
		want(t, v.one(t.Context(), theirs, "bert"), "bert", pagecache.FromMemory)
		before := v.loaded("bert")
		mine.Drop(t.Context())
		eventually(t, "the other replica drops the scope", func() bool {
			v.one(t.Context(), theirs, "bert")
			return v.loaded("bert") > before
		})
	}
}
