package persisted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The format that Apollo's tools write:
//
//	https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format
const (
	apolloFormat  = "apollo-persisted-query-manifest"
	apolloVersion = 1
)

// apollo is a file in Apollo's format, and operation one entry of it.
type apollo struct {
	Format     string      `json:"format"`
	Version    int         `json:"version"`
	Operations []operation `json:"operations"`
}

type operation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"type"`
	Body string `json:"body"`
}

// read takes the documents out of a file: of Apollo's format where it names one,
// else of an object whose names are ids and whose values are documents.
func read(data []byte) ([]Document, error) {
	members, err := membersOf(data)
	if err != nil {
		return nil, err
	}
	read := readMap
	if slices.ContainsFunc(members, func(m member) bool { return m.name == "format" }) {
		read = func([]member) ([]Document, error) { return readApollo(data) }
	}
	documents, err := read(members)
	if err == nil && len(documents) == 0 {
		err = errors.New("holds no document")
	}
	return documents, err
}

func readApollo(data []byte) ([]Document, error) {
	var file apollo
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, errors.New("is not as the format has it: operations must be a list of objects with the texts id, name, type and body")
	}
	if file.Format != apolloFormat || file.Version != apolloVersion {
		return nil, fmt.Errorf("must have the format %q, version %d, or be one object of ids and documents", apolloFormat, apolloVersion)
	}
	documents := make([]Document, len(file.Operations))
	for i, o := range file.Operations {
		documents[i] = Document{ID: o.ID, Text: o.Body, Name: o.Name, Kind: o.Kind}
	}
	return documents, nil
}

func readMap(members []member) ([]Document, error) {
	documents := make([]Document, len(members))
	for i, m := range members {
		documents[i].ID = m.name
		if len(m.value) == 0 || m.value[0] != '"' || json.Unmarshal(m.value, &documents[i].Text) != nil {
			return nil, errors.New("must be one object of ids and documents, or have the format " + apolloFormat)
		}
	}
	return documents, nil
}

// member is one member of a JSON object. They are in the file's order, and a name
// that is there twice stays there twice.
type member struct {
	name  string
	value json.RawMessage
}

// membersOf is the one object in a text.
func membersOf(data []byte) ([]member, error) {
	reader := json.NewDecoder(bytes.NewReader(data))
	if token, err := reader.Token(); err != nil || token != json.Delim('{') {
		return nil, notJSON(data, reader)
	}
	var members []member
	for reader.More() {
		token, err := reader.Token()
		name, isText := token.(string)
		m := member{name: name}
		if err != nil || !isText || reader.Decode(&m.value) != nil {
			return nil, notJSON(data, reader)
		}
		members = append(members, m)
	}
	if _, err := reader.Token(); err != nil {
		return nil, notJSON(data, reader)
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return nil, notJSON(data, reader)
	}
	return members, nil
}

func notJSON(data []byte, reader *json.Decoder) error {
	line := 1 + bytes.Count(data[:min(int(reader.InputOffset()), len(data))], []byte("\n"))
	return fmt.Errorf("is not one JSON object: see line %d", line)
}
