// Command mutants switches each control of the list off, one at a time, and runs the test that
// must fail then. It changes no file: the go command reads the changed ones from an overlay.
//
//	go run ./internal/mutants [-only PATTERN] [-record FILE] [-v]
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
	record := flag.String("record", "", "write the day on which each control was detected to this file, such as internal/mutants/detected.txt")
	verbose := flag.Bool("v", false, "print the output of the test that failed, by which one sees that it failed because of the control")
	flag.Parse()
	if err := run(os.Stdout, *only, *markdown, *record, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, only, markdown, record string, verbose bool) error {
	if markdown != "" {
		return os.WriteFile(markdown, []byte(Markdown()), 0o644)
	}
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	detected, total, days := 0, 0, Detected()
	for _, c := range Controls {
		if !pattern.MatchString(c.Name) {
			continue
		}
		total++
		start := time.Now()
		result, log, err := detect(c)
		if err != nil {
			result = "ERROR"
		}
		if result == "detected" {
			detected++
			days[c.Name] = start.Format(time.DateOnly)
		}
		fmt.Fprintf(out, "%-9s %5.1f s  %s: %s\n", result, time.Since(start).Seconds(), c.Name, c.Test)
		if err != nil {
			fmt.Fprintln(out, err)
		}
		if verbose && err == nil {
			fmt.Fprintln(out, log)
		}
	}
	fmt.Fprintf(out, "%d of %d detected\n", detected, total)
	if record != "" {
		if err := os.WriteFile(record, []byte(format(days)), 0o644); err != nil {
			return err
		}
	}
	if detected < total {
		return errors.New("a control can be switched off without a failing test")
	}
	return nil
}

// format returns the text of detected.txt: the days, in the order of the controls.
func format(days map[string]string) string {
	var b strings.Builder
	for _, c := range Controls {
		if day := days[c.Name]; day != "" {
			fmt.Fprintf(&b, "%s %s\n", day, c.Name)
		}
	}
	return b.String()
}

// detect runs the test of a control that is switched off, and returns its output as log.
func detect(c Control) (result, log string, err error) {
	folder, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	original, err := filepath.Abs(c.File)
	if err != nil {
		return "", "", err
	}
	source, err := os.ReadFile(original)
	if err != nil {
		return "", "", err
	}
	mutant, err := c.Apply(string(source))
	if err != nil {
		return "", "", err
	}
	changed, overlay := filepath.Join(folder, "mutant.go"), filepath.Join(folder, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", "", err
	}
	if err := errors.Join(os.WriteFile(changed, []byte(mutant), 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		return "", "", err
	}
	command := exec.Command("go", "test", "-vet=off", "-count=1", "-timeout=3m", "-ldflags=-s -w", "-run=^("+c.Test+")$", "./"+c.Package)
	// End-to-end tests build the program, which gets the overlay this way, too. With the other
	// flags, what is not changed is in the build cache.
	flags, err := exec.Command("go", "env", "GOFLAGS").Output()
	if err != nil {
		return "", "", err
	}
	command.Env = append(command.Environ(), "GOFLAGS="+strings.TrimSpace(string(flags))+" -overlay="+overlay)
	output, err := command.CombinedOutput()
	log = string(output)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "MISSED", log, nil
	case !errors.As(err, &exit), strings.Contains(log, "[build failed]"), strings.Contains(log, "[setup failed]"):
		return "", log, fmt.Errorf("%w\n%s", err, log)
	}
	return "detected", log, nil
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
	days := Detected()
	fmt.Fprintf(&b, `# Controls

Generated from internal/mutants. Each of these %d controls has a test that must fail without it. `+"`make mutants`"+` switches
each off in turn, and fails if the test does not notice. %d of them were switched off and detected, on the day in the last
column.

| control | code | test | detected |
|---|---|---|---|
`, len(Controls), len(days))
	for _, c := range Controls {
		fmt.Fprintf(&b, "| %s | `%s` | `%s` in `%s` | %s |\n", c.Name, c.File, strings.ReplaceAll(c.Test, "|", "`, `"), c.Package, days[c.Name])
	}
	return b.String()
}
