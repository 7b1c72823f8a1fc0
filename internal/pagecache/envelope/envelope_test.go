package envelope_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

var (
	noon     = time.UnixMilli(1_700_000_000_000)
	location = []byte("scope and key")
	plain    = envelope.Header{Created: noon, FreshFor: time.Minute, StaleFor: 15 * time.Minute, Epoch: 7}
)

func codec(t testing.TB) (*envelope.Codec, envelope.Key) {
	t.Helper()
	c, err := envelope.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c, key(t, 'k')
}

func key(t testing.TB, b byte) envelope.Key {
	t.Helper()
	k, err := envelope.NewKey(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t testing.TB, c *envelope.Codec, k envelope.Key, h envelope.Header, body []byte) []byte {
	t.Helper()
	sealed, err := c.Seal(k, location, h, body)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// text returns 20 kB like a vendor page. noise does not compress.
func text() []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < 20_000; i++ {
		fmt.Fprintf(&b, `{"id":"USR-%04d-%04d","name":"Person %x","email":"person.%d@example.org","status":"Active"},`, i*7919%9999, i*31%9999, i*i*7919, i)
	}
	return b.Bytes()
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func TestSeal_RoundTrip(t *testing.T) {
	c, k := codec(t)
	for name, body := range map[string][]byte{
		"empty": {}, "short": []byte("{}"), "text": text(), "noise": noise(1 << 19), "zeros": make([]byte, envelope.MaxBody),
	} {
		t.Run(name, func(t *testing.T) {
			sealed := seal(t, c, k, plain, body)
			h, got, err := c.Open(k, location, noon, sealed)
			if err != nil || !bytes.Equal(got, body) {
				t.Fatalf("%d bytes of %d, error %v", len(got), len(body), err)
			}
			if diff := cmp.Diff(plain, h); diff != "" {
				t.Error(diff)
			}
		})
	}
	if sealed := seal(t, c, k, plain, text()); len(sealed) > 8000 || bytes.Contains(sealed, []byte("person")) {
		t.Errorf("20 kB of text became %d bytes", len(sealed))
	}
}

func TestOpen_RejectsModifiedEnvelopes(t *testing.T) {
	c, k := codec(t)
	sealed := seal(t, c, k, plain, []byte(strings.Repeat("a body ", 30)))
	reject := func(name string, k envelope.Key, location, sealed []byte) {
		t.Helper()
		if _, _, err := c.Open(k, location, noon, sealed); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	for i := range len(sealed) * 8 {
		flipped := bytes.Clone(sealed)
		flipped[i/8] ^= 1 << (i % 8)
		reject(fmt.Sprint("bit ", i), k, location, flipped)
	}
	for i := range sealed {
		reject(fmt.Sprint("cut at ", i), k, location, sealed[:i])
	}
	reject("longer", k, location, append(bytes.Clone(sealed), 0))
	reject("another location", k, []byte("scope and kez"), sealed)
	reject("no location", k, nil, sealed)
	reject("another key", key(t, 'l'), location, sealed)
}

func TestSeal_Bounds(t *testing.T) {
	c, k := codec(t)
	if _, err := c.Seal(k, location, plain, noise(envelope.MaxSealed)); !errors.Is(err, envelope.ErrSize) {
		t.Errorf("1 MiB of noise: %v", err)
	}
	if _, err := c.Seal(k, location, plain, make([]byte, envelope.MaxBody+1)); !errors.Is(err, envelope.ErrSize) {
		t.Errorf("a body of more than 8 MiB: %v", err)
	}
	if _, _, err := c.Open(k, location, noon, make([]byte, envelope.MaxSealed+1)); !errors.Is(err, envelope.ErrSize) {
		t.Errorf("an envelope of more than 1 MiB: %v", err)
	}
	for name, test := range map[string]struct {
		h    envelope.Header
		want error
	}{
		"five minutes ahead": {envelope.Header{Created: noon.Add(5 * time.Minute)}, nil},
		"more":               {envelope.Header{Created: noon.Add(5*time.Minute + time.Millisecond)}, envelope.ErrFormat},
		"a day":              {envelope.Header{Created: noon, FreshFor: time.Hour, StaleFor: 23 * time.Hour}, nil},
		"more than a day":    {envelope.Header{Created: noon, FreshFor: time.Hour, StaleFor: 23*time.Hour + time.Millisecond}, envelope.ErrFormat},
		"very old":           {envelope.Header{Created: time.UnixMilli(0)}, nil},
	} {
		if _, _, err := c.Open(k, location, noon, seal(t, c, k, test.h, nil)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v; want %v", name, err, test.want)
		}
	}
	for _, h := range []envelope.Header{{Created: time.UnixMilli(-1)}, {Created: noon, FreshFor: -time.Second}, {Created: noon, StaleFor: 60 * 24 * time.Hour}} {
		if _, err := c.Seal(k, location, h, nil); !errors.Is(err, envelope.ErrFormat) {
			t.Errorf("%v: %v", h, err)
		}
	}
	if _, err := envelope.NewKey(make([]byte, 16)); err == nil {
		t.Error("a key of 16 bytes")
	}
}

func TestSealText_RoundTrip(t *testing.T) {
	k := key(t, 'k')
	sealed := k.SealText(location, []byte("message"))
	if got, err := k.OpenText(location, sealed); err != nil || string(got) != "message" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := k.OpenText([]byte("elsewhere"), sealed); !errors.Is(err, envelope.ErrSealed) {
		t.Error(err)
	}
	if _, err := key(t, 'l').OpenText(location, sealed); !errors.Is(err, envelope.ErrSealed) {
		t.Error(err)
	}
}

// FuzzOpen asserts that only sealed envelopes open. Each process of the fuzzer seals the text
// again: envelopes differ, but not their contents.
func FuzzOpen(f *testing.F) {
	c, k := codec(f)
	body := text()
	good := seal(f, c, k, plain, body)
	f.Add([]byte{})
	f.Add(good)
	f.Add(good[:60])
	f.Add(seal(f, c, key(f, 'l'), plain, []byte("foreign")))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		h, opened, err := c.Open(k, location, noon, sealed)
		if err == nil && (!bytes.Equal(opened, body) || h != plain) {
			t.Errorf("%d bytes opened to %d that were not sealed", len(sealed), len(opened))
		}
	})
}

// FuzzSeal asserts that every body survives a round trip, even one that looks compressed.
func FuzzSeal(f *testing.F) {
	c, k := codec(f)
	f.Add([]byte("{}"), uint64(0))
	f.Add([]byte("\x28\xb5\x2f\xfd"), uint64(1))
	f.Fuzz(func(t *testing.T, body []byte, epoch uint64) {
		h := plain
		h.Epoch = epoch
		sealed, err := c.Seal(k, location, h, body)
		if err != nil {
			return
		}
		got, opened, err := c.Open(k, location, noon, sealed)
		if err != nil || !bytes.Equal(opened, body) || got != h {
			t.Errorf("%v: %q became %q", err, body, opened)
		}
	})
}

// A body that was sealed with the key, as by another version of this program, and that does
// not decompress, does not open; nor does one that would be larger than a body.
func TestOpen_RejectsCompression(t *testing.T) {
	c, k := codec(t)
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	const none, zstandard, s2Block = 0, 1, 2
	for name, test := range map[string]struct {
		flag byte
		body []byte
		want error
	}{
		"no compression":         {none, noise(100), nil},
		"no zstd":                {zstandard, noise(100), envelope.ErrFormat},
		"an empty text, no zstd": {zstandard, []byte{0}, envelope.ErrFormat},
		"a zstd bomb":            {zstandard, encoder.EncodeAll(make([]byte, 2*envelope.MaxBody), nil), envelope.ErrSize},
		"no s2":                  {s2Block, []byte{4, 0xff}, envelope.ErrFormat},
		"a long s2":              {s2Block, s2.Encode(nil, make([]byte, 1<<20)), envelope.ErrSize},
	} {
		t.Run(name, func(t *testing.T) {
			header := seal(t, c, k, plain, nil)[:26]
			header[1] = test.flag
			sealed := append(slices.Clone(header), k.SealText(slices.Concat(header, location), test.body)...)
			_, got, err := c.Open(k, location, noon, sealed)
			if !errors.Is(err, test.want) || err == nil && !bytes.Equal(got, test.body) {
				t.Errorf("%d bytes, error %v, want %v", len(got), err, test.want)
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	c, k := codec(b)
	body := text()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		seal(b, c, k, plain, body)
	}
}

func BenchmarkOpen(b *testing.B) {
	c, k := codec(b)
	sealed := seal(b, c, k, plain, text())
	b.SetBytes(20_000)
	for b.Loop() {
		if _, _, err := c.Open(k, location, noon, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
