// Package reports holds the commands that read the graph and write files: their flags,
// where they read from, and their exit codes.
//
// It knows neither resolvers nor vendors; a server in this process is handed in.
package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/export"
)

// Env is what the commands need. All are required.
type Env struct {
	// Open builds a server of a configuration file, without a listener. Its errors are
	// errors of the configuration.
	Open func(config string) (handler http.Handler, closer func(), err error)
	// LookupEnv returns a variable of the environment.
	LookupEnv func(name string) (string, bool)
	// Stdin is where documents are read from.
	Stdin io.Reader
	// Stdout receives rows, and Stderr what is for people.
	Stdout, Stderr io.Writer
	// Now returns the time.
	Now func() time.Time
}

// The exit codes of errors, besides those of the program.
const (
	exitUsage      = 2
	exitIncomplete = 3
)

// exitError is an error with an exit code.
type exitError struct {
	error
	code int
}

// ExitCode returns the exit code that an error asks for, 0 if it asks for none.
func ExitCode(err error) int {
	var exit exitError
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, new(*export.InvalidError)), client.IsInvalid(err):
		return exitUsage
	}
	return 0
}

func usage(format string, args ...any) error {
	return exitError{fmt.Errorf(format, args...), exitUsage}
}

// errIncomplete is the result of a command whose output lacks something.
var errIncomplete = exitError{errors.New("the result is not complete; --allow-partial accepts that"), exitIncomplete}

// interrupted replaces an error that a signal caused.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted; no file was written")
	}
	return err
}

// named returns the element with a name, which is one of them.
func named[T any](all []T, nameOf func(T) string, name string) T {
	return all[slices.IndexFunc(all, func(element T) bool { return nameOf(element) == name })]
}

// join returns the names of all elements, separated by commas.
func join[T any](all []T, nameOf func(T) string) string {
	names := make([]string, len(all))
	for i, element := range all {
		names[i] = nameOf(element)
	}
	return strings.Join(names, ",")
}

// isTerminal reports whether a writer is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
