package model

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
)

// Cursor is a position in a list, after one object. Its text is opaque to clients. It
// holds the position only and no state of this server, so it stays valid across
// restarts and replicas.
type Cursor struct {
	// List is the list that the cursor belongs to. It is not in the text.
	List ListID
	// Positions are the positions in the providers' parts of the list.
	Positions []Position
	// Incomplete is set when rows before the cursor may be missing.
	Incomplete bool
	// Counted is set when a page before the cursor returned the length of the list,
	// which is Total; nil is unknown. All later pages return the same.
	Counted bool
	Total   *int
}

// Position is a position in one provider's part of a list.
type Position struct {
	Provider string `json:"p"`
	// Token is the vendor's token of the page from which Index counts.
	Token string `json:"t,omitempty"`
	// Index is the number of rows to skip; it can exceed the rows of the page.
	Index int `json:"i,omitempty"`
	// Rows is the number of the vendor's rows before the position. 0 is Index if there
	// is no token, else unknown.
	Rows int `json:"r,omitempty"`
	// Seen is a digest of the rows before the position, whatever their order, in a part in
	// which rows may repeat; 0 is unknown.
	Seen uint64 `json:"h,omitempty"`
	// Done is set when the part has been read to its end, or is left out.
	Done bool `json:"d,omitempty"`
	// Failed is the kind of the error for which the part is left out if Done is set, and
	// else of an attempt to look ahead into it; 0 is none.
	Failed int `json:"f,omitempty"`
	// Sorted is set when Index counts in the sorted rows of the whole part.
	Sorted bool `json:"s,omitempty"`
	// Blanks is the number of rows without a value in the list's order that were
	// skipped and come last. BlankToken and BlankIndex are the position of the first,
	// and Last is set when all other rows have been returned.
	Blanks     int    `json:"b,omitempty"`
	BlankToken string `json:"bt,omitempty"`
	BlankIndex int    `json:"bi,omitempty"`
	Last       bool   `json:"l,omitempty"`
}

// cursorBody is the JSON form of a cursor.
type cursorBody struct {
	Positions  []Position `json:"p"`
	Incomplete bool       `json:"x,omitempty"`
	// Total is nil in a cursor that is not counted, and negative where the total is
	// unknown.
	Total *int `json:"n,omitempty"`
}

func (c Cursor) body() cursorBody {
	b := cursorBody{Positions: c.Positions, Incomplete: c.Incomplete, Total: c.Total}
	if c.Counted && c.Total == nil {
		unknown := -1
		b.Total = &unknown
	}
	return b
}

func (b cursorBody) cursor(list ListID) Cursor {
	c := Cursor{List: list, Positions: b.Positions, Incomplete: b.Incomplete, Counted: b.Total != nil}
	if c.Counted && *b.Total >= 0 {
		c.Total = b.Total
	}
	return c
}

func (p Position) isOutOfRange() bool {
	return min(p.Index, p.Rows, p.Failed, p.Blanks, p.BlankIndex) < 0
}

// ListID identifies a list by its kind, parent, filter and order, to servers with one key. It
// is a secret: the key that authenticates the cursors of the list.
type ListID [sha256.Size]byte

// ErrCursor is the error of a cursor that is malformed, belongs to another list, or was made
// with another key.
var ErrCursor = errors.New("not a cursor of this list, or made with another key")

const (
	cursorVersion = 3
	tagSize       = 12
	// MaxCursor is the longest cursor in bytes that ParseCursor accepts. 20 providers
	// with the longest documented tokens need a quarter of it.
	MaxCursor = 8 << 10
)

// Encode returns the cursor as text that needs no escaping in a URL.
func (c Cursor) Encode() string {
	body, _ := json.Marshal(c.body()) // cannot fail: strings, numbers and bools
	raw := append([]byte{cursorVersion}, body...)
	return base64.RawURLEncoding.EncodeToString(append(raw, c.List.tag(raw)...))
}

// ParseCursor parses a cursor of a client. It returns ErrCursor when the text is not one that
// Encode has returned for this list, in this version and with this key.
func ParseCursor(text string, list ListID) (Cursor, error) {
	if len(text) > MaxCursor {
		return Cursor{}, ErrCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < 1+tagSize || raw[0] != cursorVersion {
		return Cursor{}, ErrCursor
	}
	body, tag := raw[:len(raw)-tagSize], raw[len(raw)-tagSize:]
	if !hmac.Equal(tag, list.tag(body)) {
		return Cursor{}, ErrCursor
	}
	var b cursorBody
	if err := json.Unmarshal(body[1:], &b); err != nil || len(b.Positions) == 0 || slices.ContainsFunc(b.Positions, Position.isOutOfRange) {
		return Cursor{}, ErrCursor
	}
	return b.cursor(list), nil
}

// tag authenticates a cursor of the list.
func (l ListID) tag(body []byte) []byte {
	mac := hmac.New(sha256.New, l[:])
	mac.Write(body)
	return mac.Sum(nil)[:tagSize]
}
