package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// serveRedis runs the installed redis-server without persistence until the end of
// standard input.
func serveRedis(_ []string, stdout io.Writer) error {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := free.Addr().String()
	host, port, err := net.SplitHostPort(address)
	_ = free.Close()
	if err != nil {
		return err
	}
	command := exec.Command("redis-server", "--bind", host, "--port", port, "--save", "", "--appendonly", "no", "--loglevel", "warning")
	command.Dir, command.Stderr = os.TempDir(), os.Stderr
	if err := command.Start(); err != nil {
		return err
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()
	if err := waitForListener(address, 10*time.Second); err != nil {
		return err
	}
	fmt.Fprintln(stdout, address)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// waitForListener waits until an address accepts connections.
func waitForListener(address string, timeout time.Duration) error {
	for deadline := time.Now().Add(timeout); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// startRedis returns nil if redis-server is not installed.
func startRedis() (*process, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, nil //nolint:nilerr,nilnil // redis is optional
	}
	return start("redis")
}
