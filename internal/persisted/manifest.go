// Package persisted reads manifests of persisted documents (trusted documents):
// files with the GraphQL documents of clients, each with the id that clients send
// instead of the text.
//
// It reads Apollo's format and a JSON object of ids and documents, and reports all
// problems of a file at once. It knows neither the schema nor HTTP; the caller
// passes a function that validates a document.
package persisted

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// maxBytes bounds the size of a manifest. A few hundred documents take about one
// megabyte.
const maxBytes = 16 << 20

// Document is one entry of a manifest.
type Document struct {
	ID   string
	Text string
	// Name and Kind are the operation's, "" if the manifest does not have them. Kind
	// is query, mutation or subscription.
	Name, Kind string
}

// Manifest has the documents of one file. It is immutable and safe for concurrent
// use. A nil Manifest is empty.
type Manifest struct {
	// byID has the texts by their ids and hashes.
	byID      map[string]string
	documents []Document
	// names are the names of operations that the manifest states.
	names []string
}

// Find returns the text of the document with an id: the id in the manifest or the
// Hash of the document.
func (m *Manifest) Find(id string) (text string, found bool) {
	if m == nil {
		return "", false
	}
	text, found = m.byID[id]
	return text, found
}

// Len returns the number of documents.
func (m *Manifest) Len() int {
	if m == nil {
		return 0
	}
	return len(m.documents)
}

// Documents returns the documents, in the order of the file.
func (m *Manifest) Documents() []Document {
	if m == nil {
		return nil
	}
	return slices.Clone(m.documents)
}

// With returns a manifest that also has these documents, which must be valid, under their
// hashes.
func (m *Manifest) With(documents []Document) *Manifest {
	all := &Manifest{byID: map[string]string{}, documents: append(m.Documents(), documents...)}
	if m != nil {
		maps.Copy(all.byID, m.byID)
		all.names = slices.Clone(m.names)
	}
	for _, d := range documents {
		all.byID[Hash(d.Text)] = d.Text
		if d.Name != "" {
			all.names = append(all.names, d.Name)
		}
	}
	return all
}

// OperationNames returns the names of operations that the manifest states.
func (m *Manifest) OperationNames() []string {
	if m == nil {
		return nil
	}
	return m.names
}

// Hash returns the document identifier that the GraphQL over HTTP specification
// defines for a document: `sha256:` and its Sum.
func Hash(text string) string { return hashPrefix + Sum(text) }

// Sum returns the SHA-256 of a text in lower-case hexadecimal digits.
func Sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// hashPrefix is the prefix of ids that must be the Hash of their document.
const hashPrefix = "sha256:"

// Error has all problems of one file.
type Error struct {
	File string
	// Problems are single lines. Each names its document.
	Problems []string
}

// Error returns one line a problem, each with the file name.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p
	}
	return strings.Join(lines, "\n")
}

// Load reads the file at path; see Parse. The error is an *Error if the file can be
// read but is invalid.
func Load(path string, check func(Document) error) (*Manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the manifest: %w", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the manifest: %w", err)
	}
	return Parse(path, data, check)
}

// Parse reads the content of a manifest. name is used in messages only. Parse calls
// check for each document with a valid id, and reports the errors that it returns.
// The error is an *Error.
func Parse(name string, data []byte, check func(Document) error) (*Manifest, error) {
	if len(data) > maxBytes {
		return nil, &Error{name, []string{fmt.Sprintf("is larger than %d bytes", maxBytes)}}
	}
	list, err := decode(data)
	if err != nil {
		return nil, &Error{name, []string{err.Error()}}
	}
	manifest, problems := &Manifest{byID: make(map[string]string, 2*len(list)), documents: list}, []string(nil)
	for i, d := range list {
		if err := manifest.add(d, check); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", label(i, d), err))
		}
	}
	if len(problems) > 0 {
		return nil, &Error{name, problems}
	}
	return manifest, nil
}

// maxIDLength is longer than the hashes that tools generate.
const maxIDLength = 256

// add adds a document if it is valid.
func (m *Manifest) add(document Document, check func(Document) error) error {
	switch text, exists := m.byID[document.ID]; {
	case !isID(document.ID):
		return fmt.Errorf("an id must be 1 to %d printable ASCII characters without spaces", maxIDLength)
	case strings.HasPrefix(document.ID, hashPrefix) && document.ID != Hash(document.Text):
		return errors.New("the id is not the SHA-256 of the document")
	case exists && text != document.Text:
		return errors.New("the id occurs twice, for different documents")
	}
	if err := check(document); err != nil {
		return err
	}
	if document.Name != "" {
		m.names = append(m.names, document.Name)
	}
	m.byID[document.ID], m.byID[Hash(document.Text)] = document.Text, document.Text
	return nil
}

// isID reports whether s is a valid id.
func isID(s string) bool {
	return s != "" && len(s) <= maxIDLength && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// label names the document at index i in messages: by its id, or by its position if
// the id is invalid.
func label(i int, d Document) string {
	if !isID(d.ID) {
		return fmt.Sprintf("document %d", i+1)
	}
	if d.Name != "" {
		return fmt.Sprintf("%s (%s)", d.ID, d.Name)
	}
	return d.ID
}
