package pagecache_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// server is a redis-server with an admin client.
type server struct {
	t            testing.TB
	redis        *redistest.Server
	port, folder string
	admin        *redis.Client
}

// startRedis starts a server that ends with the test.
func startRedis(t testing.TB, options ...string) *server {
	t.Helper()
	r := redistest.Run(t, options...)
	admin := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + r.Port, Protocol: 2, DisableIdentity: true})
	t.Cleanup(func() { admin.Close() })
	return &server{t, r, r.Port, r.Folder, admin}
}

func (s *server) start() {
	s.t.Helper()
	s.redis.Start()
}

// kill ends the server as a crash does.
func (s *server) kill() { s.redis.Kill() }

// stop suspends the server; its port stays open.
func (s *server) stop() { s.redis.Signal(syscall.SIGSTOP) }

// resume ends stop.
func (s *server) resume() { s.redis.Signal(syscall.SIGCONT) }

func (s *server) url() providers.Secret {
	return providers.NewSecret(s.redis.URL())
}

// do sends a command that must succeed.
func (s *server) do(arguments ...any) any {
	s.t.Helper()
	got, err := s.admin.Do(context.Background(), arguments...).Result()
	if err != nil {
		s.t.Fatalf("%v: %v", arguments[0], err)
	}
	return got
}

// keys returns the keys of a kind: e, p, l or t.
func (s *server) keys(kind string) []string {
	s.t.Helper()
	keys, err := s.admin.Keys(context.Background(), "accountgraph:v1:*}:"+kind+"*").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// holds waits until there are n keys of a kind: values are stored in Redis after the answer.
func (s *server) holds(kind string, n int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("redis has %d keys of kind %s", n, kind), func() bool { return len(s.keys(kind)) == n })
}

// monitor records all commands. The returned function stops it and returns them.
func (s *server) monitor() func() string {
	s.t.Helper()
	connection, err := net.Dial("tcp", "127.0.0.1:"+s.port)
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprint(connection, "MONITOR\r\n")
	reader := bufio.NewReader(connection)
	if line, err := reader.ReadString('\n'); err != nil || !strings.HasPrefix(line, "+OK") {
		s.t.Fatalf("MONITOR: %q, %v", line, err)
	}
	var log strings.Builder
	var wg sync.WaitGroup
	const last = "the last command"
	wg.Go(func() {
		for line := ""; !strings.Contains(line, last); log.WriteString(line) {
			if line, err = reader.ReadString('\n'); err != nil {
				return
			}
		}
	})
	return func() string {
		s.do("ECHO", last)
		wg.Wait()
		connection.Close()
		return log.String()
	}
}

const testKey = "01234567890123456789012345678901" // 32 bytes

// replica opens another cache at the same Redis, and waits until it has subscribed.
func (s *server) replica(change ...func(*pagecache.Config)) (*pagecache.Cache, *tally) {
	s.t.Helper()
	c, events := s.openReplica(change...)
	eventually(s.t, "the replica has subscribed", func() bool { return events.of(pagecache.Subscribed) > 0 })
	return c, events
}

// openReplica opens another cache at the same Redis.
func (s *server) openReplica(change ...func(*pagecache.Config)) (*pagecache.Cache, *tally) {
	s.t.Helper()
	events := &tally{}
	config := minute()
	config.Timeout = time.Second // The machine may be busy.
	config.Redis, config.Key, config.Observe = s.url(), providers.NewSecret(testKey), events.observe
	for _, f := range change {
		f(&config)
	}
	return open(s.t, config), events
}

// later sets the clock ahead.
func later(d time.Duration) func(*pagecache.Config) {
	return func(c *pagecache.Config) { c.Now = func() time.Time { return time.Now().Add(d) } }
}

// defaultTimeout sets the default timeout instead of the long one for tests.
func defaultTimeout(c *pagecache.Config) { c.Timeout = 0 }
