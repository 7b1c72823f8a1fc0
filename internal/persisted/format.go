package persisted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Apollo's manifest format:
//
//	https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format
const (
	apolloFormat  = "apollo-persisted-query-manifest"
	apolloVersion = 1
)

// apolloManifest is a file in Apollo's format.
type apolloManifest struct {
	Format     string            `json:"format"`
	Version    int               `json:"version"`
	Operations []apolloOperation `json:"operations"`
}

type apolloOperation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"type"`
	Body string `json:"body"`
}

// decode returns the documents of a file, at least one. A file with a member
// "format" is in Apollo's format; any other is an object that maps ids to documents.
func decode(data []byte) ([]Document, error) {
	members, err := decodeMembers(data)
	if err != nil {
		return nil, err
	}
	var documents []Document
	if slices.ContainsFunc(members, func(m member) bool { return m.name == "format" }) {
		documents, err = decodeApollo(data)
	} else {
		documents, err = decodeMap(members)
	}
	if err == nil && len(documents) == 0 {
		err = errors.New("has no document")
	}
	return documents, err
}

func decodeApollo(data []byte) ([]Document, error) {
	var file apolloManifest
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, errors.New("does not match the format: operations must be a list of objects with the strings id, name, type and body")
	}
	if file.Format != apolloFormat || file.Version != apolloVersion {
		return nil, fmt.Errorf("must have the format %q, version %d, or be one JSON object that maps ids to documents", apolloFormat, apolloVersion)
	}
	documents := make([]Document, len(file.Operations))
	for i, o := range file.Operations {
		documents[i] = Document{ID: o.ID, Text: o.Body, Name: o.Name, Kind: o.Kind}
	}
	return documents, nil
}

func decodeMap(members []member) ([]Document, error) {
	documents := make([]Document, len(members))
	for i, m := range members {
		documents[i].ID = m.name
		if len(m.value) == 0 || m.value[0] != '"' || json.Unmarshal(m.value, &documents[i].Text) != nil {
			return nil, errors.New("must be one JSON object that maps ids to documents, or have the format " + apolloFormat)
		}
	}
	return documents, nil
}

// member is one member of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// decodeMembers returns the members of the JSON object in data, in order and with
// duplicate names.
func decodeMembers(data []byte) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, notJSON(data, decoder)
	}
	var members []member
	for decoder.More() {
		token, err := decoder.Token()
		name, isString := token.(string)
		m := member{name: name}
		if err != nil || !isString || decoder.Decode(&m.value) != nil {
			return nil, notJSON(data, decoder)
		}
		members = append(members, m)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, notJSON(data, decoder)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, notJSON(data, decoder)
	}
	return members, nil
}

// notJSON returns an error with the line at which decoding failed.
func notJSON(data []byte, decoder *json.Decoder) error {
	line := 1 + bytes.Count(data[:min(int(decoder.InputOffset()), len(data))], []byte("\n"))
	return fmt.Errorf("is not one JSON object: see line %d", line)
}
