package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is a subprocess of this program.
type process struct {
	command *exec.Cmd
	stdin   io.Closer
	// address is the host and port that it listens on.
	address string
}

// start runs a subprocess until stop is called or this process ends.
func start(name string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{command: exec.Command(self, append([]string{name}, args...)...)}
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
		return nil, fmt.Errorf("%s did not start: %w", name, err)
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// stop ends the process, which exits at the end of its standard input.
func (p *process) stop() {
	_ = p.stdin.Close()
	_ = p.command.Wait()
}

// tick is the unit of times in /proc/<pid>/stat.
const tick = 10 * time.Millisecond

// cpuTime returns the CPU time that the process has used, or 0 without /proc.
func (p *process) cpuTime() time.Duration {
	stat, err := os.ReadFile(p.file("stat"))
	if err != nil {
		return 0
	}
	// Field 2 is a name in brackets; fields 14 and 15 are user and system time.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// threadTime returns the CPU time that the threads of the process have used, in nanoseconds'
// resolution, or else cpuTime. Threads of Go's runtime do not end.
func (p *process) threadTime() (sum time.Duration) {
	files, _ := filepath.Glob(p.file("task/*/schedstat"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		running, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(running, 10, 64)
		sum += time.Duration(n)
	}
	if sum == 0 {
		return p.cpuTime()
	}
	return sum
}

// resident returns the resident memory of the process in bytes, or 0 without /proc.
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
