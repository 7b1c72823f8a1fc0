package process_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// openTerminal returns the two ends of a pseudo-terminal.
func openTerminal(t *testing.T) (master, terminal *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock int32
	var number uint32
	for request, argument := range map[uintptr]unsafe.Pointer{syscall.TIOCSPTLCK: unsafe.Pointer(&unlock), syscall.TIOCGPTN: unsafe.Pointer(&number)} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(argument)); errno != 0 {
			t.Fatal(errno)
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, terminal
}

// A terminal shows rows, the provider with its rows, and the providers, and in the end the
// summary alone.
func TestExport_Progress(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", startVendors(t).Config())
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	for kind, rate := range map[string]string{"users": "3", "memberships": "40"} {
		master, terminal := openTerminal(t)
		command := exec.Command(program, "export", kind, "--config", config, "--rate", rate, "--out", filepath.Join(t.TempDir(), "rows.csv"))
		command.Stderr = terminal
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		terminal.Close()
		text, _ := io.ReadAll(master) // ends with an error when the program has ended
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		lines := strings.Split(string(text), "\r\x1b[K")
		if len(lines) < 3 || !strings.HasPrefix(lines[1], "waiting for the first rows") || !strings.Contains(lines[len(lines)-1], "rows in all; complete") {
			t.Fatalf("%s: %q", kind, lines)
		}
		// ActivePlatform tells no total.
		progress := regexp.MustCompile(`^\d+ rows \([a-z]+(: \d+ of (about )?\d+)?\), provider [1-4] of 4(, \d+ rows/s(, [0-9hms]+ left)?)?$`)
		shown := 0
		for _, line := range lines[2 : len(lines)-1] {
			switch {
			case progress.MatchString(line):
				shown++
			case line != "" && !strings.HasPrefix(line, "waiting"):
				t.Errorf("%s: %q", kind, line)
			}
		}
		if shown == 0 {
			t.Errorf("%s: no progress: %q", kind, lines)
		}
	}
}
