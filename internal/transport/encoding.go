package transport

import (
	"bytes"

	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The content codings of responses; identity is none.
const (
	identity   = ""
	gzipCoding = "gzip"
	zstdCoding = "zstd"
)

// minCompressed is the length of the shortest body that is compressed, in bytes.
const minCompressed = 1 << 10

// negotiateCoding returns the content coding for Accept-Encoding: what the client prefers, zstd
// if it does not mind, identity if it accepts neither by name.
func negotiateCoding(accept []string) string {
	weights := map[string]float64{}
	for _, header := range accept {
		for item := range strings.SplitSeq(header, ",") {
			name, parameters, _ := strings.Cut(item, ";")
			weight := 1.0
			if text, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
				number, err := strconv.ParseFloat(text, 64)
				if err != nil {
					continue
				}
				weight = number
			}
			weights[strings.ToLower(strings.TrimSpace(name))] = weight
		}
	}
	switch {
	case weights[zstdCoding] > 0 && weights[zstdCoding] >= weights[gzipCoding]:
		return zstdCoding
	case weights[gzipCoding] > 0:
		return gzipCoding
	}
	return identity
}

// compressor compresses bodies. It is safe for concurrent use.
type compressor struct {
	zstd *zstd.Encoder
	gzip sync.Pool
}

func newCompressor() *compressor {
	// The options are valid.
	encoder, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithWindowSize(1<<20))
	return &compressor{zstd: encoder, gzip: sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
		return w
	}}}
}

// compress returns the body in a coding other than identity.
func (c *compressor) compress(coding string, body [][]byte) []byte {
	if coding == zstdCoding {
		return c.zstd.EncodeAll(bytes.Join(body, nil), nil)
	}
	w := c.gzip.Get().(*gzip.Writer)
	defer c.gzip.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	for _, part := range body {
		_, _ = w.Write(part) // a bytes.Buffer returns no error
	}
	_ = w.Close()
	return b.Bytes()
}

// codedBodies are the body of one result in the codings that were sent: requests that share the
// result share them. Safe for concurrent use; nil shares nothing.
type codedBodies struct {
	mu     sync.Mutex
	byName map[string][]byte
}

// get returns the body in a coding, from make if it is the first.
func (c *codedBodies) get(coding string, make func() []byte) []byte {
	if c == nil {
		return make()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	body, ok := c.byName[coding]
	if !ok {
		body = make()
		if c.byName == nil {
			c.byName = map[string][]byte{}
		}
		c.byName[coding] = body
	}
	return body
}
