package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// waitTimeout bounds every wait. Most waits take milliseconds, unless the machine is
// busy.
const waitTimeout = 20 * time.Second

func TestMain(m *testing.M) {
	code := m.Run()
	if err := os.RemoveAll(buildDir()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// root is the module's root, seen from this package's folder.
const root = "../.."

// buildDir returns the folder for the binary of this run.
func buildDir() string {
	return filepath.Join(os.TempDir(), "accountgraph-test-"+strconv.Itoa(os.Getpid()))
}

// binary builds the program once and returns its path. It is built with the race
// detector if the tests are.
var binary = sync.OnceValues(func() (string, error) {
	if err := statSources(); err != nil {
		return "", err
	}
	args := []string{"build", "-buildvcs=false", "-ldflags=-w", "-o", filepath.Join(buildDir(), "accountgraph")}
	info, _ := debug.ReadBuildInfo()
	if info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, root)...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return filepath.Join(buildDir(), "accountgraph"), err
})

// statSources reads the folders that the binary is built from, so that the go command
// does not use cached results of these tests after a change there. It does not see what
// a child process reads.
func statSources() error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		switch name := entry.Name(); {
		case path == root:
		case name[0] == '.', name == "docs", name == "e2e", name == "node_modules", name == "testdata":
			return filepath.SkipDir
		}
		return nil
	})
}

// process is a running program.
type process struct {
	t              *testing.T
	command        *exec.Cmd
	stdout, stderr output
	ended          chan struct{}
	// address is the host and port of a server.
	address string
}

// start starts the program in an empty folder, with the environment env only.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, env, exec.Command(path, args...))
}

// startCommand starts the program by a command, as start does.
func startCommand(t *testing.T, env []string, command *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, command: command, ended: make(chan struct{})}
	p.command.Dir, p.command.Env = t.TempDir(), append([]string{}, env...)
	p.command.Stdout, p.command.Stderr = &p.stdout, &p.stderr
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		var exit *exec.ExitError
		if err := p.command.Wait(); err != nil && !errors.As(err, &exit) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		<-p.ended
		if odd := internalText.FindString(p.stdout.String() + p.stderr.String()); odd != "" {
			t.Errorf("%q in the output:\n%s%s", odd, &p.stdout, &p.stderr)
		}
	})
	return p
}

// internalText matches what must not reach users: stacks, data races, and Go's own
// messages.
var internalText = regexp.MustCompile(`goroutine \d|panic|DATA RACE|%!|<nil>|<EOL>|\.go:\d|\*[a-z]+\.[A-Z]|context deadline|context canceled`)

// startServer starts a server and waits until it accepts connections.
func startServer(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := start(t, env, args...)
	p.address = p.waitStdout(`http://(127\.0\.0\.1:\d+)`)[1]
	return p
}

// waitStdout waits until stdout matches the pattern, and returns the match.
func (p *process) waitStdout(pattern string) []string {
	p.t.Helper()
	return p.await(&p.stdout, pattern)
}

// waitStderr waits until stderr matches the pattern, and returns the match.
func (p *process) waitStderr(pattern string) []string {
	p.t.Helper()
	return p.await(&p.stderr, pattern)
}

func (p *process) await(o *output, pattern string) []string {
	p.t.Helper()
	expression, deadline := regexp.MustCompile(pattern), time.After(waitTimeout)
	for {
		text, more := o.read()
		if match := expression.FindStringSubmatch(text); match != nil {
			return match
		}
		select {
		case <-more:
		case <-p.ended:
			if text, _ := o.read(); !expression.MatchString(text) {
				p.t.Fatalf("exited before it wrote %s:\n%s%s", pattern, &p.stdout, &p.stderr)
			}
		case <-deadline:
			p.t.Fatalf("did not write %s:\n%s%s", pattern, &p.stdout, &p.stderr)
		}
	}
}

// signal sends a signal, unless the process has exited.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
}

// exit waits until the process has exited and returns the exit code.
func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(waitTimeout):
		p.t.Fatalf("did not exit:\n%s%s", &p.stdout, &p.stderr)
	}
	return p.command.ProcessState.ExitCode()
}

// killedBy returns the signal that ended the program, or 0.
func (p *process) killedBy() syscall.Signal {
	if status := p.command.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		return status.Signal()
	}
	return 0
}

// output collects what a program writes. The zero value is ready to use.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed by the next write; nil without a reader that waits
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return o.text.Write(b)
}

// read returns the text, and a channel that is closed by the next write.
func (o *output) read() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more == nil {
		o.more = make(chan struct{})
	}
	return o.text.String(), o.more
}

func (o *output) String() string {
	text, _ := o.read()
	return text
}

// reset discards the text.
func (o *output) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Reset()
}

// waitFor polls a condition until it holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick, deadline := time.NewTicker(5*time.Millisecond), time.After(waitTimeout)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", waitTimeout, what)
		}
	}
}

// writeFile writes a file into a new folder and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
