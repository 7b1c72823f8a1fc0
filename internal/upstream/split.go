package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
)

// onePiece is the length of a body that is split in one piece, in a few milliseconds. What is
// longer is read step by step, so that splitting ends with its context.
const onePiece = 1 << 20

// errSplit is the error of a body that is not JSON of the expected kind.
var errSplit = errors.New("not an array or object")

// SplitArray returns the elements of a JSON array, nil for null. It ends with ctx.
func SplitArray(ctx context.Context, body []byte) (elements []json.RawMessage, err error) {
	if len(body) <= onePiece {
		return elements, json.Unmarshal(body, &elements)
	}
	d := stepwise(ctx, body)
	token, err := d.Token()
	switch {
	case err != nil || token != nil && token != json.Delim('['):
		return nil, splitError(ctx)
	case token != nil:
		if elements, err = splitElements(d); err != nil {
			return nil, splitError(ctx)
		}
	}
	return elements, splitEnd(ctx, d)
}

// SplitList returns the elements of the array that an object has under a key, and the object
// with an empty array in its place. The object is returned as it is if it is short or has no
// array under the key; elements are nil then. It ends with ctx.
func SplitList(ctx context.Context, body []byte, key string) (object []byte, elements []json.RawMessage, err error) {
	if len(body) <= onePiece {
		return body, nil, nil
	}
	d := stepwise(ctx, body)
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return nil, nil, splitError(ctx)
	}
	rest := []byte{'{'}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, splitError(ctx)
		}
		var value json.RawMessage
		if name == key && startsArray(body[d.InputOffset():]) {
			_, _ = d.Token() // the bracket
			if elements, err = splitElements(d); err == nil {
				value = json.RawMessage("[]")
			}
		} else {
			err = d.Decode(&value)
		}
		if err != nil {
			return nil, nil, splitError(ctx)
		}
		text, err := json.Marshal(name)
		if err != nil {
			return nil, nil, err
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(append(append(rest, text...), ':'), value...)
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, splitError(ctx)
	}
	return append(rest, '}'), elements, splitEnd(ctx, d)
}

// startsArray reports whether the value behind a key is an array.
func startsArray(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n:"), []byte{'['})
}

// splitElements reads the elements of an array behind its bracket, and the other bracket.
func splitElements(d *json.Decoder) ([]json.RawMessage, error) {
	elements := []json.RawMessage{}
	for d.More() {
		var element json.RawMessage
		if err := d.Decode(&element); err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := d.Token()
	return elements, err
}

// splitEnd checks that nothing follows.
func splitEnd(ctx context.Context, d *json.Decoder) error {
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return splitError(ctx)
	}
	return nil
}

func splitError(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errSplit
}

// stepwise returns a decoder whose reading ends with ctx.
func stepwise(ctx context.Context, body []byte) *json.Decoder {
	return json.NewDecoder(&stepReader{ctx, bytes.NewReader(body)})
}

// stepReader reads at most step bytes at a time.
type stepReader struct {
	ctx  context.Context
	body io.Reader
}

const step = 64 << 10

func (r *stepReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.body.Read(p[:min(len(p), step)])
}
