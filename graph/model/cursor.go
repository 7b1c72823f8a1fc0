package model

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
)

// Cursor is a position in a list, after one object. Its text is opaque to clients. It
// holds the position only and no state of this server, so it stays valid across
// restarts and replicas.
type Cursor struct {
	// List is the fingerprint of the list that the cursor belongs to.
	List ListID
	// Positions are the positions in the providers' parts of the list.
	Positions []Position
}

// Position is a position in one provider's part of a list.
type Position struct {
	Provider string `json:"p"`
	// Token is the vendor's token of the page from which Index counts.
	Token string `json:"t,omitempty"`
	// Index is the number of rows to skip; it can exceed the rows of the page.
	Index int `json:"i,omitempty"`
	// Done is set when the part has been read to its end.
	Done bool `json:"d,omitempty"`
}

// ListID is the fingerprint of a list: of its kind, parent, filter and order.
type ListID [6]byte

// NewListID returns the fingerprint of the canonical description of a list.
func NewListID(description string) ListID {
	sum := sha256.Sum256([]byte(description))
	return ListID(sum[:6])
}

// ErrCursor is the error of a cursor that is malformed or belongs to another list.
var ErrCursor = errors.New("not a cursor of this list")

const (
	cursorVersion = 1
	checksumSize  = 4
	// maxCursor is the longest cursor in bytes that ParseCursor accepts. 20 providers
	// with the longest documented tokens need a quarter of it.
	maxCursor = 8 << 10
)

// Encode returns the cursor as text that needs no escaping in a URL.
func (c Cursor) Encode() string {
	positions, _ := json.Marshal(c.Positions) // cannot fail: strings, numbers and bools
	raw := append([]byte{cursorVersion}, c.List[:]...)
	raw = append(raw, positions...)
	return base64.RawURLEncoding.EncodeToString(append(raw, checksum(raw)...))
}

// ParseCursor parses a cursor of a client. It returns ErrCursor when the text is
// malformed, of another version, or of another list.
func ParseCursor(text string, list ListID) (Cursor, error) {
	if len(text) > maxCursor {
		return Cursor{}, ErrCursor
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	head := 1 + len(list)
	if err != nil || len(raw) < head+checksumSize || raw[0] != cursorVersion {
		return Cursor{}, ErrCursor
	}
	body, sum := raw[:len(raw)-checksumSize], raw[len(raw)-checksumSize:]
	if string(sum) != string(checksum(body)) || ListID(body[1:head]) != list {
		return Cursor{}, ErrCursor
	}
	c := Cursor{List: list}
	if err := json.Unmarshal(body[head:], &c.Positions); err != nil || len(c.Positions) == 0 {
		return Cursor{}, ErrCursor
	}
	for _, p := range c.Positions {
		if p.Index < 0 {
			return Cursor{}, ErrCursor
		}
	}
	return c, nil
}

// checksum detects damage. It does not authenticate a cursor, which grants no access.
func checksum(body []byte) []byte {
	sum := sha256.Sum256(body)
	return binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(sum[:checksumSize]))
}
