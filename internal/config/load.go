package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
)

// maxBytes bounds a file; a hundred providers need a twentieth of it.
const maxBytes = 1 << 20

// Load reads the file at path. Paths in it that are relative begin at its folder.
// Where the file can be read but not be used, the error is an *Error.
func Load(path string, env LookupEnv) (*Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	c, err := Parse(path, data, env)
	if err != nil {
		return nil, err
	}
	for _, file := range []*string{&c.Documents.Manifest, &c.Server.Auth.JWT.JWKSFile} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(filepath.Dir(path), *file)
		}
	}
	return c, nil
}

// Parse reads the text of a file, whose name is for messages only. Every error
// is an *Error.
func Parse(name string, data []byte, env LookupEnv) (*Config, error) {
	d := &decoder{problems: problems{lines: map[string]int{"": 1}}, env: env}
	var c Config
	if root := d.parseDocument(data); root != nil {
		d.mapping("", root, reflect.ValueOf(&c).Elem())
	}
	if !d.hasProblem("") {
		d.check(&c)
	}
	if err := d.err(name); err != nil {
		return nil, err
	}
	return &c, nil
}
