// Package redistest runs a real redis-server for tests, on a free loopback port and in a
// temporary folder, and can kill and restart it. Fake simulates one for tests with the clock of
// testing/synctest.
//
// It does not know what the tests store.
package redistest

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// startTimeout bounds the start of a server. It takes milliseconds, but the machine may be
// busy.
const startTimeout = 20 * time.Second

// Server is a redis-server. It is not safe for concurrent use.
type Server struct {
	// Port is its port on 127.0.0.1, also after a restart. Folder holds its files.
	Port, Folder string

	t       testing.TB
	options []string
	process *exec.Cmd
	exited  chan struct{} // closed when the process has exited
}

// Run starts a server that stops with the test; options are the first arguments of redis-server. If
// redis-server is not installed, the test fails and says how to install it.
func Run(t testing.TB, options ...string) *Server {
	t.Helper()
	s := &Server{t: t, Folder: t.TempDir(), options: options}
	t.Cleanup(s.Kill)
	// Another process may take the port before the server listens on it.
	for range 5 {
		s.Port = FreePort(t)
		if s.isReady() {
			return s
		}
	}
	t.Fatal("redis-server does not start")
	return nil
}

// RunSentinel starts a Sentinel with these lines of configuration.
func RunSentinel(t testing.TB, lines ...string) *Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Run(t, file, "--sentinel")
}

// FreePort returns a loopback port that is not in use.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String()) // a listener's address has a port
	return port
}

// URL returns the redis:// URL of the server.
func (s *Server) URL() string { return "redis://127.0.0.1:" + s.Port }

// Start restarts a killed server, empty, and waits until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	if !s.isReady() {
		s.t.Fatal("redis-server does not restart")
	}
}

// Kill kills the server like a crash, and returns when it has exited.
func (s *Server) Kill() {
	if s.process != nil && !s.hasExited() {
		_ = s.process.Process.Kill() // It may have exited already.
		<-s.exited
	}
}

// Signal sends the server a signal.
func (s *Server) Signal(signal os.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// isReady starts the server and waits until it is ready. It returns false if the server exits
// before.
func (s *Server) isReady() bool {
	s.t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal("redis-server is not installed: run `make needs-redis` or `apt-get install redis-server`")
	}
	arguments := append(slices.Clone(s.options), "--port", s.Port, "--bind", "127.0.0.1", "--save", "", "--dir", s.Folder, "--loglevel", "warning")
	process, exited := exec.Command(binary, arguments...), make(chan struct{})
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.process, s.exited = process, exited
	go func() {
		defer close(exited)
		_ = process.Wait() // The exit status does not matter.
	}()
	tick, timeout := time.NewTicker(2*time.Millisecond), time.After(startTimeout)
	defer tick.Stop()
	for {
		select {
		case <-exited:
			return false
		case <-timeout:
			s.t.Fatalf("redis-server is not ready after %v", startTimeout)
		case <-tick.C:
		}
		if s.ping() {
			return !s.hasExited()
		}
	}
}

// ping reports whether the server replies.
func (s *Server) ping() bool {
	connection, err := net.DialTimeout("tcp", "127.0.0.1:"+s.Port, time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = connection.Close() }()
	if connection.SetDeadline(time.Now().Add(time.Second)) != nil {
		return false
	}
	if _, err := connection.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	_, err = bufio.NewReader(connection).ReadString('\n')
	return err == nil
}

func (s *Server) hasExited() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}
