package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is this program in another role, running beside it.
type process struct {
	command *exec.Cmd
	stdin   io.Closer
	// address is where it listens.
	address string
}

// start runs this program in a role, until stop is called or this process ends.
func start(role string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{command: exec.Command(self, append([]string{role}, args...)...)}
	p.command.Stderr = os.Stderr
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s did not start: %w", role, err)
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// stop ends the process: it watches its standard input.
func (p *process) stop() {
	_ = p.stdin.Close()
	_ = p.command.Wait()
}

// tick is the unit of times in /proc/<pid>/stat; it is the same on every Linux.
const tick = 10 * time.Millisecond

// processorTime is what the process has used; 0 where the system has no /proc.
func (p *process) processorTime() time.Duration {
	stat, err := os.ReadFile(p.file("stat"))
	if err != nil {
		return 0
	}
	// The second field is a name in brackets; user and system time are the
	// fourteenth and the fifteenth.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// resident is how many bytes of memory the process has; 0 where the system has no
// /proc.
func (p *process) resident() int64 {
	status, err := os.ReadFile(p.file("status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

func (p *process) file(name string) string {
	return "/proc/" + strconv.Itoa(p.command.Process.Pid) + "/" + name
}
