package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The command itself fails if the servers respond to a scenario with different data.
func TestBench_EveryCell(t *testing.T) {
	bench := filepath.Join(t.TempDir(), "bench")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", bench, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, table := range []struct {
		name  string
		args  []string
		cells int
		row   string
	}{
		{"servers", []string{"-short"}, 5 * 2, "| plain gqlgen and dataloader "},
		{"allocations", []string{"-short", "-allocations"}, 1, "| accountgraph, warm, executed again "},
		{"timers", []string{"-short", "-timers"}, 3 * 2, "| plain gqlgen, timer of 16ms "},
		{"observability", []string{"-short", "-observability"}, 2, "| traces at 10 % "},
		{"first", []string{"-short", "-first"}, 1, "| plain gqlgen and dataloader "},
		{"growth", []string{"-short", "-growth"}, 1, "| users by EMAIL, 100 a page "},
	} {
		t.Run(table.name, func(t *testing.T) {
			out, err := exec.Command(bench, table.args...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got := strings.Count(string(out), table.row); got != table.cells {
				t.Errorf("%d cells, want %d:\n%s", got, table.cells, out)
			}
		})
	}
}
