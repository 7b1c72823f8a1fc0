package model

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
)

// Cursor is a place in a list, right behind one object. Its text is opaque to
// clients and holds no more than where to read on, so it survives a restart.
type Cursor struct {
	// List is the fingerprint of the list that the cursor belongs to.
	List ListID
	// Positions tell how far each provider's part of the list has been read.
	Positions []Position
}

// Position is a place in one provider's part of a list.
type Position struct {
	Provider string `json:"p"`
	// Token is the page from which Index counts.
	Token string `json:"t,omitempty"`
	// Index is the number of rows to pass over; it may lead beyond the page.
	Index int `json:"i,omitempty"`
	// Done is set when nothing is left.
	Done bool `json:"d,omitempty"`
}

// ListID is the fingerprint of a list: of what it belongs to, its filter and its
// order.
type ListID [6]byte

// NewListID fingerprints the canonical description of a list.
func NewListID(description string) ListID {
	sum := sha256.Sum256([]byte(description))
	return ListID(sum[:6])
}

// ErrCursor is returned for a cursor that is damaged or belongs to another list.
var ErrCursor = errors.New("not a cursor of this list")

const (
	cursorVersion = 1
	checksumSize  = 4
	// maxCursor bounds a cursor from outside: 20 providers with the longest
	// documented tokens need a quarter of it.
	maxCursor = 8 << 10
)

// Encode writes the cursor as text.
func (c Cursor) Encode() string {
	positions, _ := json.Marshal(c.Positions) // strings, numbers and bools only
	raw := append([]byte{cursorVersion}, c.List[:]...)
	raw = append(raw, positions...)
	return base64.RawURLEncoding.EncodeToString(append(raw, checksum(raw)...))
}

// ParseCursor reads text from outside. It fails with ErrCursor when the text is
// damaged, of another version, or of another list.
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

// checksum tells damage apart from design; it is no protection against intent,
// since a cursor grants nothing.
func checksum(body []byte) []byte {
	sum := sha256.Sum256(body)
	return binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(sum[:checksumSize]))
}
