// Package sdl converts the SDL of the schema: for composers and gateways of older
// versions of Apollo Federation 2, which reject directives of later versions, and for
// clients, whose tools know no federation.
//
// For works on the text of the schema as this repository formats it, without a
// parser, and knows in which version each directive was added:
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/versions
package sdl

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The supported minor versions of Apollo Federation 2. The schema itself is written
// for Newest.
const (
	Oldest = 3
	Newest = 12
)

// addedIn has the minor version that added a directive, for directives that are later
// than Oldest.
var addedIn = map[string]int{
	"authenticated": 5, "requiresScopes": 5, "policy": 6, "cost": 9, "listSize": 9, "cacheTag": 12,
}

var (
	// application matches a directive with its arguments on a definition.
	application = regexp.MustCompile(` @(\w+)(?:\((?:"(?:[^"\\]|\\.)*"|[^()"])*\))?`)
	// imported matches a directive in the import list of @link, except the first.
	imported = regexp.MustCompile(`, "@(\w+)"`)
	// definition matches the start of a directive definition.
	definition = regexp.MustCompile(`(?m)^directive @(\w+)`)
)

// For returns the schema for a minor version of Apollo Federation 2, from Oldest to
// Newest: with the @link of this version, and without later directives. It does not
// change descriptions.
func For(minor int, schema string) string {
	link := "https://specs.apollo.dev/federation/v2."
	schema = strings.Replace(schema, link+strconv.Itoa(Newest), link+strconv.Itoa(minor), 1)
	paragraphs := strings.Split(schema, "\n\n")
	paragraphs = slices.DeleteFunc(paragraphs, func(p string) bool {
		found := definition.FindStringSubmatch(p)
		return found != nil && addedIn[found[1]] > minor
	})
	lines := strings.Split(strings.Join(paragraphs, "\n\n"), "\n")
	inDescription := false // in a block string
	for i, line := range lines {
		switch text := strings.TrimSpace(line); {
		case text == `"""`:
			inDescription = !inDescription
		case !inDescription && !strings.HasPrefix(text, `"`):
			lines[i] = removeLater(imported, minor, removeLater(application, minor, line))
		}
	}
	return strings.Join(lines, "\n")
}

// removeLater removes the matches of pattern that name a directive later than minor.
func removeLater(pattern *regexp.Regexp, minor int, line string) string {
	return pattern.ReplaceAllStringFunc(line, func(found string) string {
		if addedIn[pattern.FindStringSubmatch(found)[1]] > minor {
			return ""
		}
		return found
	})
}
