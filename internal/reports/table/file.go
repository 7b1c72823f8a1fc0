package table

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a file that appears under its name when it is complete. It is written beside, and
// only its owner can read it.
type File struct {
	*os.File
	path string
}

// Create begins a file. Its folder must exist.
func Create(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written: %w", path, pathCause(err))
	}
	return &File{f, path}, nil
}

// Commit gives the file its name, in place of a file that had it.
func (f *File) Commit() error {
	err := errors.Join(f.Sync(), f.File.Close())
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("%s cannot be written: %w", f.path, pathCause(err))
	}
	return nil
}

// Discard removes what was written, unless it was committed.
func (f *File) Discard() {
	if f.File.Close() == nil {
		_ = os.Remove(f.Name())
	}
}

func pathCause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
