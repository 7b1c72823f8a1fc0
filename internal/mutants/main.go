// Command mutants switches each control of the list off, one at a time, and runs the test that
// must fail then. It changes no file: the go command reads the changed ones from an overlay.
//
//	go run ./internal/mutants [-only PATTERN]
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

//go:generate go run . -markdown ../../docs/controls.md

func main() {
	only := flag.String("only", "", "run the controls whose name matches this regular expression")
	markdown := flag.String("markdown", "", "write the list of controls to this file, and run nothing")
	flag.Parse()
	if err := run(os.Stdout, *only, *markdown); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, only, markdown string) error {
	if markdown != "" {
		return os.WriteFile(markdown, []byte(Markdown()), 0o644)
	}
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	detected, total := 0, 0
	for _, c := range Controls {
		if !pattern.MatchString(c.Name) {
			continue
		}
		total++
		start := time.Now()
		result, err := detect(c)
		if err != nil {
			result = "ERROR"
		}
		if result == "detected" {
			detected++
		}
		fmt.Fprintf(out, "%-9s %5.1f s  %s: %s\n", result, time.Since(start).Seconds(), c.Name, c.Test)
		if err != nil {
			fmt.Fprintln(out, err)
		}
	}
	fmt.Fprintf(out, "%d of %d detected\n", detected, total)
	if detected < total {
		return errors.New("a control can be switched off without a failing test")
	}
	return nil
}

// detect runs the test of a control that is switched off.
func detect(c Control) (result string, err error) {
	folder, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	original, err := filepath.Abs(c.File)
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	mutant, err := c.Apply(string(source))
	if err != nil {
		return "", err
	}
	changed, overlay := filepath.Join(folder, "mutant.go"), filepath.Join(folder, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(changed, []byte(mutant), 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		return "", err
	}
	output, err := exec.Command("go", "test", "-vet=off", "-count=1", "-timeout=3m", "-ldflags=-s -w", "-overlay="+overlay, "-run=^("+c.Test+")$", "./"+c.Package).CombinedOutput()
	var exit *exec.ExitError
	switch log := string(output); {
	case err == nil:
		return "MISSED", nil
	case !errors.As(err, &exit), strings.Contains(log, "[build failed]"), strings.Contains(log, "[setup failed]"):
		return "", fmt.Errorf("%w\n%s", err, log)
	}
	return "detected", nil
}

// Apply returns a source without the control.
func (c Control) Apply(source string) (string, error) {
	if n := strings.Count(source, c.Old); n != 1 {
		return "", fmt.Errorf("%s: %s has its code %d times, want once", c.Name, c.File, n)
	}
	return strings.Replace(source, c.Old, c.New, 1), nil
}

// Markdown returns the documentation of the list.
func Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Controls

Generated from internal/mutants. Each of these %d controls has a test that must fail without it; [standing.md](standing.md) tells of those that did not. `+"`make mutants`"+` switches
each off in turn, and fails if the test does not notice.

| control | code | test |
|---|---|---|
`, len(Controls))
	for _, c := range Controls {
		fmt.Fprintf(&b, "| %s | `%s` | `%s` in `%s` |\n", c.Name, c.File, strings.ReplaceAll(c.Test, "|", "`, `"), c.Package)
	}
	return b.String()
}
