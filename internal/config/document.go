package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parseDocument returns the root of the only YAML document in data, or nil after a
// problem.
func (d *decoder) parseDocument(data []byte) *yaml.Node {
	if len(data) > maxBytes {
		d.addAt(0, "", "is larger than %d bytes", maxBytes)
		return nil
	}
	if i := invalidByte(data); i >= 0 {
		d.addAt(lineOf(data, i), "", "not YAML: contains a non-printable character or invalid UTF-8")
		return nil
	}
	reader := yaml.NewDecoder(bytes.NewReader(data))
	var document, another yaml.Node
	err := reader.Decode(&document)
	if errors.Is(err, io.EOF) || err == nil && isEmptyDocument(&document) {
		return &yaml.Node{Kind: yaml.MappingNode, Line: 1}
	}
	if err == nil {
		err = reader.Decode(&another)
	}
	switch {
	case err == nil:
		d.addAt(another.Line, "", "contains a second document; only one is supported")
		return nil
	case !errors.Is(err, io.EOF):
		d.addSyntaxError(data, err)
		return nil
	}
	return document.Content[0]
}

func isEmptyDocument(document *yaml.Node) bool {
	return len(document.Content) != 1 || document.Content[0].Tag == "!!null"
}

// invalidByte returns the offset of the first character that is not valid text, or -1.
func invalidByte(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r == 0x7f || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return i
		}
		i += size
	}
	return -1
}

func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

var (
	// The YAML library omits the line number of line 1.
	yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?([a-z][a-zA-Z0-9 ,:'<>%-]*)$`)
	// Of its errors only this one quotes the file.
	yamlAnchor = regexp.MustCompile(`unknown anchor '(.*)'`)
)

// addSyntaxError adds the problem that a text is not YAML. It includes the library's
// message only if that cannot quote the file.
func (d *decoder) addSyntaxError(data []byte, err error) {
	line, text := 1, "not YAML"
	if m := yamlAnchor.FindStringSubmatch(err.Error()); m != nil {
		at := max(0, bytes.Index(data, []byte("*"+m[1])))
		d.addAt(lineOf(data, at), "", "%s", aliasProblem)
		return
	}
	if m := yamlError.FindStringSubmatch(err.Error()); m != nil {
		text += ": " + m[2]
		if m[1] != "" {
			line, _ = strconv.Atoi(m[1])
		}
	}
	d.addAt(line, "", "%s", text)
}
