package table

import (
	"bytes"
	"io"
)

// object encodes a row as an object.
func object(keys [][]byte, row Row) []byte {
	var b bytes.Buffer
	for i, v := range row {
		if i == 0 {
			b.WriteByte('{')
		} else {
			b.WriteByte(',')
		}
		b.Write(keys[i])
		b.WriteByte(':')
		b.Write(marshal(v))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// reportKey is the key of the report: alone in the last line of NDJSON, and beside the rows
// of JSON.
const reportKey = "report"

// ndjsonWriter writes an object a line. The last line is {"report": …}.
type ndjsonWriter struct {
	w    io.Writer
	keys [][]byte
}

// Row implements Writer.
func (n *ndjsonWriter) Row(row Row) error {
	_, err := n.w.Write(append(object(n.keys, row), '\n'))
	return err
}

// Close implements Writer.
func (n *ndjsonWriter) Close(report any) error {
	_, err := n.w.Write(append(marshal(map[string]any{reportKey: report}), '\n'))
	return err
}

// jsonWriter writes {"rows": […], "report": …}, with a row a line.
type jsonWriter struct {
	w       io.Writer
	keys    [][]byte
	started bool
}

// Row implements Writer.
func (j *jsonWriter) Row(row Row) error {
	separator := ",\n"
	if !j.started {
		j.started, separator = true, `{"rows":[`+"\n"
	}
	_, err := j.w.Write(append([]byte(separator), object(j.keys, row)...))
	return err
}

// Close implements Writer.
func (j *jsonWriter) Close(report any) error {
	begin := "\n"
	if !j.started {
		begin = `{"rows":[`
	}
	_, err := io.WriteString(j.w, begin+`],"`+reportKey+`":`+string(marshal(report))+"}\n")
	return err
}
