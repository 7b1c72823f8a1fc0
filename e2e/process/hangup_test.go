package process_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// SIGHUP ends no command that serves, not even before it is ready.
func TestHangup_BeforeReady(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "serve", "--config", file)
	pipe, err := os.OpenFile(file, os.O_WRONLY, 0) // waits for the program to open it
	if err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGHUP)
	_, err = pipe.WriteString("server: {listen: '127.0.0.1:0'}\nproviders: [{name: one, vendor: activeplatform, baseURL: 'https://one.example', token: t}]\n")
	if err != nil || pipe.Close() != nil {
		t.Fatal(err)
	}
	p.waitStdout("accountgraph listens on ")
}

func TestHangup_Vendors(t *testing.T) {
	p := start(t, nil, "vendors", "--port", "0")
	p.waitStdout("Ctrl-C stops them")
	p.signal(syscall.SIGHUP)
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
