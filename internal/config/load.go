package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
)

// maxBytes limits the size of a file. A hundred providers take about 50 kB.
const maxBytes = 1 << 20

// Load reads the file at path. Relative paths in it are resolved against its folder.
// vendors lists the supported vendors. If the file is readable but not valid, the
// error is an *Error.
func Load(path string, env LookupEnv, vendors []Vendor) (*Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	c, err := Parse(path, data, env, vendors)
	if err != nil {
		return nil, err
	}
	for _, file := range []*string{&c.Documents.Manifest, &c.Server.Auth.JWT.JWKSFile, &c.Server.TLS.Certificate, &c.Server.TLS.Key} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(filepath.Dir(path), *file)
		}
	}
	return c, nil
}

// Parse parses the text of a file. name is the file's name in messages; vendors lists
// the supported vendors. Every error is an *Error.
func Parse(name string, data []byte, env LookupEnv, vendors []Vendor) (*Config, error) {
	d := &decoder{problems: problems{lines: map[string]int{"": 1}}, env: env, vendors: vendors}
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
