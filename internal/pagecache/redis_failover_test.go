//go:build soak

package pagecache_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
)

// TestSoak_ClusterFailover kills a master of a Cluster of three masters, each with a replica,
// while values are read.
func TestSoak_ClusterFailover(t *testing.T) {
	nodes := startCluster(t)
	var urls []string
	for _, n := range nodes {
		urls = append(urls, "127.0.0.1:"+n.port)
	}
	// Memory holds no entry: every read goes to Redis.
	c, _ := nodes[0].replica(at("redis://"+strings.Join(urls, ",")), func(c *pagecache.Config) { c.MaxBytes = 1 })
	v := &vendor{}
	var reads, failed, missed, hits, inARow atomic.Int64
	read := func(i int64) {
		a := v.one(t.Context(), scope(c, fmt.Sprint("token ", i%30)), "a")
		reads.Add(1)
		switch {
		case a.Err != nil:
			failed.Add(1)
		case a.Source == pagecache.FromRedis:
			hits.Add(1)
			inARow.Add(1)
		default:
			missed.Add(1)
			inARow.Store(0)
		}
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := int64(0); ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
				read(i)
			}
		}
	}()
	eventually(t, "values are in Redis", func() bool { return hits.Load() > 200 })
	killed, missedBefore := time.Now(), missed.Load()
	nodes[0].kill()
	inARow.Store(0)
	deadline := time.After(time.Minute)
	for recovered := false; !recovered; {
		select {
		case <-time.After(10 * time.Millisecond):
			recovered = inARow.Load() > 300
		case <-deadline:
			t.Error("values are not read from Redis again")
			recovered = true
		}
	}
	took := time.Since(killed)
	close(stop)
	<-done
	t.Logf("%d reads, %d failed; %d missed after the master was killed; 300 hits in a row %v later",
		reads.Load(), failed.Load(), missed.Load()-missedBefore, took.Round(time.Millisecond))
	if failed.Load() > 0 {
		t.Errorf("%d of %d reads failed", failed.Load(), reads.Load())
	}
}

// startCluster starts three masters, and then their replicas.
func startCluster(t *testing.T) []*server {
	t.Helper()
	var nodes []*server
	for i := range 6 {
		n := startRedis(t, "--cluster-enabled", "yes", "--cluster-port", redistest.FreePort(t), "--cluster-node-timeout", "2000")
		if i < 3 {
			n.do("CLUSTER", "ADDSLOTSRANGE", i*16384/3, (i+1)*16384/3-1)
		}
		n.do("CLUSTER", "SET-CONFIG-EPOCH", i+1)
		nodes = append(nodes, n)
	}
	for _, n := range nodes[1:] {
		bus := strings.Fields(n.do("CLUSTER", "NODES").(string))[1] // host:port@bus
		_, busPort, _ := strings.Cut(strings.Split(bus, ",")[0], "@")
		nodes[0].do("CLUSTER", "MEET", "127.0.0.1", n.port, busPort)
	}
	for _, n := range nodes {
		eventually(t, "the nodes know each other", func() bool {
			return strings.Contains(n.do("CLUSTER", "INFO").(string), "cluster_known_nodes:6")
		})
	}
	for i, n := range nodes[3:] {
		id := nodes[i].do("CLUSTER", "MYID").(string)
		eventually(t, "a replica follows its master", func() bool {
			_, err := n.admin.Do(t.Context(), "CLUSTER", "REPLICATE", id).Result()
			return err == nil
		})
	}
	for _, n := range nodes {
		eventually(t, "the cluster is up", func() bool {
			return strings.Contains(n.do("CLUSTER", "INFO").(string), "cluster_state:ok")
		})
	}
	for _, n := range nodes[3:] {
		eventually(t, "a replica is in sync", func() bool {
			return strings.Contains(n.do("INFO", "replication").(string), "master_link_status:up")
		})
	}
	return nodes
}
