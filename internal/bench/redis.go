package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

// redis is a Redis of this run alone, in memory; nil where there is none.
type redis struct {
	command *exec.Cmd
	address string
}

// startRedis starts the redis-server that is installed; it returns nil when none
// is.
func startRedis() (*redis, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // none is installed
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	if err != nil {
		return nil, err
	}
	r := &redis{exec.Command(path, "--bind", host, "--port", port, "--save", "", "--appendonly", "no", "--loglevel", "warning"), net.JoinHostPort(host, port)}
	r.command.Dir, r.command.Stderr = os.TempDir(), os.Stderr
	if err := r.command.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", r.address); err == nil {
			return r, conn.Close()
		}
	}
	r.stop()
	return nil, fmt.Errorf("redis-server does not listen on %s", r.address)
}

// url is how the product is told of it.
func (r *redis) url() string {
	if r == nil {
		return ""
	}
	return "redis://" + r.address + "/0"
}

func (r *redis) stop() {
	if r == nil {
		return
	}
	_ = r.command.Process.Kill()
	_ = r.command.Wait()
}
