// Package sdl writes the graph's SDL for composers and gateways of an older
// Apollo Federation, which refuse what came after it.
//
// It knows which directives came when, and how this repository writes its schema;
// it does not parse it.
package sdl

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The minor versions of Apollo Federation 2 that the SDL can be written for. The
// schema is written for the newest.
const (
	Oldest = 3
	Newest = 12
)

// since is the minor version that brought a directive which the schema may use,
// where that is later than the oldest.
var since = map[string]int{
	"authenticated": 5, "requiresScopes": 5, "policy": 6, "cost": 9, "listSize": 9, "cacheTag": 12,
}

var (
	// use is a directive behind something, with its arguments.
	use = regexp.MustCompile(` @(\w+)(?:\((?:"(?:[^"\\]|\\.)*"|[^()"])*\))?`)
	// imported is a directive in the list of those that are imported.
	imported = regexp.MustCompile(`, "@(\w+)"`)
	// defined begins a directive's definition.
	defined = regexp.MustCompile(`(?m)^directive @(\w+)`)
)

// For writes the schema for a minor version of Apollo Federation 2, from Oldest to
// Newest: without the directives that it does not know.
func For(minor int, schema string) string {
	link := "https://specs.apollo.dev/federation/v2."
	schema = strings.Replace(schema, link+strconv.Itoa(Newest), link+strconv.Itoa(minor), 1)
	paragraphs := strings.Split(schema, "\n\n")
	paragraphs = slices.DeleteFunc(paragraphs, func(p string) bool {
		definition := defined.FindStringSubmatch(p)
		return definition != nil && since[definition[1]] > minor
	})
	lines := strings.Split(strings.Join(paragraphs, "\n\n"), "\n")
	described := false // within a description of several lines
	for i, line := range lines {
		switch text := strings.TrimSpace(line); {
		case text == `"""`:
			described = !described
		case !described && !strings.HasPrefix(text, `"`):
			lines[i] = drop(imported, minor, drop(use, minor, line))
		}
	}
	return strings.Join(lines, "\n")
}

// drop removes what names a directive of a later version.
func drop(pattern *regexp.Regexp, minor int, line string) string {
	return pattern.ReplaceAllStringFunc(line, func(found string) string {
		if since[pattern.FindStringSubmatch(found)[1]] > minor {
			return ""
		}
		return found
	})
}
