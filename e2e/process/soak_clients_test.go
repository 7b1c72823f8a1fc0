//go:build soak

package process_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// sockets returns the number of open sockets of the process.
func (p *process) sockets() (n int) {
	folder := fmt.Sprintf("/proc/%d/fd/", p.command.Process.Pid)
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if target, _ := os.Readlink(folder + e.Name()); strings.HasPrefix(target, "socket:") {
			n++
		}
	}
	return n
}

// cpu returns the processor time that the process has used, in steps of 10 ms.
func (p *process) cpu() time.Duration {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// TestSoak_SlowReaders sends 60 requests on each of 200 connections and reads no response. The
// connections end within limits.responseTime, and not if that is longer.
func TestSoak_SlowReaders(t *testing.T) {
	const connections, requests, within = 200, 60, 10 * time.Second
	for _, c := range []struct{ name, limits string }{
		{"default limits", ""},
		{"without the limit", "limits: {responseTime: 60s}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+c.limits+startVendors(t).Config()))
			if !ask(client(), p.address) {
				t.Fatal("no answer")
			}
			idle := p.sockets()
			// A small window, so that the kernel holds less of the responses.
			dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
				return raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
			}}
			request := strings.Repeat(fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(soakQuery), soakQuery), requests)
			var wg sync.WaitGroup
			for range connections {
				conn, err := dialer.Dial("tcp", p.address)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = conn.Close() })
				wg.Go(func() {
					_ = conn.SetWriteDeadline(time.Now().Add(within))
					_, _ = conn.Write([]byte(request))
				})
			}
			start, most, memory := time.Now(), 0, 0
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for time.Since(start) < within {
				<-tick.C
				left := p.sockets() - idle
				most, memory = max(most, left), max(memory, p.rss())
				if left <= 0 {
					break
				}
			}
			left, took := max(0, p.sockets()-idle), time.Since(start)
			wg.Wait()
			t.Logf("%d connections, %d left after %v, RSS %d MB", most, left, took, memory)
			if most < connections/2 {
				t.Errorf("only %d connections", most)
			}
			if memory > 512 {
				t.Errorf("RSS is %d MB", memory)
			}
			if stay := left > 0; stay != (c.limits != "") {
				t.Errorf("%d connections are left after %v", left, took)
			}
			if !ask(client(), p.address) {
				t.Error("no answer to others")
			}
		})
	}
}

// TestSoak_ClientsLeave: within 50 ms after the last client of many operations has gone, the
// vendors get no more calls for them and the server is idle. With clients that stay, it is not.
func TestSoak_ClientsLeave(t *testing.T) {
	const clients = 50
	for _, leave := range []bool{true, false} {
		t.Run(fmt.Sprintf("leave %v", leave), func(t *testing.T) {
			v := startVendors(t)
			v.Delay(200 * time.Millisecond)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+uncached+v.Config()))
			calls := func() (n int) {
				for _, vendor := range v.All {
					n += len(vendor.Control.TakeCalls())
				}
				return n
			}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for n := range clients {
				wg.Go(func() {
					// Objects that do not exist are a call each.
					var query strings.Builder
					for i := range 49 {
						fmt.Fprintf(&query, ` a%d: user(id: \"activeplatform:User:%d\") { id }`, i, 9_000_000+n*50+i)
					}
					fmt.Fprintf(&query, ` users(first: %d) { nodes { id memberships { nodes { role } } } }`, 10+n)
					r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.address+"/graphql", strings.NewReader(`{"query": "{`+query.String()+`}"}`))
					if err != nil {
						t.Error(err)
						return
					}
					r.Header.Set("Content-Type", "application/json")
					if res, err := client().Do(r); err == nil {
						_ = res.Body.Close()
					}
				})
			}
			<-time.After(time.Second)
			before := calls()
			if leave {
				cancel()
				wg.Wait()
			}
			<-time.After(50 * time.Millisecond)
			during, cpu := calls(), p.cpu()
			<-time.After(2 * time.Second)
			after, used := calls(), p.cpu()-cpu
			cancel()
			wg.Wait()
			t.Logf("%d vendor calls before, %d within 50 ms, then %d and %v of processor time in 2 s", before, during, after, used)
			if before < 10 {
				t.Errorf("only %d calls", before)
			}
			if busy := after > 0 || used > 200*time.Millisecond; busy == leave {
				t.Errorf("%d calls and %v of processor time later", after, used)
			}
		})
	}
}

// TestSoak_Stop stops a server twenty times while 20 clients send 200 requests per second until it
// accepts no connection, over connections that they keep or over one for each request. No
// request is aborted, unless the server is killed.
func TestSoak_Stop(t *testing.T) {
	const clients, rate = 20, 200
	config := writeFile(t, "a.yaml", listenAnywhere+startVendors(t).Config())
	for _, c := range []struct {
		signal    syscall.Signal
		newClient func() *http.Client
		name      string
		cycles    int
	}{
		{syscall.SIGTERM, loadClient, "terminated, kept connections", 20},
		{syscall.SIGTERM, client, "terminated, new connections", 20},
		{syscall.SIGKILL, loadClient, "killed", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var answered, aborted atomic.Int64
			for range c.cycles {
				p := startServer(t, nil, "--config", config)
				var wg sync.WaitGroup
				for n := range clients {
					wg.Go(func() {
						client := c.newClient()
						defer client.CloseIdleConnections()
						<-time.After(time.Second * time.Duration(n) / rate)
						tick := time.NewTicker(time.Second * clients / rate)
						defer tick.Stop()
						for {
							status, a, err := post(client, p.address, oneUser)
							if errors.Is(err, syscall.ECONNREFUSED) {
								return
							}
							if err == nil && status == http.StatusOK && a.value("users.nodes.0.id") != nil {
								answered.Add(1)
							} else {
								aborted.Add(1)
								t.Logf("%d %v %.300s", status, err, a.text)
							}
							<-tick.C
						}
					})
				}
				<-time.After(500 * time.Millisecond)
				p.signal(c.signal)
				wg.Wait()
				if code := p.exit(); c.signal == syscall.SIGTERM && code != 0 {
					t.Errorf("exit %d:\n%s", code, &p.stderr)
				}
			}
			t.Logf("%d cycles: %d answered, %d aborted", c.cycles, answered.Load(), aborted.Load())
			if failed := aborted.Load() > 0; failed != (c.signal == syscall.SIGKILL) {
				t.Errorf("%d requests were aborted", aborted.Load())
			}
		})
	}
}
