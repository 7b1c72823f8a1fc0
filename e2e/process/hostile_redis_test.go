package process_test

import (
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestServe_HostileRedis serves requests while Redis answers every command with 13 bytes that
// announce a billion elements.
func TestServe_HostileRedis(t *testing.T) {
	t.Parallel()
	redis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redis.Close() })
	go func() {
		for {
			c, err := redis.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				command := make([]byte, 64<<10)
				for _, err := c.Read(command); err == nil; _, err = c.Read(command) {
					_, _ = io.WriteString(c, "%1000000000\r\n") // The server disconnects.
				}
			}()
		}
	}()
	cache := "cache: {redis: redis://" + redis.Addr().String() + "}\n"
	p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+cache+startVendors(t).Config()))
	idle := p.peakMemory()
	for range 100 {
		if a := p.query(`{ users(first: 5) { nodes { id name } } }`); len(a.Errors) > 0 || len(a.Data) == 0 {
			t.Fatalf("%.500s", a.text)
		}
	}
	waitFor(t, "the failures are counted", func() bool {
		failed, _ := p.metric(`accountgraph_cache_events_total{event="redis_error"}`)
		down, _ := p.metric(`accountgraph_cache_events_total{event="redis_down"}`)
		return failed > 0 && down == 1
	})
	grown := p.peakMemory() - idle
	t.Logf("%d MB above idle", grown>>20)
	if grown > 64<<20 {
		t.Errorf("memory grew by %d MB", grown>>20)
	}
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory returns the largest resident set of the process so far, in bytes.
func (p *process) peakMemory() int {
	p.t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.command.Process.Pid) + "/status")
	if err != nil {
		p.t.Fatal(err)
	}
	kilobytes, err := strconv.Atoi(string(highWater.FindSubmatch(status)[1]))
	if err != nil {
		p.t.Fatal(err)
	}
	return kilobytes << 10
}
