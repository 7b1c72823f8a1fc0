package main

import "slices"

// Control is a piece of code that protects something, and the test that fails without it.
type Control struct {
	// Name says what holds because of it.
	Name string
	// File has Old once. With New in its place the control is off.
	File, Old, New string
	// Package has Test, a regular expression for the names of the tests of which one fails.
	Package, Test string
}

// Controls are all controls: those of the cache, the calls of vendors, the documents, the requests, the callers, the outputs.
var Controls = slices.Concat(cacheControls, vendorsControls, documentsControls, requestsControls, callersControls, outputsControls)
