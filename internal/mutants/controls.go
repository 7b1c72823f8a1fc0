package main

import (
	_ "embed"
	"slices"
	"strings"
)

// Control is a piece of code that protects something, and the test that fails without it.
type Control struct {
	// Name says what holds because of it.
	Name string
	// File has Old once. With New in its place the control is off.
	File, Old, New string
	// Package has Test, a regular expression for the names of the tests of which one fails.
	Package, Test string
}

// Controls are all controls: those of the cache, the calls of vendors, the documents, the requests, dry runs, the responses, the connections, the callers, the outputs.
var Controls = slices.Concat(cacheControls, vendorsControls, documentsControls, requestsControls, dryRunControls, responsesControls, connectionsControls, callersControls, outputsControls)

// The day on which each control was switched off last and its test failed, before its name; a line each.
//
//go:embed detected.txt
var detectedText string

// Detected returns the days of detected.txt by the names of controls.
func Detected() map[string]string {
	days := map[string]string{}
	for line := range strings.Lines(detectedText) {
		if day, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			days[name] = day
		}
	}
	return days
}
