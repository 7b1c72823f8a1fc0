// Package buildinfo tells which build of the program runs.
//
// It is independent of all other packages.
package buildinfo

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Set with -ldflags "-X"; `make build` does.
var version, commit, date string

// Unknown is the value of what a build does not tell.
const Unknown = "unknown"

// Info describes a build. No field is empty.
type Info struct {
	// Version is a semantic version, or (devel).
	Version string
	// Commit is the commit that was built, with "+changes" if files had been changed since.
	Commit string
	// Date is the time of the commit, in RFC 3339.
	Date string
	// Go is the version of Go, with the platform.
	Go string
}

// Read returns the values that the build has set, or else those that the go command has
// recorded.
func Read() Info {
	i := Info{Version: version, Commit: commit, Date: date, Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH}
	recorded, settings := Info{Version: "(devel)", Commit: Unknown, Date: Unknown}, map[string]string{}
	if b, ok := debug.ReadBuildInfo(); ok {
		if b.Main.Version != "" {
			recorded.Version = b.Main.Version
		}
		for _, s := range b.Settings {
			settings[s.Key] = s.Value
		}
	}
	if revision := settings["vcs.revision"]; revision != "" {
		recorded.Commit, recorded.Date = revision, settings["vcs.time"]
		if settings["vcs.modified"] == "true" {
			recorded.Commit += "+changes"
		}
	}
	for _, v := range []struct {
		set      *string
		recorded string
	}{{&i.Version, recorded.Version}, {&i.Commit, recorded.Commit}, {&i.Date, recorded.Date}} {
		if *v.set == "" {
			*v.set = v.recorded
		}
	}
	return i
}

// String returns one line for users.
func (i Info) String() string {
	details := []string{i.Go}
	if i.Commit != Unknown {
		details = append([]string{"commit " + i.Commit, i.Date}, details...)
	}
	return fmt.Sprintf("accountgraph %s (%s)", i.Version, strings.Join(details, ", "))
}
