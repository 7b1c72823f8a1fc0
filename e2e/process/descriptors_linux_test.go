package process_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// limitFiles sets the number of files that the process may have open, and returns the one before.
func (p *process) limitFiles(limit uint64) uint64 {
	p.t.Helper()
	var before syscall.Rlimit
	pid := uintptr(p.command.Process.Pid)
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, pid, syscall.RLIMIT_NOFILE, 0, uintptr(unsafe.Pointer(&before)), 0, 0); errno != 0 {
		p.t.Fatal(errno)
	}
	after := before
	after.Cur = limit
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, pid, syscall.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&after)), 0, 0, 0); errno != 0 {
		p.t.Fatal(errno)
	}
	return before.Cur
}

// openFiles is the number of files that the process has open.
func (p *process) openFiles() int {
	p.t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.command.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	return len(files)
}

// A server without free file descriptors says so: the vendor, which it cannot call, is not
// blamed, neither by an address nor by a name that has to be resolved.
func TestServe_DescriptorsExhausted(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]string{"address": "127.0.0.1", "name": "localhost"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vendors := strings.ReplaceAll(startVendors(t).Config(), "http://127.0.0.1", "http://"+host)
			p := startServer(t, nil, "--config", writeFile(t, "a.yaml", listenAnywhere+vendors))

			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			c := &http.Client{Transport: transport, Timeout: waitTimeout}
			res, err := c.Get("http://" + p.address + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, res.Body) // so that the connection is used again
			_ = res.Body.Close()

			before := p.limitFiles(3) // fewer than are open
			waiting, err := net.Dial("tcp", p.address)
			if err != nil {
				t.Fatal(err)
			}
			defer waiting.Close()
			p.waitStderr("too many open files")
			_, a, err := post(c, p.address, oneUser)
			if err != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "OVERLOADED" {
				t.Errorf("%v %s", err, a.text)
			}
			p.limitFiles(before)
			waitFor(t, "the vendor is called again", func() bool {
				_, a, err := post(c, p.address, oneUser)
				return err == nil && a.value("users.nodes.0.id") != nil
			})
			if a := p.query(`{ provider(name: "softwareone") { status } }`); a.value("provider.status") != "UP" {
				t.Errorf("the status is not UP: %s", a.text)
			}
		})
	}
}

// Connections of clients leave descriptors for vendors, whatever limits.connections allows.
func TestServe_ConnectionsWithinDescriptors(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	config := writeFile(t, "a.yaml", "server: {listen: 127.0.0.1:0, admin: 127.0.0.1:0}\n"+startVendors(t).Config())
	p := startCommand(t, nil, exec.Command("sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, path, "--config", config))
	p.address = p.waitStdout(`http://(127\.0\.0\.1:\d+)`)[1]
	admin := &process{t: t, address: p.waitStderr(`health and metrics","address":"([^"]+)"`)[1]}
	p.waitStderr(`raise the limit of open files","connections":32,"limit":1024,"files":64`)
	for range 200 {
		for _, address := range []string{p.address, admin.address} {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
		}
	}
	if status, _, _ := p.get("/healthz"); status != http.StatusOK {
		t.Errorf("HTTP %d", status)
	}
	if status, a, err := post(client(), p.address, oneUser); err != nil || status != http.StatusOK || a.value("users.nodes.0.id") == nil {
		t.Errorf("%d %v %s", status, err, a.text)
	}
	if n, ok := admin.metric("accountgraph_connections"); !ok || n > 32 {
		t.Errorf("%v connections", n)
	}
	if n := p.openFiles(); n > 60 {
		t.Errorf("%d files are open", n)
	}
	if strings.Contains(p.stderr.String(), "too many open files") {
		t.Errorf("no descriptor was free:\n%s", &p.stderr)
	}
}
