// Package redistest runs a real redis-server for tests, on a free port of the
// loopback and in a folder of its own, and has it crash and come back.
//
// It knows nothing of what is kept there.
package redistest

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// patience bounds how long a server may take to answer. It takes milliseconds,
// but the machine may be busy.
const patience = 20 * time.Second

// Server is a redis-server. It is for one goroutine at a time.
type Server struct {
	// Port is where it listens on 127.0.0.1, also after a crash; Folder is where it
	// writes its files.
	Port, Folder string

	t       testing.TB
	options []string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// Run starts a server that ends with the test; options are redis-server's own.
// Where there is no redis-server, the test fails and says how to get it.
func Run(t testing.TB, options ...string) *Server {
	t.Helper()
	s := &Server{t: t, Folder: t.TempDir(), options: options}
	t.Cleanup(s.Kill)
	// Between finding a port and using it, someone else may take it.
	for range 5 {
		s.Port = FreePort(t)
		if s.answers() {
			return s
		}
	}
	t.Fatal("redis-server does not start")
	return nil
}

// FreePort is a port of the loopback that nobody listened on a moment ago.
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

// URL is how a client names the server.
func (s *Server) URL() string { return "redis://127.0.0.1:" + s.Port }

// Start starts a killed server again, empty, and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	if !s.answers() {
		s.t.Fatal("redis-server does not start again")
	}
}

// Kill ends the server as a crash does, and returns when it has ended.
func (s *Server) Kill() {
	if s.process != nil && !s.hasEnded() {
		_ = s.process.Process.Kill() // It may have ended by itself.
		<-s.ended
	}
}

// Signal sends the server a signal.
func (s *Server) Signal(signal os.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// answers starts the server; it returns false when the server has ended before it
// answered.
func (s *Server) answers() bool {
	s.t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal("redis-server is missing, which this test runs: `make needs-redis` or `apt-get install redis-server` installs it")
	}
	arguments := append([]string{"--port", s.Port, "--bind", "127.0.0.1", "--save", "", "--dir", s.Folder, "--loglevel", "warning"}, s.options...)
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
	tick, bound := time.NewTicker(2*time.Millisecond), time.After(patience)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return false
		case <-bound:
			s.t.Fatalf("redis-server does not answer within %v", patience)
		case <-tick.C:
		}
		if s.ping() {
			return !s.hasEnded()
		}
	}
}

// ping reports whether the server answers anything.
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

func (s *Server) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}
