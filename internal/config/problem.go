package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	// Line counts from 1; it is 0 where no line is to blame.
	Line int
	// Key is the path to what is wrong, as in providers[1].timeout, with items
	// counted from 0; "" is the whole file.
	Key string
	// Text says what is wrong. It holds no value.
	Text string
}

// Error holds every problem of one file, by line.
type Error struct {
	File     string
	Problems []Problem
}

// Error has one line a problem.
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

// problems collects what is wrong. What follows from a key's first problem is
// not worth telling.
type problems struct {
	lines map[string]int
	list  []Problem
}

// recordLine remembers the line of a key that the file holds.
func (p *problems) recordLine(key string, line int) { p.lines[key] = line }

// isSet reports whether the file holds the key.
func (p *problems) isSet(key string) bool { return p.lines[key] > 0 }

// hasProblem reports whether the key has a problem.
func (p *problems) hasProblem(key string) bool {
	return slices.ContainsFunc(p.list, func(q Problem) bool { return q.Key == key })
}

// hasProblemIn reports whether something within the key has a problem.
func (p *problems) hasProblemIn(key string) bool {
	return slices.ContainsFunc(p.list, func(q Problem) bool { return strings.HasPrefix(q.Key, key+".") })
}

// add reports a problem at the line of the key or of the nearest one around it.
func (p *problems) add(key, format string, args ...any) {
	line := p.lines[key]
	for around := key; line == 0 && around != ""; {
		around = around[:max(0, strings.LastIndexAny(around, ".["))]
		line = p.lines[around]
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
