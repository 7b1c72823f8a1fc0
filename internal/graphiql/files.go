package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Each file is there as gzip alone. "all:" takes those with a leading
// underscore, too: the bundler names some chunks so.
//
//go:embed all:dist
var dist embed.FS

// A file is one of the page's files, ready to be served.
type file struct {
	contentType, cacheControl string
	// etag is weak, since it stands for both encodings.
	etag   string
	zipped []byte
	// size is the number of bytes after decompression.
	size uint32
}

// unpack returns the embedded files by the path they are served at. It panics
// when one is not what build.sh makes, which a test of any kind notices.
func unpack() map[string]*file {
	files := map[string]*file{}
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		zipped, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		if _, err := gzip.NewReader(bytes.NewReader(zipped)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		served := strings.TrimSuffix(strings.TrimPrefix(name, "dist/"), ".gz")
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
			// RFC 1952: the last four bytes are the size before compression.
			size: binary.LittleEndian.Uint32(zipped[len(zipped)-4:]),
		}
		if strings.HasPrefix(served, "assets/") {
			// Its name holds a hash of its content.
			f.cacheControl = "public, max-age=31536000, immutable"
		}
		if served == "index.html" {
			files["/"] = f
			return nil
		}
		files["/graphiql/"+served] = f
		return nil
	})
	if err != nil {
		panic("graphiql: embedded files: " + err.Error())
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
