// Package envelope seals a cached body for a store that is not trusted: it compresses and
// encrypts the body, and authenticates a header with its age. A value that was modified,
// truncated, or moved to another location does not open.
//
// An envelope is, in this order: version (1 byte), flags (1), created (8, in
// milliseconds of Unix time), fresh for (4, ms), stale for (4, ms), epoch (8),
// and a nonce (12), the ciphertext and a tag (16) of AES-256-GCM. The additional
// data are the header and the location for which the body was sealed.
//
// The package knows neither the names of keys nor the store.
package envelope

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// Bounds of bodies and envelopes.
const (
	// MaxBody is the largest body. Larger responses of a vendor are not stored.
	MaxBody = 8 << 20
	// MaxSealed is the largest envelope. A text of 8 MiB compresses to less.
	MaxSealed = 1 << 20
	// MaxLife bounds FreshFor + StaleFor.
	MaxLife = 24 * time.Hour
)

const (
	version    = 1
	headerSize = 1 + 1 + 8 + 4 + 4 + 8
	// The flags: the compression of the body, 0 for none.
	zstandard, s2Block = 1, 2
	// minCompressed is the size from which a body is compressed; below, that saves nothing.
	// From minZstandard on, zstd saves more than its tables cost: it takes nine times as long
	// as s2 to open an object of 600 bytes.
	minCompressed, minZstandard = 128, 4 << 10
	// maxClockSkew is how far in the future an envelope may have been created.
	maxClockSkew = 5 * time.Minute
)

// Reasons why an envelope does not open.
var (
	// ErrFormat: it is no envelope of this version, or its header is invalid.
	ErrFormat = errors.New("envelope: invalid format")
	// ErrSealed: it was not sealed with this key for this location, or was modified.
	ErrSealed = errors.New("envelope: authentication failed")
	// ErrSize: it exceeds the bounds.
	ErrSize = errors.New("envelope: too large")
)

// Header is the metadata of a body. Times have a precision of milliseconds.
type Header struct {
	Created            time.Time
	FreshFor, StaleFor time.Duration
	// Epoch is the epoch of the store when the body was stored.
	Epoch uint64
}

// Codec compresses and seals bodies. Safe for concurrent use.
type Codec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
	// scratches has the idle *scratch.
	scratches sync.Pool
}

// scratch is memory for what Open needs until it returns.
type scratch struct{ authenticated, text []byte }

// maxScratch bounds the text whose memory is kept for the next Open.
const maxScratch = 64 << 10

// NewCodec returns a codec.
func NewCodec() (*Codec, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxBody), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	return &Codec{encoder: encoder, decoder: decoder, scratches: sync.Pool{New: func() any { return new(scratch) }}}, nil
}

// Key is an encryption key. Safe for concurrent use.
type Key struct{ aead cipher.AEAD }

// NewKey returns the key of 32 secret bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != 32 {
		return Key{}, errors.New("envelope: a key must have 32 bytes")
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return Key{}, fmt.Errorf("envelope: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return Key{}, fmt.Errorf("envelope: %w", err)
	}
	return Key{aead}, nil
}

// SealText seals a short text for a location, without header and compression.
func (k Key) SealText(location, text []byte) []byte { return k.aead.Seal(nil, nil, text, location) }

// OpenText opens what SealText sealed; it fails with ErrSealed.
func (k Key) OpenText(location, sealed []byte) ([]byte, error) {
	text, err := k.aead.Open(nil, nil, sealed, location)
	if err != nil {
		return nil, ErrSealed
	}
	return text, nil
}

// Seal compresses and seals a body for a location. It fails with ErrSize, and with ErrFormat
// if the header is out of range.
func (c *Codec) Seal(k Key, location []byte, h Header, body []byte) ([]byte, error) {
	if len(body) > MaxBody {
		return nil, ErrSize
	}
	header, err := h.encode()
	if err != nil {
		return nil, err
	}
	if len(body) >= minCompressed {
		if small, flag := c.compress(body); len(small) < len(body) {
			body, header[1] = small, flag
		}
	}
	if headerSize+len(body)+k.aead.Overhead() > MaxSealed {
		return nil, ErrSize
	}
	out := make([]byte, headerSize, headerSize+len(body)+k.aead.Overhead())
	copy(out, header)
	return k.aead.Seal(out, nil, body, additionalData(nil, header, location)), nil
}

// Open opens an envelope that was sealed for this location. It fails with ErrFormat, ErrSealed
// or ErrSize.
func (c *Codec) Open(k Key, location []byte, now time.Time, sealed []byte) (Header, []byte, error) {
	if len(sealed) > MaxSealed {
		return Header{}, nil, ErrSize
	}
	if len(sealed) < headerSize+k.aead.Overhead() || sealed[0] != version || sealed[1] > s2Block {
		return Header{}, nil, ErrFormat
	}
	header, use := sealed[:headerSize], c.scratches.Get().(*scratch)
	defer c.scratches.Put(use)
	use.authenticated = additionalData(use.authenticated[:0], header, location)
	text, err := k.aead.Open(use.text[:0], nil, sealed[headerSize:], use.authenticated)
	if err != nil {
		return Header{}, nil, ErrSealed
	}
	if cap(text) <= maxScratch {
		use.text = text
	}
	h := decodeHeader(header)
	if h.Created.After(now.Add(maxClockSkew)) || h.FreshFor+h.StaleFor > MaxLife {
		return Header{}, nil, ErrFormat
	}
	body, err := c.decompress(header[1], text)
	return h, body, err
}

func (c *Codec) compress(body []byte) (small []byte, flag byte) {
	if len(body) < minZstandard {
		return s2.Encode(nil, body), s2Block
	}
	return c.encoder.EncodeAll(body, nil), zstandard
}

// decompress returns a body that shares no memory with small.
func (c *Codec) decompress(flag byte, small []byte) (body []byte, err error) {
	switch flag {
	case 0:
		return bytes.Clone(small), nil
	case s2Block:
		if size, err := s2.DecodedLen(small); err == nil && size > minZstandard {
			return nil, ErrSize
		}
		body, err = s2.Decode(nil, small)
	case zstandard:
		body, err = c.decoder.DecodeAll(small, nil)
	}
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded), len(body) > MaxBody:
		return nil, ErrSize
	case err != nil:
		return nil, ErrFormat
	}
	return body, nil
}

func (h Header) encode() ([]byte, error) {
	fresh, stale := h.FreshFor.Milliseconds(), h.StaleFor.Milliseconds()
	if h.Created.UnixMilli() < 0 || fresh < 0 || stale < 0 || fresh > math.MaxUint32 || stale > math.MaxUint32 {
		return nil, ErrFormat
	}
	b := make([]byte, 2, headerSize)
	b[0] = version
	b = binary.BigEndian.AppendUint64(b, uint64(h.Created.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, uint32(fresh))
	b = binary.BigEndian.AppendUint32(b, uint32(stale))
	return binary.BigEndian.AppendUint64(b, h.Epoch), nil
}

func decodeHeader(b []byte) Header {
	return Header{
		Created:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[2:]))),
		FreshFor: time.Duration(binary.BigEndian.Uint32(b[10:])) * time.Millisecond,
		StaleFor: time.Duration(binary.BigEndian.Uint32(b[14:])) * time.Millisecond,
		Epoch:    binary.BigEndian.Uint64(b[18:]),
	}
}

// additionalData appends to b. It is unambiguous, because all headers have the same size.
func additionalData(b, header, location []byte) []byte {
	return append(append(b, header...), location...)
}
