package pagecache_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// server is a real redis-server on a free port of the loopback.
type server struct {
	t       testing.TB
	port    string
	folder  string
	options []string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
	admin   *redis.Client
}

// startRedis starts a server that ends with the test.
func startRedis(t testing.TB, options ...string) *server {
	t.Helper()
	s := &server{t: t, folder: t.TempDir(), options: options}
	t.Cleanup(s.kill)
	// Between finding a port and using it, someone else may take it.
	for range 5 {
		s.port = freePort(t)
		s.admin = redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + s.port, Protocol: 2, DisableIdentity: true})
		t.Cleanup(func() { s.admin.Close() })
		if s.tryStart() {
			return s
		}
	}
	t.Fatal("redis-server does not start")
	return nil
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// start starts a killed server again.
func (s *server) start() {
	s.t.Helper()
	if !s.tryStart() {
		s.t.Fatal("redis-server does not start again")
	}
}

// tryStart returns false when the server has ended before it answered.
func (s *server) tryStart() bool {
	s.t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal("redis-server is missing: apt-get install redis-server")
	}
	arguments := append([]string{"--port", s.port, "--bind", "127.0.0.1", "--save", "", "--dir", s.folder, "--loglevel", "warning"}, s.options...)
	process, ended := exec.Command(binary, arguments...), make(chan struct{})
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.process, s.ended = process, ended
	go func() {
		defer close(ended)
		_ = process.Wait() // However it ended.
	}()
	answers := false
	eventually(s.t, "redis-server answers", func() bool {
		answers = s.admin.Ping(context.Background()).Err() == nil
		return answers || s.hasEnded()
	})
	return answers
}

func (s *server) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// kill ends the server as a crash does.
func (s *server) kill() {
	if s.process != nil && !s.hasEnded() {
		_ = s.process.Process.Kill()
		<-s.ended
	}
}

// stop has the server answer nothing, while its port stays open.
func (s *server) stop() { s.signal(syscall.SIGSTOP) }

// resume ends stop.
func (s *server) resume() { s.signal(syscall.SIGCONT) }

func (s *server) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) url() providers.Secret {
	return providers.NewSecret("redis://127.0.0.1:" + s.port)
}

// do sends a command that must go well.
func (s *server) do(arguments ...any) any {
	s.t.Helper()
	got, err := s.admin.Do(context.Background(), arguments...).Result()
	if err != nil {
		s.t.Fatalf("%v: %v", arguments[0], err)
	}
	return got
}

// keys lists the keys of a kind: e, p, l or t.
func (s *server) keys(kind string) []string {
	s.t.Helper()
	keys, err := s.admin.Keys(context.Background(), "accountgraph:v1:*}:"+kind+"*").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// holds waits until there are n keys of a kind: what is loaded is put into Redis
// behind the answer.
func (s *server) holds(kind string, n int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("redis has %d keys of kind %s", n, kind), func() bool { return len(s.keys(kind)) == n })
}

// monitor writes down every command that the server gets, until the returned
// function is called.
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
	var heard strings.Builder
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(&heard, reader) })
	return func() string {
		connection.Close()
		wg.Wait()
		return heard.String()
	}
}

const testKey = "01234567890123456789012345678901" // 32 bytes

// replica is a cache of its own at the same Redis. It hears other replicas when
// this returns.
func (s *server) replica(change ...func(*pagecache.Config)) (*pagecache.Cache, *tally) {
	s.t.Helper()
	c, events := s.deafReplica(change...)
	eventually(s.t, "a replica hears the others", func() bool { return events.of(pagecache.Subscribed) > 0 })
	return c, events
}

// deafReplica does not wait until it hears others.
func (s *server) deafReplica(change ...func(*pagecache.Config)) (*pagecache.Cache, *tally) {
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

// later is a clock that is ahead.
func later(d time.Duration) func(*pagecache.Config) {
	return func(c *pagecache.Config) { c.Now = func() time.Time { return time.Now().Add(d) } }
}

// impatient has the timeout that users have.
func impatient(c *pagecache.Config) { c.Timeout = 0 }
