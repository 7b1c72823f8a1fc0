package staticpage

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// file is an embedded file with its response headers.
type file struct {
	contentType, cacheControl string
	// etag is weak because it is the same for both encodings.
	etag   string
	zipped []byte
	// size is the number of bytes after decompression.
	size uint32
}

// unpack returns the files by URL path. It panics if one is invalid, which is an error of
// the build.
func (p Page) unpack() map[string]*file {
	files := map[string]*file{}
	err := fs.WalkDir(p.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		zipped, err := fs.ReadFile(p.Files, name)
		if err != nil {
			return err
		}
		if _, err := gzip.NewReader(bytes.NewReader(zipped)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		served := strings.TrimSuffix(name, ".gz")
		contentType, ok := contentTypes[path.Ext(served)]
		if !ok {
			return fmt.Errorf("%s: no content type for this kind of file", name)
		}
		sum := sha256.Sum256(zipped)
		f := &file{
			contentType:  contentType,
			cacheControl: "no-cache",
			etag:         fmt.Sprintf(`W/"%x"`, sum[:8]),
			zipped:       zipped,
			// The last four bytes are the uncompressed size (RFC 1952).
			size: binary.LittleEndian.Uint32(zipped[len(zipped)-4:]),
		}
		if strings.HasPrefix(served, "assets/") {
			// The name has a hash of the content.
			f.cacheControl = "public, max-age=31536000, immutable"
		}
		if served == "index.html" {
			files[p.Path] = f
			return nil
		}
		files[p.Prefix+served] = f
		return nil
	})
	if err != nil {
		panic("embedded files of " + p.Path + ": " + err.Error())
	}
	return files
}

var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".md":    "text/plain; charset=utf-8",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".woff2": "font/woff2",
}
