package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// serversTable has a line per server, with its ratios to both baselines.
func serversTable(rows []row) string {
	plain, bare := find(rows, gqlgenBaseline), find(rows, staticBaseline)
	lines := [][]string{{"", "req/s", "p50 ms", "p99 ms", "CPU ms/req", "vendor calls/req", "kB allocated/req", "RSS MB",
		"req/s : plain", "CPU : plain", "req/s : bytes"}}
	for _, r := range rows {
		lines = append(lines, []string{
			r.name, fmt.Sprintf("%.0f", r.rate), milliseconds(r.p50), milliseconds(r.p99), milliseconds(r.cpu),
			fmt.Sprintf("%.2f", r.calls), fmt.Sprintf("%.0f", r.bytes/1000), fmt.Sprintf("%d", r.resident>>20),
			ratio(r.rate, plain.rate), ratio(float64(r.cpu), float64(plain.cpu)), ratio(r.rate, bare.rate),
		})
	}
	return table(lines)
}

func find(rows []row, name string) row {
	for _, r := range rows {
		if r.name == name {
			return r
		}
	}
	return row{}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}

func ratio(of, to float64) string {
	if to == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", of/to)
}

// table formats lines as an aligned Markdown table. The first line is the header; all
// columns but the first hold numbers.
func table(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			if i == 0 {
				fmt.Fprintf(&b, "| %-*s ", widths[i], cell)
				continue
			}
			fmt.Fprintf(&b, "| %*s ", widths[i], cell)
		}
		b.WriteString("|\n")
		if n > 0 {
			continue
		}
		for i, width := range widths {
			if i == 0 {
				b.WriteString("|" + strings.Repeat("-", width+2))
				continue
			}
			b.WriteString("|" + strings.Repeat("-", width+1) + ":")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// describeMachine returns the processor, operating system and Go version.
func describeMachine() string {
	processor := runtime.GOARCH
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			processor = strings.Trim(name, "\t :\n")
			break
		}
	}
	return fmt.Sprintf("%s of %s, %s, %s.", plural(runtime.NumCPU(), "core"), processor, runtime.GOOS, runtime.Version())
}
