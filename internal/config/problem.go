package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one error in a file.
type Problem struct {
	// Line counts from 1; 0 means no particular line.
	Line int
	// Key is the path of the key, such as providers[1].timeout, with items counted
	// from 0; "" is the whole file.
	Key string
	// Text describes the problem. It quotes no value.
	Text string
}

// Error lists every problem of a file, ordered by line.
type Error struct {
	File     string
	Problems []Problem
}

// Error returns one line per problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		line := e.File
		if p.Line > 0 {
			line = fmt.Sprintf("%s:%d", line, p.Line)
		}
		if p.Key != "" {
			line += ": " + p.Key
		}
		lines[i] = line + ": " + p.Text
	}
	return strings.Join(lines, "\n")
}

// problems collects problems. It keeps the first one of each key.
type problems struct {
	lines map[string]int
	list  []Problem
}

// recordLine records the line of a key in the file.
func (p *problems) recordLine(key string, line int) { p.lines[key] = line }

// isSet reports whether the file contains the key.
func (p *problems) isSet(key string) bool { return p.lines[key] > 0 }

// hasProblem reports whether the key has a problem.
func (p *problems) hasProblem(key string) bool {
	return slices.ContainsFunc(p.list, func(q Problem) bool { return q.Key == key })
}

// hasProblemIn reports whether a key below this one has a problem.
func (p *problems) hasProblemIn(key string) bool {
	return slices.ContainsFunc(p.list, func(q Problem) bool { return strings.HasPrefix(q.Key, key+".") })
}

// add adds a problem at the line of the key or of its nearest ancestor in the file.
func (p *problems) add(key, format string, args ...any) {
	line := p.lines[key]
	for ancestor := key; line == 0 && ancestor != ""; {
		ancestor = ancestor[:max(0, strings.LastIndexAny(ancestor, ".["))]
		line = p.lines[ancestor]
	}
	if !p.hasProblem(key) {
		p.addAt(line, key, format, args...)
	}
}

func (p *problems) addAt(line int, key, format string, args ...any) {
	p.list = append(p.list, Problem{Line: line, Key: key, Text: fmt.Sprintf(format, args...)})
}

func (p *problems) err(file string) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return &Error{File: file, Problems: p.list}
}
