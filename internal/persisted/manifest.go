// Package persisted reads a file of trusted documents: those that an operator has
// taken from frontends' code, each with the id by which clients name it.
//
// It tells the two formats apart by what is in the file, and reports every problem
// of it at once. It knows neither the schema nor HTTP: whether a document can be
// served is asked of a function that is handed in.
package persisted

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxBytes bounds a file; a frontend's few hundred documents take about one
// megabyte.
const maxBytes = 16 << 20

// Document is one entry of a manifest.
type Document struct {
	ID   string
	Text string
	// Name and Kind are of the operation in it, where the manifest tells them: Kind
	// is query, mutation or subscription.
	Name, Kind string
}

// Manifest are the documents of a manifest. They do not change; nil are none.
type Manifest struct {
	byID map[string]string
	len  int
}

// Find returns the text of the document that has this id. Every document also has
// the id that GraphQL over HTTP gives it: see Hash.
func (d *Manifest) Find(id string) (text string, found bool) {
	if d == nil {
		return "", false
	}
	text, found = d.byID[id]
	return text, found
}

// Len is how many documents there are.
func (d *Manifest) Len() int {
	if d == nil {
		return 0
	}
	return d.len
}

// Hash is the document's own id in GraphQL over HTTP: `sha256:` and what Sum
// returns.
func Hash(text string) string { return hashed + Sum(text) }

// Sum is the SHA-256 of a text in lower-case hexadecimal digits.
func Sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// hashed begins the ids that must be the hash of their document.
const hashed = "sha256:"

// Error holds every problem of one file, each with the id of its document.
type Error struct {
	File     string
	Problems []string
}

// Error has one line a problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p
	}
	return strings.Join(lines, "\n")
}

// Load reads the file at path. Where it can be read but not be used, the error is
// an *Error.
func Load(path string, check func(Document) error) (*Manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	return Parse(path, data, check)
}

// Parse reads the text of a file, whose name is for messages only. Each document
// is shown to check, which tells what is wrong with it. Every error is an *Error.
func Parse(name string, data []byte, check func(Document) error) (*Manifest, error) {
	if len(data) > maxBytes {
		return nil, &Error{name, []string{fmt.Sprintf("is larger than %d bytes", maxBytes)}}
	}
	list, err := read(data)
	if err != nil {
		return nil, &Error{name, []string{err.Error()}}
	}
	documents, problems := &Manifest{byID: make(map[string]string, 2*len(list)), len: len(list)}, []string(nil)
	for i, d := range list {
		if err := documents.add(d, check); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", shown(i, d), err))
		}
	}
	if len(problems) > 0 {
		return nil, &Error{name, problems}
	}
	return documents, nil
}

// longestID is more than any hash has, and any name that a person would choose.
const longestID = 256

func (d *Manifest) add(given Document, check func(Document) error) error {
	switch text, taken := d.byID[given.ID]; {
	case !isID(given.ID):
		return fmt.Errorf("an id must be 1 to %d printable ASCII characters without spaces", longestID)
	case strings.HasPrefix(given.ID, hashed) && given.ID != Hash(given.Text):
		return errors.New("the id says that it is the SHA-256 of the document, and is not")
	case taken && text != given.Text:
		return errors.New("the id is given twice, for different documents")
	}
	if err := check(given); err != nil {
		return err
	}
	d.byID[given.ID], d.byID[Hash(given.Text)] = given.Text, given.Text
	return nil
}

func isID(s string) bool {
	return s != "" && len(s) <= longestID && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// shown names an entry in messages, which are one line each.
func shown(i int, d Document) string {
	if !isID(d.ID) {
		return fmt.Sprintf("document %d", i+1)
	}
	if d.Name != "" {
		return fmt.Sprintf("%s (%s)", d.ID, d.Name)
	}
	return d.ID
}
