// Package envelope packs a remembered body for a store that is not trusted:
// compressed, then sealed, with its age in an authenticated header. What was
// changed, cut short, or moved to another place does not open.
//
// An envelope is, in this order: version (1 byte), flags (1), created (8, in
// milliseconds of Unix time), fresh for (4, ms), stale for (4, ms), epoch (8),
// and a nonce (12), the ciphertext and a tag (16) of AES-256-GCM. The additional
// data are the header and the place for which it was sealed.
//
// The package knows neither keys' names nor a store.
package envelope

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// Bounds of what is packed and opened.
const (
	// MaxBody is the largest body: what an HTTP answer of a vendor may measure.
	MaxBody = 8 << 20
	// MaxSealed is the largest envelope. Bodies of 8 MiB compress to less, unless
	// they are not the text that vendors send.
	MaxSealed = 1 << 20
	// MaxLife bounds what a header can promise.
	MaxLife = 24 * time.Hour
)

const (
	version    = 1
	headerSize = 1 + 1 + 8 + 4 + 4 + 8
	// The flags: how the body is compressed, if it is.
	zstandard, s2Block = 1, 2
	// worthwhile is the size from which compressing is tried; below, it saves
	// nothing. From large on, zstd saves more than its tables cost: it takes nine
	// times as long as s2 to open an object of 600 bytes.
	worthwhile, large = 128, 4 << 10
	// maxAhead is how far in the future an envelope may have been created: clocks
	// of several hosts differ, but not by more.
	maxAhead = 5 * time.Minute
)

// Why an envelope does not open.
var (
	// ErrFormat is not an envelope of this version, or one of a time to come.
	ErrFormat = errors.New("envelope: not of this form")
	// ErrSealed was not sealed by this key, for this place, or not as it stands.
	ErrSealed = errors.New("envelope: the seal is broken")
	// ErrSize is larger than the bounds.
	ErrSize = errors.New("envelope: too large")
)

// Header is what an envelope says of its body. Times have the precision of
// milliseconds.
type Header struct {
	Created            time.Time
	FreshFor, StaleFor time.Duration
	// Epoch is the generation of the store in which the body was put.
	Epoch uint64
}

// Codec packs and opens. Safe for concurrent use.
type Codec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// NewCodec builds a codec.
func NewCodec() (*Codec, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxBody), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	return &Codec{encoder: encoder, decoder: decoder}, nil
}

// Key seals and opens. Safe for concurrent use.
type Key struct{ aead cipher.AEAD }

// NewKey builds a key of 32 secret bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != 32 {
		return Key{}, errors.New("envelope: a key has 32 bytes")
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

// SealText seals a short text for a place, without header and compression.
func (k Key) SealText(place, text []byte) []byte { return k.aead.Seal(nil, nil, text, place) }

// OpenText opens what SealText sealed; it fails with ErrSealed.
func (k Key) OpenText(place, sealed []byte) ([]byte, error) {
	text, err := k.aead.Open(nil, nil, sealed, place)
	if err != nil {
		return nil, ErrSealed
	}
	return text, nil
}

// Seal packs a body for a place. It fails with ErrSize, and with ErrFormat where
// the header cannot be written.
func (c *Codec) Seal(k Key, place []byte, h Header, body []byte) ([]byte, error) {
	if len(body) > MaxBody {
		return nil, ErrSize
	}
	header, err := h.write()
	if err != nil {
		return nil, err
	}
	if len(body) >= worthwhile {
		if small, how := c.compress(body); len(small) < len(body) {
			body, header[1] = small, how
		}
	}
	if headerSize+len(body)+k.aead.Overhead() > MaxSealed {
		return nil, ErrSize
	}
	out := make([]byte, headerSize, headerSize+len(body)+k.aead.Overhead())
	copy(out, header)
	return k.aead.Seal(out, nil, body, additional(header, place)), nil
}

// Open unpacks an envelope that was sealed for this place. It fails with
// ErrFormat, ErrSealed or ErrSize.
func (c *Codec) Open(k Key, place []byte, now time.Time, sealed []byte) (Header, []byte, error) {
	if len(sealed) > MaxSealed {
		return Header{}, nil, ErrSize
	}
	if len(sealed) < headerSize+k.aead.Overhead() || sealed[0] != version || sealed[1] > s2Block {
		return Header{}, nil, ErrFormat
	}
	header := sealed[:headerSize]
	body, err := k.aead.Open(nil, nil, sealed[headerSize:], additional(header, place))
	if err != nil {
		return Header{}, nil, ErrSealed
	}
	h := readHeader(header)
	if h.Created.After(now.Add(maxAhead)) || h.FreshFor+h.StaleFor > MaxLife {
		return Header{}, nil, ErrFormat
	}
	body, err = c.decompress(header[1], body)
	return h, body, err
}

func (c *Codec) compress(body []byte) (small []byte, how byte) {
	if len(body) < large {
		return s2.Encode(nil, body), s2Block
	}
	return c.encoder.EncodeAll(body, nil), zstandard
}

func (c *Codec) decompress(how byte, small []byte) (body []byte, err error) {
	switch how {
	case 0:
		return small, nil
	case s2Block:
		if size, err := s2.DecodedLen(small); err == nil && size > large {
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

func (h Header) write() ([]byte, error) {
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

func readHeader(b []byte) Header {
	return Header{
		Created:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[2:]))),
		FreshFor: time.Duration(binary.BigEndian.Uint32(b[10:])) * time.Millisecond,
		StaleFor: time.Duration(binary.BigEndian.Uint32(b[14:])) * time.Millisecond,
		Epoch:    binary.BigEndian.Uint64(b[18:]),
	}
}

// additional is unambiguous, since every header has the same size.
func additional(header, place []byte) []byte {
	b := make([]byte, 0, len(header)+len(place))
	return append(append(b, header...), place...)
}
